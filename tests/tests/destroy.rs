//! Everything is installed, and everything goes: nothing of ours is left on a real API server, and what others have is as it
//! was before.

#![expect(clippy::unwrap_used, reason = "the steps of a test stand in functions of their own")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use ks_apply::{ApplyOptions, Cluster, ConnectOptions, KubeCluster, ListQuery, Planned, plan_destroy};
use ks_model::ObjectRef;
use ks_plan::{Action, Catalogue, Inventory, Reason};
use ks_tests::configuration::everything_on;
use ks_tests::control_plane::{ControlPlane, Options};
use ks_tests::engine::Engine;
use serde_json::{Value, json};

const THEIRS: [(&str, &str); 3] = [
    (
        "/api/v1/namespaces/elsewhere",
        r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"elsewhere","labels":{"a":"b"}}}"#,
    ),
    (
        "/api/v1/namespaces/elsewhere/configmaps/c",
        r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"a":"b"}}"#,
    ),
    (
        "/api/v1/namespaces/elsewhere/persistentvolumeclaims/p",
        r#"{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"p"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}"#,
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn everything_goes_and_what_others_have_is_as_it_was() {
    let options = Options { nodes: 3, controllers: true, operator: false };
    let Some(plane) = ControlPlane::start_or_skip(options) else { return };
    let plane = Arc::new(plane);
    plane.add_what_others_bring().unwrap();
    for (path, object) in THEIRS {
        plane.apply_as("somebody", path, object).unwrap();
    }
    // What the controllers make of it is there before the first look.
    let soon = Duration::from_secs(60);
    for path in ["serviceaccounts/default", "configmaps/kube-root-ca.crt"] {
        plane.wait_for(&format!("/api/v1/namespaces/elsewhere/{path}"), soon, |_| true).unwrap();
    }
    let claim = "/api/v1/namespaces/elsewhere/persistentvolumeclaims/p";
    plane.wait_for(claim, soon, |it| it["status"]["phase"] == "Bound").unwrap();
    let options = ConnectOptions { kubeconfig: Some(plane.kubeconfig()), ..ConnectOptions::default() };
    let cluster = KubeCluster::connect(options).await.unwrap();
    let engine = Engine::on(cluster.clone());

    let before = objects(&cluster).await;
    let operator = plane.start_operator_when_defined();
    let installed = engine.converge(&everything_on()).await;
    operator.join().unwrap();
    let members = installed.plan.summary().create;
    assert!(members > 100, "{members}");

    // What somebody puts into our namespaces and makes of our kinds: the one is named, the other holds a namespace back.
    let rule = json!({ "apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": { "name": "theirs" },
        "spec": { "groups": [] } });
    let path = "/apis/monitoring.coreos.com/v1/namespaces/elsewhere/prometheusrules/theirs";
    plane.apply_as("somebody", path, &rule.to_string()).unwrap();
    let note = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "note" }, "data": { "a": "b" } });
    plane.apply_as("somebody", "/api/v1/namespaces/kubesphere-system/configmaps/note", &note.to_string()).unwrap();

    let planned = ended(&cluster).await;
    is_told(&planned);
    let mut options = ApplyOptions::default();
    options.timeout = Duration::from_secs(120);
    let (tally, events) = engine.apply(&planned, options).await;
    assert!(tally.is_success(), "{tally:?} {events:#?}");

    assert_eq!(labelled(&cluster).await, BTreeSet::new(), "of ours is left");
    plane.delete("/api/v1/namespaces/kubesphere-system/configmaps/note").unwrap();
    let after = objects(&cluster).await;
    for (object, value) in &before {
        assert_eq!(after.get(object), Some(value), "{object}");
    }
    let again = ended(&cluster).await;
    assert!(again.plan.is_empty(), "{:?}", again.plan.changes);
    let names: Vec<&ObjectRef> =
        after.keys().filter(|it| !before.contains_key(*it)).filter(|it| is_lasting(it)).collect();
    let home =
        |it: &&&ObjectRef| it.name == "kubesphere-system" || it.namespace.as_deref() == Some("kubesphere-system");
    assert!(names.iter().all(|it| home(&it)), "new in the cluster: {names:?}");

    let operator = plane.start_operator_when_defined();
    engine.converge(&everything_on()).await;
    operator.join().unwrap();
}

/// What the plan says before anything goes.
fn is_told(planned: &Planned) {
    assert!(planned.plan.removes_everything() && planned.plan.faults.is_empty(), "{:?}", planned.plan.faults);
    let change = |text: &str| planned.plan.change(&ObjectRef::read(text).unwrap()).unwrap();
    let crd = change("CustomResourceDefinition.apiextensions.k8s.io prometheusrules.monitoring.coreos.com");
    let theirs = ObjectRef::read("PrometheusRule.monitoring.coreos.com elsewhere/theirs").unwrap();
    assert_eq!(crd.reasons, [Reason::Destroyed, Reason::TakesAlong { count: 1, some: vec![theirs] }]);
    let home = change("Namespace kubesphere-system");
    let note = ObjectRef::read("ConfigMap kubesphere-system/note").unwrap();
    let told = home.reasons.iter().any(|it| matches!(it, Reason::HasTenants { some, .. } if some.contains(&note)));
    assert!(home.action == Action::Update && told, "{:?}", home.reasons);
    let claim = "PersistentVolumeClaim kubesphere-monitoring-system/prometheus-k8s-db-prometheus-k8s-0";
    assert_eq!(change(claim).action, Action::Delete);
    let monitoring = change("Namespace kubesphere-monitoring-system");
    assert_eq!(monitoring.reasons, [Reason::Destroyed], "nothing of others lives in it");
}

async fn ended(cluster: &KubeCluster) -> Planned {
    plan_destroy(cluster, &Catalogue::embedded().unwrap(), BTreeSet::new()).await.unwrap()
}

/// Whether an object is one that somebody made, and not one that comes and goes with the control plane.
fn is_lasting(object: &ObjectRef) -> bool {
    let passing = ["Event", "Lease", "ControllerRevision", "PersistentVolume"];
    !passing.contains(&object.kind.kind.as_str())
}

/// Everything in the cluster, without what the server keeps account of.
async fn objects(cluster: &KubeCluster) -> BTreeMap<ObjectRef, Value> {
    let mut all = BTreeMap::new();
    for (object, mut value) in listed(cluster, &ListQuery::default()).await {
        value.as_object_mut().unwrap().shift_remove("status");
        let metadata = value["metadata"].as_object_mut().unwrap();
        for own in ["resourceVersion", "managedFields", "generation"] {
            metadata.shift_remove(own);
        }
        if is_lasting(&object) && object.kind.kind != "Node" {
            all.insert(object, value);
        }
    }
    all
}

async fn labelled(cluster: &KubeCluster) -> BTreeSet<ObjectRef> {
    let query = ListQuery { label_selector: Some(Inventory::default().selector()), ..ListQuery::default() };
    listed(cluster, &query).await.into_keys().collect()
}

/// The objects of every kind that can be listed.
async fn listed(cluster: &KubeCluster, query: &ListQuery) -> BTreeMap<ObjectRef, Value> {
    let (mut all, discovery) = (BTreeMap::new(), cluster.discover().await.unwrap());
    let kinds: BTreeSet<_> = discovery.iter().map(|it| it.kind.clone()).collect();
    for kind in kinds.iter().filter_map(|it| discovery.preferred(it)) {
        // Some kinds are questions, and have no list.
        for object in cluster.list(kind, query).await.unwrap_or_default() {
            let text = |key: &str| object["metadata"][key].as_str().map(str::to_owned);
            let object_ref =
                ObjectRef { kind: kind.kind.clone(), namespace: text("namespace"), name: text("name").unwrap() };
            all.insert(object_ref, object);
        }
    }
    all
}
