//! The case that `ks` was made for: Prometheus on storage that has to change, with the real operator, StatefulSet controller,
//! provisioner and protection of claims. While it changes, somebody else looks at the claims all the time.

#![expect(clippy::unwrap_used, reason = "the steps of a test stand in functions of their own")]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, sleep};
use std::time::Duration;

use ks_apply::{ApplyEvent, ApplyOptions, ConnectOptions, KubeCluster, Outcome, Planned, apply};
use ks_plan::Task;
use ks_tests::control_plane::{ControlPlane, Options};
use ks_tests::engine::{EXAMPLE, Engine, changed, changed_fields};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

const CLAIMS: &str = "/api/v1/namespaces/kubesphere-monitoring-system/persistentvolumeclaims";
const ZERO: &str = "PersistentVolumeClaim kubesphere-monitoring-system/prometheus-k8s-db-prometheus-k8s-0";
const ONE: &str = "PersistentVolumeClaim kubesphere-monitoring-system/prometheus-k8s-db-prometheus-k8s-1";
const PROMETHEUS: &str = "Prometheus.monitoring.coreos.com kubesphere-monitoring-system/k8s";

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_moves_to_other_storage_and_never_loses_both_copies() {
    let options = Options { nodes: 3, controllers: true, operator: false };
    let Some(cluster) = ControlPlane::start_or_skip(options) else { return };
    let cluster = Arc::new(cluster);
    let operator = cluster.start_operator_when_defined();
    let options = ConnectOptions { kubeconfig: Some(cluster.kubeconfig()), ..ConnectOptions::default() };
    let door = Arc::new(KubeCluster::connect(options.clone()).await.unwrap());
    let engine = Engine::on(KubeCluster::connect(options).await.unwrap());
    engine.converge(&configuration("fixed", "volumeSize: 20Gi")).await;
    operator.join().unwrap();
    assert_eq!(drawn(&claims(&cluster)), ["0 fixed 20Gi Bound", "1 fixed 20Gi Bound"]);

    what_needs_a_consent_says_so_and_writes_nothing(&cluster, &engine).await;
    another_class_takes_one_replica_after_the_other(&cluster, &engine).await;
    more_room_is_given_in_place(&cluster, &engine).await;
    silence_changes_no_claim(&cluster, &engine).await;
    an_apply_that_was_cut_off_is_finished(&cluster, door, &engine).await;
    a_class_that_does_not_work_costs_one_copy_only(&cluster, &engine).await;
    without_persistence_the_claims_go(&cluster, &engine).await;
}

/// The example with a class, which may be empty, and a setting of Prometheus.
fn configuration(class: &str, prometheus: &str) -> String {
    let text = EXAMPLE.replacen("    storageClass: \"\"\n", &format!("    storageClass: {class:?}\n"), 1);
    text.replacen("\n  monitoring:\n", &format!("\n  monitoring:\n    prometheus: {{ {prometheus} }}\n"), 1)
}

/// The claims of Prometheus, by their numbers.
fn claims(cluster: &ControlPlane) -> Vec<Value> {
    let list = cluster.get(CLAIMS).unwrap().unwrap();
    let items = list["items"].as_array().unwrap().iter();
    items.filter(|it| number(it).is_some()).cloned().collect()
}

fn number(claim: &Value) -> Option<&str> {
    claim["metadata"]["name"].as_str()?.strip_prefix("prometheus-k8s-db-prometheus-k8s-")
}

fn drawn(claims: &[Value]) -> Vec<String> {
    let text = |it: &Value, pointer: &str| it.pointer(pointer).and_then(Value::as_str).unwrap_or("none").to_owned();
    let parts = ["/spec/storageClassName", "/status/capacity/storage", "/status/phase"];
    claims.iter().map(|it| format!("{} {}", number(it).unwrap(), parts.map(|part| text(it, part)).join(" "))).collect()
}

fn uids(claims: &[Value]) -> BTreeSet<String> {
    claims.iter().map(|it| it["metadata"]["uid"].as_str().unwrap().to_owned()).collect()
}

async fn nothing_is_left_to_do(cluster: &ControlPlane, engine: &Engine, text: &str) {
    let before = cluster.audit_events().unwrap().len();
    let planned = engine.plan(text).await;
    assert!(planned.plan.is_empty(), "{}", changed_fields(&planned.plan));
    let requests = &cluster.audit_events().unwrap()[before..];
    let of_claims = requests.iter().filter(|it| it.user == "ks-admin" && it.uri.starts_with(&format!("{CLAIMS}?")));
    assert_eq!(of_claims.count(), 1, "an unchanged cluster costs one LIST of claims");
}

async fn what_needs_a_consent_says_so_and_writes_nothing(cluster: &ControlPlane, engine: &Engine) {
    let before = claims(cluster);
    let class = configuration("standard", "volumeSize: 20Gi");
    let (smaller, larger) = (configuration("fixed", "volumeSize: 10Gi"), configuration("fixed", "volumeSize: 50Gi"));
    for text in [class, smaller, larger] {
        let planned = engine.plan(&text).await;
        let losses: Vec<String> = planned.plan.data_losses().map(|it| it.object.to_string()).collect();
        assert_eq!(losses, [ZERO, ONE]);
        assert_eq!(changed(&planned.plan), [format!("~ {PROMETHEUS}"), format!("± {ZERO}"), format!("± {ONE}")]);
    }
    assert_eq!(claims(cluster), before);
}

async fn another_class_takes_one_replica_after_the_other(cluster: &Arc<ControlPlane>, engine: &Engine) {
    let before = uids(&claims(cluster));
    let watcher = Watcher::start(cluster);
    let text = configuration("standard", "volumeSize: 20Gi");
    engine.converge(&text).await;
    watcher.stop(&before);
    let after = claims(cluster);
    assert_eq!(drawn(&after), ["0 standard 20Gi Bound", "1 standard 20Gi Bound"]);
    assert!(uids(&after).is_disjoint(&before));
    nothing_is_left_to_do(cluster, engine, &text).await;
}

async fn more_room_is_given_in_place(cluster: &ControlPlane, engine: &Engine) {
    let before = uids(&claims(cluster));
    let text = configuration("standard", "volumeSize: 50Gi");
    let planned = engine.converge(&text).await;
    assert_eq!(changed(&planned.plan), [format!("~ {PROMETHEUS}"), format!("~ {ZERO}"), format!("~ {ONE}")]);
    assert_eq!(planned.plan.data_losses().count(), 0);
    let after = claims(cluster);
    assert_eq!(drawn(&after), ["0 standard 50Gi Bound", "1 standard 50Gi Bound"]);
    assert_eq!(uids(&after), before);
    let marked = after.iter().map(|it| it["metadata"]["labels"].to_string()).find(|it| it.contains("applyset"));
    assert_eq!(marked, None, "a claim is no member");
    nothing_is_left_to_do(cluster, engine, &text).await;
}

async fn silence_changes_no_claim(cluster: &ControlPlane, engine: &Engine) {
    let before = uids(&claims(cluster));
    let text = configuration("", "replicas: 2");
    let planned = engine.converge(&text).await;
    assert_eq!(changed(&planned.plan), [format!("~ {PROMETHEUS}")], "the class leaves the template");
    assert_eq!(uids(&claims(cluster)), before);
    nothing_is_left_to_do(cluster, engine, &text).await;
}

/// The first claim goes, and nobody goes on from there until the next apply. The size stands nowhere but in the cluster.
async fn an_apply_that_was_cut_off_is_finished(cluster: &Arc<ControlPlane>, door: Arc<KubeCluster>, engine: &Engine) {
    let before = uids(&claims(cluster));
    let text = configuration("fixed", "replicas: 2");
    let watcher = Watcher::start(cluster);
    let Planned { survey, plan, .. } = engine.plan(&text).await;
    let (interrupt, interrupted) = watch::channel(false);
    let (sender, mut events) = mpsc::unbounded_channel();
    let plan = Arc::new(plan);
    let run =
        tokio::spawn(apply(door, survey.discovery, Arc::clone(&plan), ApplyOptions::default(), interrupted, sender));
    while let Some(event) = events.recv().await {
        if let ApplyEvent::StepFinished(id, Outcome::Deleted, _) = event
            && matches!(plan.steps.get(id).unwrap().task, Task::FreeClaim { .. })
        {
            interrupt.send(true).unwrap();
        }
    }
    assert!(run.await.unwrap().interrupted > 0);
    assert_eq!(uids(&claims(cluster)).intersection(&before).count(), 1, "the second claim is as before");

    let planned = engine.converge(&text).await;
    assert_eq!(changed(&planned.plan), [format!("± {ONE}")]);
    watcher.stop(&before);
    let after = claims(cluster);
    assert_eq!(drawn(&after), ["0 fixed 50Gi Bound", "1 fixed 50Gi Bound"]);
    assert!(uids(&after).is_disjoint(&before));
    nothing_is_left_to_do(cluster, engine, &text).await;
}

/// One class is not there, and nothing provisions volumes for another one: the first replica never comes back, so the second
/// one keeps its data.
async fn a_class_that_does_not_work_costs_one_copy_only(cluster: &ControlPlane, engine: &Engine) {
    let before = claims(cluster);
    let planned = engine.plan(&configuration("misspelt", "volumeSize: 50Gi")).await;
    let faults: Vec<String> = planned.plan.faults.iter().map(|it| it.object.to_string()).collect();
    assert_eq!(faults, [ZERO, ONE]);

    let class = json!({ "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": { "name": "broken" },
                        "provisioner": "example.org/nobody" });
    cluster.apply("/apis/storage.k8s.io/v1/storageclasses/broken", &class.to_string()).unwrap();
    let planned = engine.plan(&configuration("broken", "volumeSize: 50Gi")).await;
    let mut options = ApplyOptions::default();
    options.timeout = Duration::from_secs(10);
    let (tally, events) = engine.apply(&planned, options).await;
    let late = events.iter().filter_map(|it| match it {
        ApplyEvent::StepFinished(id, Outcome::TimedOut { last, .. }, _) => {
            Some(format!("{}: {last}", planned.plan.steps.get(*id).unwrap().task))
        }
        _ => None,
    });
    let waits = "wait for Pod kubesphere-monitoring-system/prometheus-k8s-0 with";
    assert_eq!(late.collect::<Vec<_>>(), [format!("{waits} {ZERO}: its claim: it is Pending")], "{tally:?}");
    let after = claims(cluster);
    assert_eq!(drawn(&after), ["0 broken none Pending", "1 fixed 50Gi Bound"]);
    assert_eq!(after[1]["metadata"]["uid"], before[1]["metadata"]["uid"]);

    let text = configuration("fixed", "volumeSize: 50Gi");
    let planned = engine.converge(&text).await;
    assert_eq!(changed(&planned.plan), [format!("~ {PROMETHEUS}"), format!("± {ZERO}")]);
    assert_eq!(planned.plan.data_losses().count(), 0, "a claim that never had a volume has no data");
    let after = claims(cluster);
    assert_eq!(drawn(&after), ["0 fixed 50Gi Bound", "1 fixed 50Gi Bound"]);
    assert_eq!(after[1]["metadata"]["uid"], before[1]["metadata"]["uid"]);
    nothing_is_left_to_do(cluster, engine, &text).await;
}

async fn without_persistence_the_claims_go(cluster: &ControlPlane, engine: &Engine) {
    let text = configuration("fixed", "persistence: { enabled: false }");
    let planned = engine.converge(&text).await;
    assert_eq!(changed(&planned.plan), [format!("~ {PROMETHEUS}"), format!("- {ZERO}"), format!("- {ONE}")]);
    assert_eq!(planned.plan.data_losses().count(), 2);
    assert!(claims(cluster).is_empty());
    nothing_is_left_to_do(cluster, engine, &text).await;
}

/// Looks at the claims all the time.
struct Watcher {
    seen: Arc<Mutex<Vec<Vec<Value>>>>,
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Watcher {
    fn start(cluster: &Arc<ControlPlane>) -> Self {
        let (seen, is_over) = (Arc::<Mutex<Vec<Vec<Value>>>>::default(), Arc::<AtomicBool>::default());
        let (cluster, notes, over) = (Arc::clone(cluster), Arc::clone(&seen), Arc::clone(&is_over));
        let thread = std::thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                let found = claims(&cluster);
                let mut notes = notes.lock().unwrap();
                if notes.last() != Some(&found) {
                    notes.push(found);
                }
                drop(notes);
                sleep(Duration::from_millis(20));
            }
        });
        Self { seen, is_over, thread }
    }

    /// One copy of the data lived throughout: at every look one claim was bound and not on its way out, and while one of
    /// the old ones was exchanged the other one was untouched.
    fn stop(self, old: &BTreeSet<String>) {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().unwrap();
        let seen = self.seen.lock().unwrap();
        let lives = |it: &&Value| it["status"]["phase"] == "Bound" && it["metadata"].get("deletionTimestamp").is_none();
        for claims in seen.iter() {
            assert!(claims.iter().any(|it| lives(&it)), "{claims:#?}");
        }
        let first_is_back = seen.iter().position(|claims| {
            let new = claims.iter().filter(lives).filter(|it| !old.contains(it["metadata"]["uid"].as_str().unwrap()));
            new.count() > 0
        });
        let first_is_back = first_is_back.expect("a new claim is seen");
        for claims in &seen[..first_is_back] {
            let untouched = claims.iter().filter(lives).any(|it| old.contains(it["metadata"]["uid"].as_str().unwrap()));
            assert!(untouched, "{claims:#?}");
        }
        assert!(seen.len() > 4, "the exchange was seen");
    }
}
