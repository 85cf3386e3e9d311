//! Apply says that it succeeded only when everything is rolled out: the whole catalogue on the real control plane with the
//! real operator, where no node takes a pod at first.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "the steps of a test stand in functions of their own, and a campaign says how long they took"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use ks_apply::{ConnectOptions, KubeCluster};
use ks_tests::campaign::Campaign;
use ks_tests::configuration::everything_on;
use ks_tests::control_plane::{ControlPlane, Options};
use ks_tests::engine::Engine;
use ks_tests::timing;
use serde_json::Value;

const MONITORING: &str = "/apis/apps/v1/namespaces/kubesphere-monitoring-system";
/// How long no node takes a pod. In a campaign all take pods from the beginning, so that the times are those of an apply.
const CLOSED: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn apply_ends_when_everything_is_rolled_out_and_not_before() {
    let options = Options { nodes: 3, controllers: true, operator: false };
    let Some(cluster) = ControlPlane::start_or_skip(options) else { return };
    let cluster = Arc::new(cluster);
    cluster.add_what_others_bring().unwrap();
    let operator = cluster.start_operator_when_defined();
    let options = ConnectOptions { kubeconfig: Some(cluster.kubeconfig()), ..ConnectOptions::default() };
    let engine = Engine::on(KubeCluster::connect(options).await.unwrap());

    let before: Vec<String> = items(&cluster, "/apis/apps/v1/deployments").iter().map(name).collect();
    let is_campaign = Campaign::or_share(0).cases > 0;
    close(&cluster, !is_campaign);
    let text = everything_on();
    let began = Instant::now();
    let mut run = Box::pin(engine.converge_timed(&text));
    if !is_campaign {
        tokio::select! {
            _ = &mut run => panic!("nothing can be ready while no node takes a pod"),
            () = tokio::time::sleep(CLOSED) => {}
        }
        let waiting = items(&cluster, "/apis/apps/v1/deployments");
        let ours: Vec<&Value> = waiting.iter().filter(|it| !before.contains(&name(it))).collect();
        assert!(!ours.is_empty() && ours.iter().all(|it| !is_rolled_out(it)), "{ours:#?}");
        close(&cluster, false);
    }
    let (planned, events) = run.await;
    // From here on nothing is waited for: this is how the cluster was when apply said that it was done.
    let (deployments, sets) = (items(&cluster, &format!("{MONITORING}/deployments")), stateful_sets(&cluster));
    operator.join().unwrap();
    println!("planned and applied in {:.1?}\n{}", began.elapsed(), timing::table(&planned.plan.steps, &events));

    assert!(deployments.iter().any(|it| name(it) == "prometheus-operator"), "{deployments:#?}");
    for name_of_set in ["prometheus-k8s", "alertmanager-main", "thanos-ruler-kubesphere"] {
        assert!(sets.iter().any(|it| name(it) == name_of_set), "no StatefulSet {name_of_set}");
    }
    let daemon_sets = items(&cluster, &format!("{MONITORING}/daemonsets"));
    for workload in deployments.iter().chain(&sets) {
        assert!(is_rolled_out(workload), "{}: {:#}", name(workload), workload["status"]);
    }
    for set in &daemon_sets {
        let number = |pointer: &str| set.pointer(pointer).and_then(Value::as_i64).unwrap_or_default();
        let wanted = number("/status/desiredNumberScheduled");
        assert_eq!(number("/status/numberAvailable"), wanted, "{}", name(set));
        assert_eq!(number("/status/observedGeneration"), number("/metadata/generation"), "{}", name(set));
    }
    assert!(deployments.len() >= 4 && !daemon_sets.is_empty(), "{} and {}", deployments.len(), daemon_sets.len());
}

fn items(cluster: &ControlPlane, path: &str) -> Vec<Value> {
    cluster.get(path).unwrap().and_then(|it| it["items"].as_array().cloned()).unwrap_or_else(|| panic!("{path}"))
}

fn stateful_sets(cluster: &ControlPlane) -> Vec<Value> {
    items(cluster, &format!("{MONITORING}/statefulsets"))
}

fn name(object: &Value) -> String {
    object["metadata"]["name"].as_str().unwrap_or_default().to_owned()
}

/// Closes all nodes for new pods, or opens them.
fn close(cluster: &ControlPlane, closed: bool) {
    for node in items(cluster, "/api/v1/nodes") {
        let patch = serde_json::json!({ "spec": { "unschedulable": closed } });
        cluster.merge_as("ks-tests", &format!("/api/v1/nodes/{}", name(&node)), &patch.to_string()).unwrap();
    }
}

/// Judged here on its own, and not by the rules under test.
fn is_rolled_out(workload: &Value) -> bool {
    let number = |pointer: &str| workload.pointer(pointer).and_then(Value::as_i64).unwrap_or_default();
    let wanted = workload.pointer("/spec/replicas").and_then(Value::as_i64).unwrap_or(1);
    let counts = ["/status/replicas", "/status/updatedReplicas", "/status/readyReplicas", "/status/availableReplicas"];
    number("/status/observedGeneration") == number("/metadata/generation")
        && counts.iter().all(|it| number(it) == wanted)
}
