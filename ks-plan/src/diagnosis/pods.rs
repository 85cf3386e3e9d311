//! Which pods belong to a workload.

use ks_model::GroupKind;
use serde_json::Value;

/// Whether objects of a kind make pods by themselves.
pub fn has_pods(kind: &GroupKind) -> bool {
    match kind.group.as_str() {
        "apps" => ["Deployment", "DaemonSet", "StatefulSet", "ReplicaSet"].contains(&kind.kind.as_str()),
        "batch" => kind.kind == "Job",
        "" => kind.kind == "ReplicationController",
        _ => false,
    }
}

/// The labels that the pods of a workload have, as kubectl's `-l` takes them.
pub fn selector(workload: &Value) -> Option<String> {
    let selector = workload.pointer("/spec/selector")?.as_object()?;
    // That of a ReplicationController is a plain map.
    let is_plain = workload.get("kind").and_then(Value::as_str) == Some("ReplicationController");
    let labels = if is_plain { Some(selector) } else { selector.get("matchLabels").and_then(Value::as_object) };
    let equal = labels.into_iter().flatten().filter_map(|(key, value)| Some(format!("{key}={}", value.as_str()?)));
    let expressions = selector.get("matchExpressions").and_then(Value::as_array).filter(|_| !is_plain);
    let parts: Vec<String> = equal.chain(expressions.into_iter().flatten().filter_map(requirement)).collect();
    (!parts.is_empty()).then(|| parts.join(","))
}

fn requirement(expression: &Value) -> Option<String> {
    let key = text(expression, "/key");
    let values = expression.get("values").and_then(Value::as_array);
    let values: Vec<&str> = values.into_iter().flatten().filter_map(Value::as_str).collect();
    match text(expression, "/operator") {
        "In" => Some(format!("{key} in ({})", values.join(","))),
        "NotIn" => Some(format!("{key} notin ({})", values.join(","))),
        "Exists" => Some(key.to_owned()),
        "DoesNotExist" => Some(format!("!{key}")),
        _ => None,
    }
}

/// The pods among `pods` that a workload owns and that tell about its present template.
///
/// Selectors may overlap, so owners decide. Deployments and DaemonSets remove old pods by themselves, whatever is wrong with
/// those; a StatefulSet waits for them.
pub fn of_workload<'p>(workload: &Value, pods: &'p [Value]) -> Vec<&'p Value> {
    let owned: Vec<&Value> = pods.iter().filter(|it| is_owned(workload, it)).collect();
    let label = match text(workload, "/kind") {
        "Deployment" => "pod-template-hash",
        "DaemonSet" => "controller-revision-hash",
        _ => return owned,
    };
    let made = |pod: &Value| text(pod, "/metadata/creationTimestamp").to_owned();
    let Some(newest) = owned.iter().map(|it| made(it)).max() else { return owned };
    let of_newest: Vec<&str> = owned.iter().filter(|it| made(it) == newest).map(|it| hash(it, label)).collect();
    owned.into_iter().filter(|it| of_newest.contains(&hash(it, label))).collect()
}

fn is_owned(workload: &Value, pod: &Value) -> bool {
    if text(workload, "/kind") == "Pod" {
        return uid(pod) == uid(workload);
    }
    let owners = pod.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    let owner = owners.into_iter().flatten().find(|it| it.get("controller") == Some(&Value::Bool(true)));
    owner.is_some_and(|owner| match text(workload, "/kind") {
        // Its ReplicaSets are named after it and the hash of their template.
        "Deployment" => {
            let name = format!("{}-{}", text(workload, "/metadata/name"), hash(pod, "pod-template-hash"));
            text(owner, "/kind") == "ReplicaSet" && text(owner, "/name") == name
        }
        _ => text(owner, "/uid") == uid(workload),
    })
}

fn hash<'a>(pod: &'a Value, label: &str) -> &'a str {
    pod.pointer("/metadata/labels").and_then(|it| it.get(label)).and_then(Value::as_str).unwrap_or_default()
}

fn uid(object: &Value) -> &str {
    text(object, "/metadata/uid")
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
