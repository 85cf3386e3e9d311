//! The control plane does what the claims of `ks` are tested against: workloads really become ready.

use std::time::Duration;

use ks_tests::control_plane::{ControlPlane, Options};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(60);

fn namespace(cluster: &ControlPlane, name: &str) {
    let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
    cluster.apply(&format!("/api/v1/namespaces/{name}"), &object.to_string()).expect("create a namespace");
}

fn pod_template(app: &str) -> Value {
    json!({"metadata": {"labels": {"app": app}}, "spec": {"containers": [{"name": "main", "image": "none"}]}})
}

fn deployment(name: &str, template: &Value) -> String {
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": name}}, "template": template},
    })
    .to_string()
}

#[test]
fn deployment_and_daemon_set_become_available() {
    let Some(cluster) = ControlPlane::shared() else { return };
    namespace(cluster, "workloads");
    let path = "/apis/apps/v1/namespaces/workloads/deployments/web";
    cluster.apply(path, &deployment("web", &pod_template("web"))).unwrap();
    cluster.wait_for(path, PATIENCE, |object| object["status"]["availableReplicas"] == 2).unwrap();

    let mut template = pod_template("agent");
    template["spec"]["hostNetwork"] = json!(true);
    let agent = json!({
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "agent"},
        "spec": {"selector": {"matchLabels": {"app": "agent"}}, "template": template},
    });
    let path = "/apis/apps/v1/namespaces/workloads/daemonsets/agent";
    cluster.apply(path, &agent.to_string()).unwrap();
    cluster.wait_for(path, PATIENCE, |object| object["status"]["numberAvailable"] == 3).unwrap();
}

#[test]
fn pod_with_a_waiting_reason_never_starts() {
    let Some(cluster) = ControlPlane::shared() else { return };
    namespace(cluster, "waiting");
    let mut template = pod_template("broken");
    template["metadata"]["annotations"] = json!({"ks.test/waiting": "ImagePullBackOff"});
    cluster.apply("/apis/apps/v1/namespaces/waiting/deployments/broken", &deployment("broken", &template)).unwrap();
    let reason = "/status/containerStatuses/0/state/waiting/reason";
    let all_wait = |list: &Value| {
        let pods = list["items"].as_array().unwrap();
        pods.len() == 2 && pods.iter().all(|pod| pod.pointer(reason) == Some(&json!("ImagePullBackOff")))
    };
    cluster.wait_for("/api/v1/namespaces/waiting/pods", PATIENCE, all_wait).unwrap();
}

#[test]
fn operator_makes_a_ready_stateful_set_whose_claims_are_bound_and_grow() {
    let Some(cluster) = ControlPlane::shared() else { return };
    namespace(cluster, "monitoring");
    let prometheus = json!({
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "Prometheus",
        "metadata": {"name": "k8s"},
        "spec": {"replicas": 2, "version": "v2.34.0", "storage": {"volumeClaimTemplate": {
            "spec": {"resources": {"requests": {"storage": "1Gi"}}},
        }}},
    });
    let path = "/apis/monitoring.coreos.com/v1/namespaces/monitoring/prometheuses/k8s";
    cluster.apply(path, &prometheus.to_string()).unwrap();
    let path = "/apis/apps/v1/namespaces/monitoring/statefulsets/prometheus-k8s";
    let ready = cluster.wait_for(path, PATIENCE, |object| object["status"]["readyReplicas"] == 2);
    ready.unwrap_or_else(|error| panic!("{error}\n{}", cluster.log("prometheus-operator")));

    let path = "/api/v1/namespaces/monitoring/persistentvolumeclaims/prometheus-k8s-db-prometheus-k8s-1";
    let claim = cluster.wait_for(path, PATIENCE, |object| object["status"]["phase"] == "Bound").unwrap();
    assert_eq!(claim["spec"]["storageClassName"], "standard");
    let bigger = json!({
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "spec": {"resources": {"requests": {"storage": "2Gi"}}},
    });
    cluster.apply(path, &bigger.to_string()).unwrap();
    cluster.wait_for(path, PATIENCE, |object| object["status"]["capacity"]["storage"] == "2Gi").unwrap();
    cluster.delete("/apis/monitoring.coreos.com/v1/namespaces/monitoring/prometheuses/k8s").unwrap();
}

#[test]
fn audit_log_tells_who_asked_what() {
    let Some(cluster) = ControlPlane::shared() else { return };
    let Some(output) = cluster.kubectl(&["create", "namespace", "audited", "--dry-run=server"]).unwrap() else {
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let events = cluster.audit_events().unwrap();
    let event = events.iter().find(|event| event.verb == "create" && event.name.as_deref() == Some("audited"));
    let event = event.expect("the request is in the log");
    assert_eq!((event.user.as_str(), event.code, event.dry_run), ("ks-admin", 201, true));
    assert!(event.user_agent.starts_with("kubectl/"));
    assert!(!event.is_write());
    assert!(events.iter().all(|event| event.user != "ks-harness"));
}

#[tokio::test]
async fn bare_api_server_works_from_async_tests_and_stops() {
    let options = Options { nodes: 1, controllers: false, operator: false };
    let Some(_) = ControlPlane::shared() else { return };
    let cluster = ControlPlane::start(options).unwrap();
    let nodes = cluster.get("/api/v1/nodes").unwrap().unwrap();
    assert_eq!(nodes["items"].as_array().unwrap().len(), 1);
    cluster.set_nodes(4).unwrap();
    cluster.set_nodes(2).unwrap();
    let nodes = cluster.get("/api/v1/nodes").unwrap().unwrap();
    assert_eq!(nodes["items"].as_array().unwrap().len(), 2);
    let (server, folder) = (cluster.server(), cluster.folder().to_owned());
    drop(cluster);
    assert!(!folder.exists());
    assert!(std::net::TcpStream::connect(server.trim_start_matches("https://")).is_err());
}
