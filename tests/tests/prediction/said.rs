//! What the plan said of an object, and what it is.

use serde_json::Value;

/// An object without what the server alone decides: when and in which revision it was written, its status, of a new object who
/// it is and the addresses that it got, and the ports of nodes that it did not have before.
pub fn comparable(object: &Value, before: Option<&Value>) -> Value {
    let is_new = before.is_none();
    let mut object = object.clone();
    object.as_object_mut().unwrap().remove("status");
    let metadata = object["metadata"].as_object_mut().unwrap();
    metadata.remove("resourceVersion");
    metadata.remove("generation");
    if is_new {
        metadata.remove("uid");
        metadata.remove("creationTimestamp");
    }
    let entries = metadata.get_mut("managedFields").and_then(Value::as_array_mut);
    for entry in entries.into_iter().flatten() {
        entry.as_object_mut().unwrap().remove("time");
    }
    if let Some(entries) = metadata.get_mut("managedFields").and_then(Value::as_array_mut) {
        entries.retain(|it| it["subresource"] != "status");
        entries.sort_by_key(ToString::to_string);
    }
    let known = before.and_then(|it| it.pointer("/spec/ports")).and_then(Value::as_array).cloned().unwrap_or_default();
    let is_service = object["kind"] == "Service";
    if let Some(spec) = object.get_mut("spec").and_then(Value::as_object_mut).filter(|_| is_service) {
        for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
            if !known.iter().any(|it| it["nodePort"] == port["nodePort"]) {
                port.as_object_mut().unwrap().remove("nodePort");
            }
        }
        for chosen in ["clusterIP", "clusterIPs", "healthCheckNodePort"] {
            if before.is_none_or(|it| it["spec"].get(chosen).is_none_or(Value::is_null)) {
                spec.remove(chosen);
            }
        }
    }
    object
}

/// Lists the places in which an object is not what the plan said.
pub fn differ(path: &str, said: &Value, live: &Value, differences: &mut Vec<String>) {
    match (said, live) {
        (Value::Object(old), Value::Object(new)) => {
            for name in old.keys().chain(new.keys().filter(|it| !old.contains_key(*it))) {
                let side = |map: &serde_json::Map<String, Value>| map.get(name).cloned().unwrap_or("<absent>".into());
                differ(&format!("{path}/{name}"), &side(old), &side(new), differences);
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (at, (old, new)) in old.iter().zip(new).enumerate() {
                differ(&format!("{path}/{at}"), old, new, differences);
            }
        }
        _ if said != live => differences.push(format!("{path}: said {said}, is {live}")),
        _ => {}
    }
}
