//! What controllers write into an object once it does what it is there for.

use ks_model::GroupKind;
use serde_json::{Value, json};

/// The manager that writes the status of a kind, and the status of a ready object; none where nobody writes one.
pub(crate) fn of(kind: &GroupKind, object: &Value) -> Option<(&'static str, Value)> {
    let count = object.pointer("/spec/replicas").and_then(Value::as_i64).unwrap_or(1);
    let controllers = "kube-controller-manager";
    Some(match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Namespace") => (controllers, json!({ "phase": "Active" })),
        ("", "PersistentVolumeClaim") => (controllers, json!({ "phase": "Bound" })),
        ("", "Service") => (controllers, json!({ "loadBalancer": {} })),
        ("apps", "Deployment") => (controllers, deployment(count)),
        ("apps", "StatefulSet") => (controllers, stateful_set(count)),
        ("apps", "DaemonSet") => (controllers, daemon_set(3)),
        ("batch", "Job") => (controllers, json!({ "succeeded": 1, "conditions": [condition("Complete")] })),
        ("policy", "PodDisruptionBudget") => (controllers, budget(count)),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => ("kube-apiserver", definition(object)),
        ("apiregistration.k8s.io", "APIService") => {
            ("kube-apiserver", json!({ "conditions": [condition("Available")] }))
        }
        ("monitoring.coreos.com", "Prometheus" | "Alertmanager" | "ThanosRuler") => ("operator", operated(count)),
        _ => return None,
    })
}

fn condition(kind: &str) -> Value {
    json!({ "type": kind, "status": "True", "reason": "AsWanted", "message": "it is as it is wanted",
            "lastTransitionTime": "2026-11-20T09:14:05Z" })
}

fn observed(kind: &str) -> Value {
    let mut condition = condition(kind);
    condition["observedGeneration"] = json!(1);
    condition
}

fn deployment(count: i64) -> Value {
    json!({ "observedGeneration": 1, "replicas": count, "updatedReplicas": count, "readyReplicas": count,
            "availableReplicas": count, "conditions": [condition("Available"), condition("Progressing")] })
}

fn stateful_set(count: i64) -> Value {
    json!({ "observedGeneration": 1, "replicas": count, "updatedReplicas": count, "readyReplicas": count,
            "availableReplicas": count, "currentReplicas": count, "collisionCount": 0,
            "currentRevision": "r-7d6b", "updateRevision": "r-7d6b" })
}

fn daemon_set(count: i64) -> Value {
    json!({ "observedGeneration": 1, "desiredNumberScheduled": count, "currentNumberScheduled": count,
            "updatedNumberScheduled": count, "numberAvailable": count, "numberReady": count, "numberMisscheduled": 0 })
}

fn budget(count: i64) -> Value {
    json!({ "observedGeneration": 1, "currentHealthy": count, "desiredHealthy": count, "expectedPods": count,
            "disruptionsAllowed": 0, "conditions": [observed("DisruptionAllowed")] })
}

fn definition(object: &Value) -> Value {
    json!({ "conditions": [condition("NamesAccepted"), condition("Established")],
            "acceptedNames": object.pointer("/spec/names"), "storedVersions": ["v1"] })
}

fn operated(count: i64) -> Value {
    json!({ "paused": false, "replicas": count, "updatedReplicas": count, "availableReplicas": count,
            "unavailableReplicas": 0, "conditions": [observed("Available"), observed("Reconciled")] })
}
