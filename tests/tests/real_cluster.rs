//! The first day on a real API server with real controllers and the real operator, and what its audit log tells of it.

#![expect(clippy::unwrap_used, reason = "the steps of a test stand in functions of their own")]

use std::collections::BTreeMap;
use std::sync::Arc;

use ks_apply::{ConnectOptions, KubeCluster};
use ks_plan::{DependencyGraph, Node, Until};
use ks_tests::control_plane::{AuditEvent, ControlPlane, Options};
use ks_tests::engine::{EXAMPLE, Engine};
use ks_tests::first_day;
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_day_on_a_real_api_server() {
    let options = Options { nodes: 3, controllers: true, operator: false };
    let Some(cluster) = ControlPlane::start_or_skip(options) else { return };
    let cluster = Arc::new(cluster);
    let engine = Engine::on(connect(&cluster).await);

    planning_writes_nothing(&cluster, &engine).await;
    let operator = cluster.start_operator_when_defined();
    let planned = first_day::run(&engine).await;
    operator.join().unwrap();

    every_edge_was_respected(&cluster, planned.desired.graph());
    kubectl_sees_members_and_managers(&cluster);
}

async fn connect(cluster: &ControlPlane) -> KubeCluster {
    let options = ConnectOptions { kubeconfig: Some(cluster.kubeconfig()), ..ConnectOptions::default() };
    KubeCluster::connect(options).await.unwrap()
}

async fn planning_writes_nothing(cluster: &ControlPlane, engine: &Engine) {
    let planned = engine.plan(EXAMPLE).await;
    assert!(!planned.plan.is_empty());
    let events = ours(cluster);
    let writes: Vec<&AuditEvent> = events.iter().filter(|it| it.is_write()).collect();
    assert!(writes.is_empty(), "{writes:#?}");
    // The printed count is what the server saw, but for requests to paths that the audit log leaves out.
    assert!(events.len() as u64 <= planned.requests.total(), "{} > {:?}", events.len(), planned.requests);
}

fn ours(cluster: &ControlPlane) -> Vec<AuditEvent> {
    let events = cluster.audit_events().unwrap();
    events.into_iter().filter(|it| it.user == "ks-admin" && !it.user_agent.contains("kubectl")).collect()
}

/// The first successful write of each object, by the position in the audit log.
fn first_writes(events: &[AuditEvent]) -> BTreeMap<(String, Option<String>, String), usize> {
    let mut first = BTreeMap::new();
    for (position, event) in events.iter().enumerate().filter(|(_, it)| it.is_write() && it.code < 300) {
        if let (Some(resource), Some(name)) = (&event.resource, &event.name) {
            first.entry((resource.clone(), event.namespace.clone(), name.clone())).or_insert(position);
        }
    }
    first
}

fn every_edge_was_respected(cluster: &ControlPlane, graph: &DependencyGraph) {
    let events = ours(cluster);
    let first = first_writes(&events);
    let written = |node: &Node| match node {
        Node::Object(object) => {
            let plural = plural(&object.kind.kind);
            // The audit log gives a namespace itself as its own namespace.
            let namespace = if plural == "namespaces" { Some(object.name.clone()) } else { object.namespace.clone() };
            first
                .get(&(plural.clone(), namespace, object.name.clone()))
                .or_else(|| first.get(&(plural, None, object.name.clone())))
        }
        Node::Component(_) => None,
    };
    let mut checked = 0;
    for edge in graph.edges().filter(|it| it.before == Until::Present) {
        let waited_for: Vec<&Node> = match edge.on {
            Node::Component(component) => graph
                .nodes()
                .filter(|it| matches!(it, Node::Object(object) if graph.component(object) == Some(component)))
                .collect(),
            object => vec![object],
        };
        for on in waited_for {
            if let (Some(dependent), Some(on_at)) = (written(edge.dependent), written(on)) {
                assert!(on_at < dependent, "{} was written before {on} ({})", edge.dependent, edge.because);
                checked += 1;
            }
        }
    }
    assert!(checked > 300, "only {checked} edges were found in the audit log");
}

fn plural(kind: &str) -> String {
    let lower = kind.to_lowercase();
    if lower.ends_with('s') { format!("{lower}es") } else { format!("{lower}s") }
}

fn kubectl_sees_members_and_managers(cluster: &ControlPlane) {
    let namespace = "kubesphere-monitoring-system";
    let ask = |arguments: &[&str]| -> Option<Value> {
        let output = cluster.kubectl(arguments).unwrap()?;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Some(serde_json::from_slice(&output.stdout).unwrap())
    };
    let parent = ask(&["get", "configmap", "ks", "-n", "kubesphere-system", "-o", "json"]);
    let Some(parent) = parent else { return };
    let id = parent["metadata"]["labels"]["applyset.kubernetes.io/id"].as_str().unwrap();
    let selector = format!("applyset.kubernetes.io/part-of={id}");
    let arguments =
        ["get", "deployments,daemonsets", "-n", namespace, "-l", &selector, "-o", "json", "--show-managed-fields"];
    let members = ask(&arguments).unwrap();
    let members = members["items"].as_array().unwrap();
    assert_eq!(members.len(), 4, "prometheus-operator, kube-state-metrics, node-exporter and notification-manager");
    for member in members {
        let applied = member["metadata"]["managedFields"].as_array().unwrap();
        assert!(applied.iter().any(|it| it["manager"] == "ks" && it["operation"] == "Apply"), "{member:#}");
    }
    let available = members.iter().filter(|it| it["kind"] == "Deployment").map(|it| &it["status"]["availableReplicas"]);
    assert!(available.into_iter().all(|it| it == 1));
}
