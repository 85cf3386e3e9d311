//! Waits on the real control plane that fail early: what cannot pass within ten seconds, what may pass after its grace, both
//! with the cause, while everything else is done.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the steps of a test stand in functions of their own")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ks_apply::{ApplyEvent, ApplyOptions, ConnectOptions, KubeCluster, Outcome, StepError, apply, observe, survey};
use ks_model::{Bundle, DesiredObject, Facts, Manifest};
use ks_plan::diagnosis::{Cause, Class};
use ks_plan::{Desired, Inventory, Plan};
use ks_tests::control_plane::{ControlPlane, Options};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

const GRACE: Duration = Duration::from_secs(15);
/// Longer than any wait of the test: nothing may end because of it.
const TIMEOUT: Duration = Duration::from_secs(120);

fn bundle(name: &str, objects: impl IntoIterator<Item = Value>, requires: &[&str]) -> Bundle {
    let object = |it| DesiredObject::new(Manifest::parse(it).unwrap(), "early/objects.yaml", BTreeSet::new());
    let mut bundle = Bundle::new(name.parse().unwrap(), objects.into_iter().map(object).collect());
    bundle.requires = requires.iter().map(|it| it.parse().unwrap()).collect();
    bundle
}

fn namespace(name: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } })
}

fn config_map(name: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "namespace": "early", "name": name } })
}

/// A Deployment with one pod, laid over with more.
fn deployment(namespace: &str, name: &str, pod: &Value) -> Value {
    let mut template = json!({ "metadata": { "labels": { "app": name } },
        "spec": { "containers": [{ "name": "c", "image": "example.org/c:1" }] } });
    json_patch::merge(&mut template, pod);
    json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "namespace": namespace, "name": name },
        "spec": { "selector": { "matchLabels": { "app": name } }, "template": template } })
}

fn waiting(name: &str, reason: &str) -> Value {
    deployment("early", name, &json!({ "metadata": { "annotations": { "ks.test/waiting": reason } } }))
}

/// A StatefulSet whose claims are of a class that is not there.
fn claimless() -> Value {
    let mut set = deployment("early", "claimless", &json!({}));
    set["kind"] = "StatefulSet".into();
    set["spec"]["serviceName"] = "claimless".into();
    set["spec"]["volumeClaimTemplates"] = json!([{ "metadata": { "name": "data" }, "spec": {
        "storageClassName": "missing", "accessModes": ["ReadWriteOnce"],
        "resources": { "requests": { "storage": "1Gi" } } } }]);
    set
}

fn wanted() -> Desired {
    let homeless = deployment("early", "homeless", &json!({ "spec": { "nodeSelector": { "moon": "full" } } }));
    let bundles = vec![
        bundle("home", [namespace("early"), namespace("full")], &[]),
        bundle("broken", [waiting("unconfigured", "CreateContainerConfigError")], &["home"]),
        bundle("later", [config_map("later")], &["broken"]),
        bundle("last", [config_map("last")], &["later"]),
        bundle("pulling", [waiting("pulling", "ImagePullBackOff")], &["home"]),
        bundle("crashing", [waiting("crashing", "CrashLoopBackOff")], &["home"]),
        bundle("homeless", [homeless], &["home"]),
        bundle("claimless", [claimless()], &["home"]),
        bundle("refused", [deployment("full", "refused", &json!({}))], &["home"]),
        bundle("well", [deployment("early", "well", &json!({})), config_map("well")], &["home"]),
    ];
    Desired::new(bundles, Vec::new(), BTreeMap::new(), Inventory::new("early", "ks")).unwrap()
}

/// How each step ended, by its words, and how long it took.
type Ends = BTreeMap<String, (Outcome, Duration)>;

async fn run(door: &Arc<KubeCluster>) -> (Arc<Plan>, Ends, Duration) {
    let mut survey = survey(&**door).await.unwrap();
    let live = observe(&**door, &mut survey, &wanted()).await.unwrap();
    let facts: &Facts = &survey.facts;
    let plan = Arc::new(ks_plan::plan(&wanted(), &live, facts).unwrap());
    let mut options = ApplyOptions::default();
    (options.grace, options.timeout) = (GRACE, TIMEOUT);
    let (sender, mut events) = mpsc::unbounded_channel();
    let started = Instant::now();
    let cluster = Arc::<KubeCluster>::clone(door);
    apply(cluster, survey.discovery, Arc::clone(&plan), options, watch::channel(false).1, sender).await;
    let took = started.elapsed();
    let mut ends = Ends::new();
    while let Some(event) = events.recv().await {
        if let ApplyEvent::StepFinished(id, outcome, took) = event {
            ends.insert(plan.steps.get(id).unwrap().task.to_string(), (outcome, took));
        }
    }
    (plan, ends, took)
}

fn end<'e>(ends: &'e Ends, step: &str) -> &'e (Outcome, Duration) {
    ends.get(step).unwrap_or_else(|| panic!("no step `{step}`: {:?}", ends.keys()))
}

fn cause<'e>(ends: &'e Ends, workload: &str) -> (&'e Cause, Duration) {
    match end(ends, &format!("wait for {workload}")) {
        (Outcome::Failed(StepError::Stuck(cause)), took) => (cause, *took),
        (other, took) => panic!("{workload} after {took:?}: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_is_told_in_its_time_and_everything_else_is_done() {
    let options = Options { nodes: 1, controllers: true, operator: false };
    let Some(cluster) = ControlPlane::start_or_skip(options) else { return };
    // A namespace in which no pod may be made.
    cluster.apply("/api/v1/namespaces/full", &namespace("full").to_string()).unwrap();
    let quota = json!({ "apiVersion": "v1", "kind": "ResourceQuota", "metadata": { "namespace": "full", "name": "none" },
        "spec": { "hard": { "pods": "0" } } });
    let quota_path = "/api/v1/namespaces/full/resourcequotas/none";
    cluster.apply(quota_path, &quota.to_string()).unwrap();
    let is_counted = |it: &Value| it.pointer("/status/used/pods").is_some();
    cluster.wait_for(quota_path, Duration::from_secs(60), is_counted).unwrap();
    let options = ConnectOptions { kubeconfig: Some(cluster.kubeconfig()), ..ConnectOptions::default() };
    let door = Arc::new(KubeCluster::connect(options).await.unwrap());
    let (plan, ends, took) = run(&door).await;

    a_terminal_fault_is_told_within_ten_seconds(&ends);
    what_may_pass_gets_its_grace(&ends);
    what_needs_the_failed_one_is_skipped_by_name(&plan, &ends);
    independent_work_is_done(&cluster, &ends);
    assert!(took < TIMEOUT / 2, "no wait lasted until its end: {took:?}");
}

fn a_terminal_fault_is_told_within_ten_seconds(ends: &Ends) {
    let (cause, took) = cause(ends, "Deployment.apps early/unconfigured");
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert_eq!((cause.reason.as_str(), cause.message.as_str()), ("CreateContainerConfigError", "simulated"));
    let pod = cause.pod.as_ref().unwrap();
    assert!(pod.name.starts_with("unconfigured-") && pod.namespace.as_deref() == Some("early"), "{pod}");
    assert_eq!(cause.container.as_deref(), Some("c"));
}

fn what_may_pass_gets_its_grace(ends: &Ends) {
    for (workload, class, reason) in [
        ("Deployment.apps early/pulling", Class::Image, "ImagePullBackOff"),
        ("Deployment.apps early/crashing", Class::Crash, "CrashLoopBackOff"),
        ("Deployment.apps early/homeless", Class::Unschedulable, "Unschedulable"),
        ("StatefulSet.apps early/claimless", Class::Claim, "Unschedulable"),
        ("Deployment.apps full/refused", Class::Refused, "FailedCreate"),
    ] {
        let (cause, took) = cause(ends, workload);
        assert_eq!((cause.class, cause.reason.as_str()), (class, reason), "{cause}");
        assert!(took >= GRACE && took < GRACE + Duration::from_secs(25), "{workload}: {took:?}");
    }
    let warned = |workload: &str, words: &str| {
        let (cause, _) = cause(ends, workload);
        assert!(cause.events.iter().any(|it| it.contains(words)), "{workload}: {:?}", cause.events);
    };
    // Real warnings: of the scheduler, and of the controller of volumes about the claim that the pod waits for.
    warned("Deployment.apps early/homeless", "FailedScheduling");
    warned("StatefulSet.apps early/claimless", "storageclass.storage.k8s.io \"missing\" not found");
    assert!(cause(ends, "Deployment.apps full/refused").0.message.contains("exceeded quota"));
}

fn what_needs_the_failed_one_is_skipped_by_name(plan: &Plan, ends: &Ends) {
    for step in ["apply ConfigMap early/later", "apply ConfigMap early/last"] {
        let (Outcome::Skipped { because }, _) = end(ends, step) else { panic!("{step}") };
        let because = plan.steps.get(*because).unwrap().task.to_string();
        assert_eq!(because, "wait for Deployment.apps early/unconfigured", "{step}");
    }
}

fn independent_work_is_done(cluster: &ControlPlane, ends: &Ends) {
    assert!(end(ends, "apply ConfigMap early/well").0.is_success());
    assert!(matches!(end(ends, "wait for Deployment.apps early/well").0, Outcome::Reached));
    assert!(cluster.get("/api/v1/namespaces/early/configmaps/well").unwrap().is_some());
    assert!(cluster.get("/api/v1/namespaces/early/configmaps/later").unwrap().is_none());
}
