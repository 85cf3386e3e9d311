//! The claims of a Prometheus, which an operator makes, from a class that is broken to one that works, and whatever else can
//! become of them.

use std::sync::{Arc, Mutex};

use futures::FutureExt;
use ks_apply::sandbox::{FaultPlan, Sandbox};
use ks_apply::{Cluster, ClusterError, ListQuery, ServedKind};
use ks_model::GroupKind;
use ks_plan::{Action, Desired, Plan, Risk};
use serde_json::{Value, json};

use crate::recorder::Recorder;
use crate::story::{applied, as_other, bundle, desired, manifest, namespace, planned, requiring, sandbox};

const ZERO: &str = "PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-0";
const ONE: &str = "PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-1";

fn definition() -> Value {
    json!({ "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "prometheuses.monitoring.coreos.com" },
        "spec": { "group": "monitoring.coreos.com", "scope": "Namespaced",
            "names": { "kind": "Prometheus", "plural": "prometheuses" },
            "versions": [{ "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": {
                "type": "object", "properties": { "spec": { "type": "object",
                    "x-kubernetes-preserve-unknown-fields": true } } } } }] } })
}

fn operator() -> Value {
    json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "namespace": "home", "name": "operator" },
        "spec": { "selector": { "matchLabels": { "app": "operator" } }, "template": {
            "metadata": { "labels": { "app": "operator" } },
            "spec": { "containers": [{ "name": "c", "image": "example.org/prometheus-operator:1" }] } } } })
}

fn wanting(storage: &Value) -> Desired {
    let prometheus = json!({ "apiVersion": "monitoring.coreos.com/v1", "kind": "Prometheus",
        "metadata": { "namespace": "home", "name": "k8s" }, "spec": { "replicas": 2, "storage": storage } });
    let base = bundle("base", [namespace("home"), definition(), operator()]);
    desired(vec![base, requiring(bundle("prometheus", [prometheus]), &["base"])])
}

fn template(class: Option<&str>, size: &str) -> Value {
    json!({ "volumeClaimTemplate": { "spec": {
        "storageClassName": class, "resources": { "requests": { "storage": size } } } } })
}

/// A cluster with the class `nfs`, which lets nothing grow, and `local`, which does.
fn cluster() -> Recorder {
    let sandbox = sandbox();
    for (name, grows) in [("nfs", false), ("local", true)] {
        as_other(
            &sandbox,
            json!({ "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": { "name": name },
                    "provisioner": "example.org/none", "allowVolumeExpansion": grows }),
        );
    }
    Recorder::new(sandbox)
}

/// The live claims by name. The sandbox answers at once, so nothing has to wait here.
fn claims(sandbox: &Sandbox) -> Vec<Value> {
    let kind = GroupKind::new("", "PersistentVolumeClaim");
    let kind = ServedKind { kind, version: "v1".into(), plural: "persistentvolumeclaims".into(), namespaced: true };
    sandbox.list(&kind, &ListQuery::default()).now_or_never().unwrap().unwrap()
}

fn drawn(claims: &[Value]) -> Vec<String> {
    let text = |it: &Value, pointer: &str| it.pointer(pointer).and_then(Value::as_str).unwrap_or("none").to_owned();
    let line = |it: &Value| {
        let [class, size] = ["/spec/storageClassName", "/status/capacity/storage"].map(|pointer| text(it, pointer));
        format!("{} {class} {size} {}", text(it, "/metadata/name"), text(it, "/status/phase"))
    };
    claims.iter().map(line).collect()
}

fn uids(claims: &[Value]) -> Vec<Value> {
    claims.iter().map(|it| it["metadata"]["uid"].clone()).collect()
}

fn changed(plan: &Plan) -> Vec<(Action, Risk, String)> {
    let changes = plan.changes.iter().filter(|it| it.action != Action::NoOp);
    changes.map(|it| (it.action, it.risk, it.object.to_string())).collect()
}

#[tokio::test(start_paused = true)]
async fn another_class_takes_one_replica_after_the_other() {
    let cluster = cluster();
    assert!(applied(&cluster, &wanting(&template(Some("nfs"), "20Gi"))).await.tally.is_success());
    let before = uids(&claims(&cluster.sandbox));

    let (sandbox, fewest) = (cluster.sandbox.clone(), Arc::new(Mutex::new(usize::MAX)));
    let seen = Arc::clone(&fewest);
    let cluster = cluster.at_write(move |_| {
        let whole = |it: &&Value| it["status"]["phase"] == "Bound" && it["metadata"].get("deletionTimestamp").is_none();
        let bound = claims(&sandbox).iter().filter(whole).count();
        let mut fewest = seen.lock().unwrap();
        *fewest = bound.min(*fewest);
    });
    cluster.take();
    let desired = wanting(&template(Some("local"), "20Gi"));
    let done = applied(&cluster, &desired).await;
    assert!(done.tally.is_success(), "{}", done.told());
    let losses: Vec<String> = done.plan.data_losses().map(|it| it.object.to_string()).collect();
    assert_eq!(losses, [ZERO, ONE]);
    insta::assert_snapshot!(done.told(), @r"
    apply Prometheus.monitoring.coreos.com home/k8s: applied
    wait for the claim template of Prometheus.monitoring.coreos.com home/k8s: reached
    component prometheus is present: reached
    delete PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-0: deleted
    delete Pod home/prometheus-k8s-0 and wait until PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-0 is gone: deleted
    wait for Pod home/prometheus-k8s-0 with PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-0: reached
    delete PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-1: deleted
    delete Pod home/prometheus-k8s-1 and wait until PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-1 is gone: deleted
    wait for Pod home/prometheus-k8s-1 with PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-1: reached
    wait for Prometheus.monitoring.coreos.com home/k8s: reached
    component prometheus is ready: reached
    ");
    let writes = cluster.take().into_iter().filter(|it| it.starts_with("apply") || it.starts_with("delete"));
    insta::assert_snapshot!(writes.collect::<Vec<_>>().join("\n"), @r"
    apply Prometheus.monitoring.coreos.com home/k8s
    delete PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-0 of its UID
    delete Pod home/prometheus-k8s-0 of its UID
    delete PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-1 of its UID
    delete Pod home/prometheus-k8s-1 of its UID
    ");
    assert_eq!(*fewest.lock().unwrap(), 1, "one copy of the data lives throughout");

    let after = claims(&cluster.sandbox);
    assert_eq!(
        drawn(&after),
        ["prometheus-k8s-db-prometheus-k8s-0 local 20Gi Bound", "prometheus-k8s-db-prometheus-k8s-1 local 20Gi Bound"]
    );
    assert!(uids(&after).iter().all(|it| !before.contains(it)));
    assert!(planned(&cluster, &desired).await.1.is_empty());
}

#[tokio::test(start_paused = true)]
async fn more_room_is_given_in_place_and_the_claims_stay_those_of_others() {
    let cluster = cluster();
    applied(&cluster, &wanting(&template(Some("local"), "20Gi"))).await;
    let before = uids(&claims(&cluster.sandbox));
    let desired = wanting(&template(Some("local"), "50Gi"));
    let done = applied(&cluster, &desired).await;
    assert!(done.tally.is_success(), "{}", done.told());
    let of_claims: Vec<_> = changed(&done.plan).into_iter().filter(|it| it.2.starts_with("Pers")).collect();
    assert_eq!(of_claims, [ZERO, ONE].map(|it| (Action::Update, Risk::Safe, it.to_owned())));
    let after = claims(&cluster.sandbox);
    assert!(drawn(&after).iter().all(|it| it.ends_with("local 50Gi Bound")), "{:?}", drawn(&after));
    assert_eq!(uids(&after), before);
    for claim in &after {
        let labels = claim["metadata"]["labels"].to_string();
        assert!(!labels.contains("applyset") && !labels.contains("ks.kubesphere.io"), "{labels}");
    }
    let inventory = cluster.sandbox.export().unwrap();
    assert!(!inventory.contains("PersistentVolumeClaim/home"), "a claim is not recorded as one of ours");
    assert!(planned(&cluster, &desired).await.1.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_had_in_place_needs_a_consent_for_each_claim() {
    let cluster = cluster();
    applied(&cluster, &wanting(&template(Some("nfs"), "20Gi"))).await;
    for size in ["10Gi", "50Gi"] {
        let (_, plan) = planned(&cluster, &wanting(&template(Some("nfs"), size))).await;
        let losses: Vec<String> = plan.data_losses().map(|it| it.object.to_string()).collect();
        assert_eq!(losses, [ZERO, ONE], "{size}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_lets_no_claim_of_a_fixed_class_grow() {
    let cluster = cluster();
    applied(&cluster, &wanting(&template(Some("nfs"), "20Gi"))).await;
    let mut claim = claims(&cluster.sandbox).remove(0);
    claim["spec"]["resources"]["requests"]["storage"] = "50Gi".into();
    let error = cluster.sandbox.update_as("kubectl-edit", &manifest(claim)).unwrap_err();
    assert!(error.to_string().contains("the storageclass that provisions the pvc must support resize"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_class_that_is_not_named_any_more_and_a_new_default_change_no_claim() {
    let cluster = cluster();
    applied(&cluster, &wanting(&template(Some("nfs"), "20Gi"))).await;
    let before = uids(&claims(&cluster.sandbox));
    let desired = wanting(&template(None, "20Gi"));
    let done = applied(&cluster, &desired).await;
    assert!(done.tally.is_success() && done.plan.data_losses().count() == 0, "{}", done.told());
    assert_eq!(uids(&claims(&cluster.sandbox)), before);
    assert!(planned(&cluster, &desired).await.1.is_empty());
}

#[tokio::test(start_paused = true)]
async fn without_persistence_the_claims_go_one_after_the_other() {
    let cluster = cluster();
    applied(&cluster, &wanting(&template(Some("nfs"), "20Gi"))).await;
    let desired = wanting(&json!({ "emptyDir": {} }));
    let done = applied(&cluster, &desired).await;
    assert!(done.tally.is_success(), "{}", done.told());
    let of_claims: Vec<_> = changed(&done.plan).into_iter().filter(|it| it.2.starts_with("Pers")).collect();
    assert_eq!(of_claims, [ZERO, ONE].map(|it| (Action::Delete, Risk::DataLoss, it.to_owned())));
    assert!(claims(&cluster.sandbox).is_empty());
    assert!(planned(&cluster, &desired).await.1.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_unchanged_cluster_costs_one_list_of_claims() {
    let cluster = cluster();
    let desired = wanting(&template(Some("nfs"), "20Gi"));
    applied(&cluster, &desired).await;
    cluster.take();
    assert!(planned(&cluster, &desired).await.1.is_empty());
    let about_claims: Vec<String> = cluster.take().into_iter().filter(|it| it.contains("Claim")).collect();
    assert_eq!(about_claims, ["list PersistentVolumeClaim"]);
}

/// As in `crashing`: from some request on nobody answers any more.
#[tokio::test(start_paused = true)]
async fn an_exchange_cut_off_at_any_request_is_finished_by_the_next() {
    for wanted in [template(Some("local"), "50Gi"), json!({ "emptyDir": {} })] {
        for cut in 0.. {
            let cluster = cluster();
            applied(&cluster, &wanting(&template(Some("nfs"), "20Gi"))).await;
            let desired = wanting(&wanted);
            let (survey, plan) = planned(&cluster, &desired).await;
            let gone = || ClusterError::Forbidden { action: "any".into(), message: "the connection is cut".into() };
            let faults = (1 + cut..200).fold(FaultPlan::default(), |faults, nth| faults.fail_nth(nth, gone()));
            cluster.sandbox.set_faults(faults);
            let (sender, _events) = tokio::sync::mpsc::unbounded_channel();
            let (_keep, interrupt) = tokio::sync::watch::channel(false);
            let door = Arc::new(cluster.clone());
            let tally =
                ks_apply::apply(door, survey.discovery, plan.into(), Default::default(), interrupt, sender).await;
            cluster.sandbox.set_faults(FaultPlan::default());

            let next = applied(&cluster, &desired).await;
            assert!(next.tally.is_success(), "cut at {cut}: {}", next.told());
            let (_, empty) = planned(&cluster, &desired).await;
            assert!(empty.is_empty(), "cut at {cut}: {:?}", empty.changes);
            let left = drawn(&claims(&cluster.sandbox));
            let is_exchanged = left.len() == 2 && left.iter().all(|it| it.ends_with("local 50Gi Bound"));
            assert!(
                if wanted.get("emptyDir").is_some() { left.is_empty() } else { is_exchanged },
                "cut at {cut}: {left:?}"
            );
            if tally.is_success() {
                assert!(cut > 8, "the exchange takes more requests than {cut}");
                break;
            }
        }
    }
}
