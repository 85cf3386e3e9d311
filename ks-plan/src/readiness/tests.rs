use std::collections::BTreeMap;

use ks_model::StorageClass;
use serde::Deserialize;
use serde_json::{Value, json};

use super::*;

/// A live object, with the one that its readiness rests on, and what is said of it.
#[derive(Deserialize)]
struct Case {
    is: String,
    object: Value,
    #[serde(default)]
    companion: Option<Value>,
}

macro_rules! cases {
    ($($file:literal),+ $(,)?) => { [$(($file, include_str!(concat!("cases/", $file)))),+] };
}

const CASES: [(&str, &str); 12] = cases![
    "api_service.yaml",
    "budget.yaml",
    "claim.yaml",
    "core.yaml",
    "daemon_set.yaml",
    "definition.yaml",
    "deployment.yaml",
    "job.yaml",
    "operated.yaml",
    "pod.yaml",
    "replica_set.yaml",
    "stateful_set.yaml",
];

fn judged(case: &Case) -> String {
    readiness(Some(&case.object), case.companion.as_ref()).to_string()
}

#[test]
fn every_case_is_judged_as_it_says() {
    let mut kinds = BTreeMap::new();
    for (file, text) in CASES {
        let cases: Vec<Case> = crate::yaml::document(file, text).unwrap();
        for (number, case) in cases.iter().enumerate() {
            assert_eq!(judged(case), case.is, "{file}, case {}: {}", number + 1, case.object);
            kinds.entry(kind_of(&case.object)).or_insert_with(Vec::new).push(judged(case));
        }
    }
    // Each kind is seen ready and not ready, but for those that are ready once they are written.
    for (kind, answers) in kinds.iter().filter(|(kind, _)| is_awaited(kind)) {
        let ready = answers.iter().filter(|it| *it == "ready").count();
        let told_elsewhere = kind.kind == "ThanosRuler" || kind.kind == "ReplicaSet";
        assert!((ready > 0 || told_elsewhere) && ready < answers.len(), "{kind}: {answers:?}");
    }
}

#[test]
fn nothing_is_ready_before_it_has_a_status() {
    for (kind, version) in [
        ("Deployment", "apps/v1"),
        ("DaemonSet", "apps/v1"),
        ("StatefulSet", "apps/v1"),
        ("ReplicaSet", "apps/v1"),
        ("ReplicationController", "v1"),
        ("Job", "batch/v1"),
        ("Pod", "v1"),
        ("Namespace", "v1"),
        ("PersistentVolumeClaim", "v1"),
        ("PodDisruptionBudget", "policy/v1"),
        ("CustomResourceDefinition", "apiextensions.k8s.io/v1"),
        ("APIService", "apiregistration.k8s.io/v1"),
        ("Prometheus", "monitoring.coreos.com/v1"),
        ("Alertmanager", "monitoring.coreos.com/v1"),
        ("ThanosRuler", "monitoring.coreos.com/v1"),
    ] {
        let object = json!({ "apiVersion": version, "kind": kind, "metadata": { "generation": 1 } });
        assert!(!readiness(Some(&object), None).is_ready(), "{kind}");
    }
    assert!(!readiness(None, None).is_ready());
}

#[test]
fn a_claim_whose_volume_comes_with_its_first_pod_is_known() {
    let class = |is_default, binds_at_first_use| {
        let mut class = StorageClass::default();
        (class.is_default, class.binds_at_first_use) = (is_default, binds_at_first_use);
        class
    };
    let classes: BTreeMap<String, StorageClass> =
        [("late".to_owned(), class(true, true)), ("early".to_owned(), class(false, false))].into();
    let waits = |claim: Value| waits_for_first_use(&claim, &classes);
    assert!(waits(json!({ "spec": { "storageClassName": "late" } })));
    assert!(waits(json!({ "spec": {}, "status": { "phase": "Pending" } })), "the default class");
    assert!(!waits(json!({ "spec": { "storageClassName": "early" } })));
    assert!(!waits(json!({ "spec": { "storageClassName": "" } })), "no class at all");
    assert!(!waits(json!({ "spec": { "storageClassName": "late", "volumeName": "v" } })));
    assert!(!waits(json!({ "spec": { "storageClassName": "late" }, "status": { "phase": "Lost" } })));
    assert!(!waits_for_first_use(&json!({ "spec": {} }), &BTreeMap::new()));
}
