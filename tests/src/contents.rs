//! All objects of a cluster, to compare two ends of the same story.

use std::collections::BTreeMap;

use ks_plan::history::LABEL;
use serde_json::{Value, json};

use crate::control_plane::{Refused, Writer};

/// Kinds whose objects the server makes, or that say who is doing something right now.
const OF_THE_SERVER: [&str; 8] = [
    "apiservices",
    "componentstatuses",
    "events",
    "flowschemas",
    "ipaddresses",
    "leases",
    "prioritylevelconfigurations",
    "servicecidrs",
];

/// The kinds that a cluster serves, as the paths of their collections.
///
/// # Errors
/// When the server refuses.
pub async fn collections(writer: &Writer) -> Result<Vec<String>, Refused> {
    let groups = writer.get("/apis").await?.unwrap_or_default();
    let groups = groups["groups"].as_array().into_iter().flatten();
    let preferred = groups.filter_map(|it| it["preferredVersion"]["groupVersion"].as_str());
    let roots = preferred.map(|it| format!("/apis/{it}")).chain(["/api/v1".to_owned()]);
    let mut collections = Vec::new();
    for root in roots.collect::<Vec<_>>() {
        let served = writer.get(&root).await?.unwrap_or_default();
        for resource in served["resources"].as_array().into_iter().flatten() {
            let name = resource["name"].as_str().unwrap_or_default();
            let is_listed = resource["verbs"].as_array().is_some_and(|verbs| verbs.contains(&json!("list")));
            if is_listed && !OF_THE_SERVER.contains(&name) {
                collections.push(format!("{root}/{name}"));
            }
        }
    }
    collections.sort();
    Ok(collections)
}

/// Every object by the path of its collection and its name, less what differs between two runs of the same story: what
/// identifies an object, times, states, chosen addresses, and keys and certificates.
///
/// # Errors
/// When the server refuses.
pub async fn contents(writer: &Writer) -> Result<BTreeMap<String, Value>, Refused> {
    let mut contents = BTreeMap::new();
    for path in collections(writer).await? {
        let list = writer.get(&path).await?.unwrap_or_default();
        for item in list["items"].as_array().into_iter().flatten() {
            let metadata = &item["metadata"];
            // What was applied is written down each time, and a run that was killed is one more.
            if metadata["labels"].get(LABEL).is_some() {
                continue;
            }
            let place = metadata["namespace"].as_str().unwrap_or_default();
            let name = metadata["name"].as_str().unwrap_or_default();
            contents.insert(format!("{path} {place}/{name}"), comparable(item.clone()));
        }
    }
    Ok(contents)
}

/// An object less what differs between two runs of the same story.
pub fn comparable(mut object: Value) -> Value {
    let is_certificate = object["type"] == "kubernetes.io/tls";
    if let Some(fields) = object.as_object_mut() {
        fields.remove("status");
        if is_certificate {
            fields.insert("data".to_owned(), json!("a certificate"));
        }
        for pointer in ["uid", "resourceVersion", "creationTimestamp", "generation"] {
            fields.get_mut("metadata").and_then(Value::as_object_mut).map(|it| it.remove(pointer));
        }
    }
    leave_out(&mut object);
    // Two managers that wrote at the same second stand in the order of their writes.
    if let Some(entries) = object.pointer_mut("/metadata/managedFields").and_then(Value::as_array_mut) {
        entries.sort_by_key(ToString::to_string);
    }
    object
}

/// Takes out what the server or the run chooses, wherever it stands.
fn leave_out(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for name in ["time", "uid", "clusterIP", "clusterIPs", "caBundle"] {
                fields.remove(name);
            }
            fields.values_mut().for_each(leave_out);
        }
        Value::Array(items) => items.iter_mut().for_each(leave_out),
        _ => {}
    }
}
