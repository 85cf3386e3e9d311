use serde_json::{Value, json};

use super::*;

fn judged(kind: &str, api_version: &str, rest: Value) -> String {
    let mut object = json!({ "apiVersion": api_version, "kind": kind });
    object.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    readiness(Some(&object), None).to_string()
}

#[test]
fn nothing_is_ready_before_it_has_a_status() {
    for (kind, version) in [
        ("Deployment", "apps/v1"),
        ("DaemonSet", "apps/v1"),
        ("StatefulSet", "apps/v1"),
        ("Job", "batch/v1"),
        ("Namespace", "v1"),
        ("PersistentVolumeClaim", "v1"),
        ("CustomResourceDefinition", "apiextensions.k8s.io/v1"),
        ("APIService", "apiregistration.k8s.io/v1"),
        ("Prometheus", "monitoring.coreos.com/v1"),
    ] {
        assert_ne!(judged(kind, version, json!({ "metadata": { "generation": 1 } })), "ready", "{kind}");
    }
}

#[test]
fn kinds_without_a_status_are_ready_at_once() {
    assert_eq!(judged("ServiceMonitor", "monitoring.coreos.com/v1", json!({})), "ready");
    assert_eq!(judged("ConfigMap", "v1", json!({})), "ready");
}

#[test]
fn a_deployment_waits_for_updated_then_available_then_for_old_pods_to_go() {
    let with = |status: Value| {
        judged(
            "Deployment",
            "apps/v1",
            json!({
                "metadata": { "generation": 1 }, "spec": { "replicas": 2 },
                "status": status,
            }),
        )
    };
    assert_eq!(with(json!({ "observedGeneration": 1, "updatedReplicas": 1 })), "1 of 2 pods are updated");
    assert_eq!(
        with(json!({ "observedGeneration": 1, "updatedReplicas": 2, "availableReplicas": 1 })),
        "1 of 2 pods are available"
    );
    let status = json!({ "observedGeneration": 1, "updatedReplicas": 2, "availableReplicas": 2, "replicas": 3 });
    assert_eq!(with(status), "old pods are still there");
    let status = json!({ "observedGeneration": 1, "updatedReplicas": 2, "availableReplicas": 2, "replicas": 2 });
    assert_eq!(with(status), "ready");
}

#[test]
fn a_deployment_past_its_deadline_has_failed() {
    let status = json!({ "observedGeneration": 1, "conditions": [
        { "type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "timed out" },
    ]});
    assert_eq!(
        judged("Deployment", "apps/v1", json!({ "metadata": { "generation": 1 }, "status": status })),
        "failed: timed out"
    );
}

#[test]
fn a_daemon_set_without_a_node_is_ready() {
    let status = json!({ "observedGeneration": 1, "desiredNumberScheduled": 0 });
    assert_eq!(judged("DaemonSet", "apps/v1", json!({ "metadata": { "generation": 1 }, "status": status })), "ready");
}

#[test]
fn a_stateful_set_with_a_partition_updates_the_rest_only() {
    let object = |updated: i64| {
        json!({
            "metadata": { "generation": 1 },
            "spec": { "replicas": 3, "updateStrategy": { "type": "RollingUpdate", "rollingUpdate": { "partition": 2 } } },
            "status": { "observedGeneration": 1, "replicas": 3, "readyReplicas": 3, "updatedReplicas": updated,
                        "currentRevision": "a", "updateRevision": "b" },
        })
    };
    assert_eq!(judged("StatefulSet", "apps/v1", object(0)), "0 of 1 pods is updated");
    assert_eq!(judged("StatefulSet", "apps/v1", object(1)), "ready");
}

#[test]
fn a_prometheus_with_conditions_of_an_old_generation_is_not_ready() {
    let with = |generation: i64| {
        judged(
            "Prometheus",
            "monitoring.coreos.com/v1",
            json!({
                "metadata": { "generation": 2 },
                "status": { "conditions": [
                    { "type": "Available", "status": "True", "observedGeneration": generation },
                    { "type": "Reconciled", "status": "True", "observedGeneration": generation },
                ] },
            }),
        )
    };
    assert_eq!(with(1), "its operator has not seen the change");
    assert_eq!(with(2), "ready");
}

#[test]
fn a_prometheus_without_conditions_is_as_ready_as_its_stateful_set() {
    let prometheus = json!({ "apiVersion": "monitoring.coreos.com/v1", "kind": "Prometheus",
        "metadata": { "generation": 1 }, "spec": { "replicas": 1, "image": "prom:2" } });
    let stateful_set = |image: &str| {
        json!({ "metadata": { "generation": 1 }, "spec": { "replicas": 1,
        "template": { "spec": { "containers": [{ "name": "prometheus", "image": image }] } } },
        "status": { "observedGeneration": 1, "replicas": 1, "readyReplicas": 1 } })
    };
    let with = |companion: Option<&Value>| readiness(Some(&prometheus), companion).to_string();
    assert_eq!(with(None), "its operator has made no StatefulSet yet");
    assert_eq!(with(Some(&stateful_set("prom:1"))), "its operator has not seen the change");
    assert_eq!(with(Some(&stateful_set("prom:2"))), "ready");
}

#[test]
fn what_is_being_deleted_is_not_ready() {
    assert_eq!(judged("ConfigMap", "v1", json!({ "metadata": { "deletionTimestamp": "now" } })), "it is being deleted");
}
