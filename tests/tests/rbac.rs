//! The roles that `ks rbac` prints are enough for everything on, and a verb that is taken away is missed by its name.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the steps of a test stand in functions of their own")]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ks_apply::lease::{LeaseOptions, Lookout};
use ks_apply::{ApplyOptions, ConnectOptions, KubeCluster, PlanError, PlanOptions, Planned, history, plan_destroy};
use ks_model::config::{ClusterConfiguration, Source};
use ks_plan::history::{Record, number_of};
use ks_plan::rbac::{MissingRule, Rights, Subject};
use ks_plan::{Catalogue, Inventory, lookups};
use ks_tests::configuration::everything_on;
use ks_tests::control_plane::{ControlPlane, Options};
use ks_tests::engine::{Engine, changed_fields};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

const JANE: &str = "jane";
/// The server takes a moment to hear of changed roles.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn the_printed_roles_are_enough_and_each_verb_of_a_plan_is_missed() {
    let options = Options { nodes: 0, controllers: false, operator: false };
    let Some(plane) = ControlPlane::start_or_skip(options) else { return };
    let plane = Arc::new(plane);
    plane.add_what_others_bring().unwrap();
    plane.stand_in_for_controllers();
    let admin = Engine::on(connect(plane.kubeconfig()).await);
    let jane_cluster = connect(as_jane(&plane)).await;
    let jane = Engine::on(jane_cluster.clone());
    let text = everything_on();

    let planned = admin.plan(&text).await;
    let (catalogue, source) = (Catalogue::embedded().unwrap(), Source::new("cc.yaml", text.clone()));
    let config = ClusterConfiguration::parse(&source).unwrap_or_else(|problems| panic!("{problems}")).config;
    let rights = Rights::of(&planned.desired, &lookups(&catalogue, &config, &planned.survey.facts));
    let rights = rights.with_destroy(&planned.desired);
    for name in rights.namespaces() {
        let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
        plane.apply(&format!("/api/v1/namespaces/{name}"), &namespace.to_string()).unwrap();
    }
    let documents = rights.documents("ks", &Subject::User(JANE.to_owned()));
    documents.iter().for_each(|it| drop(plane.apply(&path(it), &it.to_string()).unwrap()));
    is_allowed(&jane, &text).await;

    // The whole cluster, and the namespace with most of the objects.
    let roles = documents.iter().filter(|it| it["rules"].is_array());
    let roles =
        roles.filter(|it| it["kind"] == "ClusterRole" || it["metadata"]["namespace"] == "kubesphere-monitoring-system");
    for (role, verb) in roles.flat_map(|role| ["get", "patch", "create"].map(|verb| (role, verb))) {
        plane.apply(&path(role), &without(role, verb).to_string()).unwrap();
        is_missed(&jane, &text, verb, role["metadata"]["namespace"].as_str()).await;
        plane.apply(&path(role), &role.to_string()).unwrap();
    }

    is_allowed(&jane, &text).await;
    let planned = jane.converge(&text).await;
    assert!(planned.plan.summary().create > 100, "{:?}", planned.plan.summary());
    let again = jane.plan(&text).await;
    assert!(again.plan.is_empty(), "{}", changed_fields(&again.plan));

    is_written_down(&jane_cluster, &again).await;

    // Without controllers not everything can go here, so the end is only planned.
    let given: BTreeSet<&str> = rights.namespaces().collect();
    let leave = made(&planned.desired).into_iter().filter(|it| !given.contains(it.as_str())).collect();
    let end = plan_destroy(&jane_cluster, &catalogue, leave).await;
    let end = end.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(end.plan.faults, []);
    assert!(end.plan.summary().delete > 100, "{:?}", end.plan.summary());
}

/// Takes the lease, and writes down two applies of which one is kept, as `ks apply` does.
async fn is_written_down(cluster: &KubeCluster, planned: &Planned) {
    let inventory = Inventory::default();
    for number in [1, 2] {
        let lookout = Lookout::begin(Arc::new(cluster.clone()), &inventory).await;
        let options = LeaseOptions { holder: format!("jane {number}"), timeout: PATIENCE };
        let discovery = planned.survey.discovery.clone();
        let mut held = lookout.acquire(&planned.plan, &discovery, options, |_| ()).await.unwrap();
        held.record(&inventory, Record::of(&planned.plan, "here").pack().unwrap(), 1).await.unwrap();
        let (sender, _events) = mpsc::unbounded_channel();
        let (_interrupt, interrupted) = watch::channel(false);
        let plan = Arc::new(planned.plan.clone());
        let ending = held.apply(discovery, plan, ApplyOptions::default(), interrupted, sender).await;
        assert!(ending.tally.is_success() && ending.unrecorded.is_none(), "{ending:?}");
        let found = history::list(cluster, &inventory, true).await.unwrap();
        let numbers: Vec<Option<u32>> = found.iter().map(|(object, _)| number_of(&inventory, object)).collect();
        assert_eq!(numbers, [Some(number)]);
    }
}

async fn connect(kubeconfig: PathBuf) -> KubeCluster {
    let options = ConnectOptions { kubeconfig: Some(kubeconfig), ..ConnectOptions::default() };
    KubeCluster::connect(options).await.unwrap()
}

/// The namespaces that a configuration makes.
fn made(desired: &ks_plan::Desired) -> Vec<String> {
    let wanted = desired.manifests().map(ks_model::Manifest::object);
    let owned = wanted.filter(|it| desired.ownership(it) == ks_model::Ownership::Whole);
    owned.filter(|it| it.kind.is("", "Namespace")).map(|it| it.name.clone()).collect()
}

/// The administrator acting as somebody without any right of their own.
fn as_jane(plane: &ControlPlane) -> PathBuf {
    let mut config: Value = serde_json::from_str(&std::fs::read_to_string(plane.kubeconfig()).unwrap()).unwrap();
    config["users"][0]["user"]["as"] = json!(JANE);
    let path = plane.folder().join("jane.kubeconfig");
    std::fs::write(&path, config.to_string()).unwrap();
    path
}

fn path(document: &Value) -> String {
    let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str);
    let plural = format!("{}s", document["kind"].as_str().unwrap().to_lowercase());
    let place = text("/metadata/namespace").map(|it| format!("namespaces/{it}/")).unwrap_or_default();
    format!("/apis/rbac.authorization.k8s.io/v1/{place}{plural}/{}", text("/metadata/name").unwrap())
}

/// A role without one verb.
fn without(role: &Value, verb: &str) -> Value {
    let mut role = role.clone();
    let rules = role["rules"].as_array_mut().unwrap();
    rules.iter_mut().for_each(|rule| rule["verbs"].as_array_mut().unwrap().retain(|it| it != verb));
    rules.retain(|it| !it["verbs"].as_array().unwrap().is_empty());
    role
}

/// What the server refuses to a plan.
async fn refusals(jane: &Engine, text: &str) -> Vec<String> {
    match jane.plan_with(text, &PlanOptions::default()).await {
        Err(PlanError::Cluster(error)) => vec![error.to_string()],
        Err(other) => panic!("{other}"),
        Ok(planned) => planned.plan.faults.iter().map(|it| it.refusal.message.clone()).collect(),
    }
}

async fn is_missed(jane: &Engine, text: &str, verb: &str, namespace: Option<&str>) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let told = refusals(jane, text).await;
        let rules: Vec<MissingRule> = told.iter().filter_map(|it| MissingRule::read(it)).collect();
        let is_it =
            |it: &MissingRule| it.verb == verb && it.namespace.as_deref() == namespace && !it.resource.is_empty();
        if rules.iter().any(is_it) {
            return;
        }
        assert!(Instant::now() < deadline, "{verb} in {namespace:?} is not missed: {told:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn is_allowed(jane: &Engine, text: &str) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let told = refusals(jane, text).await;
        if told.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "{told:#?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
