//! Where a kind carries the description of its pods.

use ks_model::{Manifest, at};
use serde_json::Value;

/// The pod description inside an object: the template of a workload, or the part of a custom resource that an operator
/// turns into one. `None` for kinds without pods.
///
/// Custom resources of prometheus-operator keep `serviceAccountName`, `secrets`, `configMaps`, `volumes` and
/// `containers` at the top of their spec, where a pod template would have them.
pub fn pod_spec(manifest: &Manifest) -> Option<&Value> {
    let kind = &manifest.object().kind;
    let pointer = match (kind.group.as_str(), kind.kind.as_str()) {
        ("apps", "Deployment" | "DaemonSet" | "StatefulSet" | "ReplicaSet") | ("batch", "Job") => "/spec/template/spec",
        ("batch", "CronJob") => "/spec/jobTemplate/spec/template/spec",
        ("", "Pod") | ("monitoring.coreos.com", "Prometheus" | "Alertmanager" | "ThanosRuler") => "/spec",
        _ => return None,
    };
    at(manifest.value(), pointer)
}

/// The labels of the pods that a workload makes.
pub fn pod_labels(manifest: &Manifest) -> Option<&Value> {
    at(manifest.outline(), "/spec/template/metadata/labels")
}

/// The elements of a list at a pointer; none when it is absent.
pub fn each<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    at(value, pointer).and_then(Value::as_array).into_iter().flatten()
}

/// The text at a pointer.
pub fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    at(value, pointer).and_then(Value::as_str)
}
