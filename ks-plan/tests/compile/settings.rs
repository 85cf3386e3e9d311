//! Where values come from: explicit configuration, then live value, then default.

use ks_model::{Facts, Origin};
use ks_plan::compile;
use serde_json::{Value, json};

use crate::support::{EMBEDDED, bundle, compiled, config, difference, field, nodes, with_spec};

const PROMETHEUS: &str = "Prometheus.monitoring.coreos.com kubesphere-monitoring-system/k8s";
const SIZE: &str = "/spec/storage/volumeClaimTemplate/spec/resources/requests/storage";
const CLASS: &str = "/spec/storage/volumeClaimTemplate/spec/storageClassName";

fn live() -> Facts {
    let mut facts = nodes(1);
    let mut keep = |field: &str, value: &str| facts.kept.insert(field.parse().unwrap(), Value::from(value));
    keep(
        "v1 PersistentVolumeClaim kubesphere-monitoring-system/prometheus-k8s-db-prometheus-k8s-0#/spec/resources/requests/storage",
        "50Gi",
    );
    keep("monitoring.coreos.com/v1 Prometheus kubesphere-monitoring-system/k8s#/spec/retention", "14d");
    facts
}

#[test]
fn explicit_beats_live_and_live_beats_default() {
    let silent = with_spec(json!({}));
    let explicit = with_spec(json!({ "monitoring": { "prometheus": { "volumeSize": "80Gi", "retention": "30d" } } }));
    let read = |text: &str, facts: &Facts| {
        let compiled = compiled(text, facts);
        [field(&compiled, PROMETHEUS, SIZE), field(&compiled, PROMETHEUS, "/spec/retention")]
    };
    assert_eq!(read(&silent, &nodes(1)), ["20Gi", "7d"]);
    assert_eq!(read(&silent, &live()), ["50Gi", "14d"]);
    assert_eq!(read(&explicit, &live()), ["80Gi", "30d"]);
}

#[test]
fn the_first_live_value_that_is_there_is_kept() {
    let wanted =
        format!("monitoring.coreos.com/v1 Prometheus kubesphere-monitoring-system/k8s#{SIZE}").parse().unwrap();
    let mut facts = live();
    facts.kept.insert(wanted, Value::from("40Gi"));
    let read = |facts: &Facts| field(&compiled(&with_spec(json!({})), facts), PROMETHEUS, SIZE);
    assert_eq!(read(&facts), "50Gi");
    // The claim is being made anew.
    facts.kept.retain(|field, _| field.object.kind.kind != "PersistentVolumeClaim");
    assert_eq!(read(&facts), "40Gi");
}

#[test]
fn each_value_tells_where_it_came_from() {
    let text = with_spec(json!({ "monitoring": { "prometheusReplicas": 3 } }));
    let compiled = compiled(&text, &live());
    let settings = &bundle(&compiled, "prometheus").settings;
    let Origin::Configured { field, location } = &settings["replicas"].origin else { panic!() };
    assert_eq!((field.as_str(), location.as_ref().unwrap().line), ("monitoring.prometheusReplicas", 1));
    assert!(matches!(&settings["volumeSize"].origin, Origin::Kept { field } if field.object.name.ends_with("k8s-0")));
    let budget = Some("\"policy/v1\" if server_at_least(\"1.25\") else \"policy/v1beta1\"".to_owned());
    assert_eq!(settings["budgetVersion"].origin, Origin::Default { expression: budget });
}

#[test]
fn a_fraction_of_a_cpu_is_text_because_custom_resources_take_no_fraction() {
    let text = with_spec(json!({ "monitoring": { "prometheus": { "limits": { "cpu": 0.5 } } } }));
    assert_eq!(field(&compiled(&text, &nodes(1)), PROMETHEUS, "/spec/resources/limits/cpu"), "0.5");
}

#[test]
fn resources_are_resolved_leaf_by_leaf() {
    let text = with_spec(json!({ "monitoring": {
        "prometheus": { "resources": { "limits": { "memory": "32Gi", "ephemeral-storage": "1Gi" } } },
        "kube_rbac_proxy": { "requests": { "cpu": "5m" } },
    } }));
    let compiled = compiled(&text, &nodes(1));
    assert_eq!(
        field(&compiled, PROMETHEUS, "/spec/resources"),
        json!({ "limits": { "cpu": "4", "memory": "32Gi" }, "requests": { "cpu": "200m", "memory": "400Mi" } })
    );
    let deployment = "Deployment.apps kubesphere-monitoring-system/kube-state-metrics";
    for container in [1, 2] {
        let pointer = format!("/spec/template/spec/containers/{container}/resources/requests/cpu");
        assert_eq!(field(&compiled, deployment, &pointer), "5m");
    }
    let names: Vec<&String> =
        bundle(&compiled, "prometheus").settings.keys().filter(|name| name.starts_with("resources")).collect();
    assert_eq!(
        names,
        ["resources.limits.cpu", "resources.limits.memory", "resources.requests.cpu", "resources.requests.memory"]
    );
}

#[test]
fn the_storage_class_falls_back_to_that_of_the_platform() {
    let class = |spec: Value| field(&compiled(&with_spec(spec), &nodes(1)), PROMETHEUS, CLASS);
    assert_eq!(class(json!({})), Value::Null);
    assert_eq!(
        class(json!({ "monitoring": { "storageClass": "" }, "persistence": { "storageClass": "" } })),
        Value::Null
    );
    assert_eq!(class(json!({ "monitoring": { "storageClass": "" }, "persistence": { "storageClass": "nfs" } })), "nfs");
    assert_eq!(
        class(json!({ "monitoring": { "storageClass": "local" }, "persistence": { "storageClass": "nfs" } })),
        "local"
    );
}

#[test]
fn placement_is_taken_field_by_field_and_emptiness_counts() {
    let text = with_spec(json!({
        "nodeSelector": { "a": "1" }, "tolerations": [{ "operator": "Exists" }],
        "monitoring": { "nodeSelector": {}, "affinity": null },
    }));
    let compiled = compiled(&text, &nodes(1));
    assert_eq!(field(&compiled, PROMETHEUS, "/spec/nodeSelector"), json!({}));
    assert_eq!(field(&compiled, PROMETHEUS, "/spec/tolerations"), json!([{ "operator": "Exists" }]));
    assert!(field(&compiled, PROMETHEUS, "/spec/affinity/nodeAffinity").is_object());
}

#[test]
fn prometheus_reads_the_certificates_of_etcd_when_both_switches_are_on() {
    let secrets = |monitoring: bool, tls: bool| {
        let etcd = json!({ "monitoring": monitoring, "tlsEnable": tls, "endpointIps": "10.0.0.2" });
        field(&compiled(&with_spec(json!({ "etcd": etcd })), &nodes(1)), PROMETHEUS, "/spec/secrets")
    };
    assert_eq!(secrets(true, true), json!(["kube-etcd-client-certs"]));
    assert_eq!(secrets(true, false), Value::Null);
    assert_eq!(secrets(false, true), Value::Null);
}

#[test]
fn the_port_of_node_exporter_is_everywhere_but_on_its_service() {
    let port = |port: u32| with_spec(json!({ "monitoring": { "node_exporter": { "port": port } } }));
    let text = difference(&compiled(&port(9100), &nodes(1)), &compiled(&port(19100), &nodes(1)));
    insta::assert_snapshot!(text, @r#"
        DaemonSet.apps kubesphere-monitoring-system/node-exporter spec template spec containers 0 args 0: "--web.listen-address=127.0.0.1:9100" → "--web.listen-address=127.0.0.1:19100"
        DaemonSet.apps kubesphere-monitoring-system/node-exporter spec template spec containers 1 args 1: "--secure-listen-address=[$(IP)]:9100" → "--secure-listen-address=[$(IP)]:19100"
        DaemonSet.apps kubesphere-monitoring-system/node-exporter spec template spec containers 1 args 3: "--upstream=http://127.0.0.1:9100/" → "--upstream=http://127.0.0.1:19100/"
        DaemonSet.apps kubesphere-monitoring-system/node-exporter spec template spec containers 1 ports 0 containerPort: 9100 → 19100
        DaemonSet.apps kubesphere-monitoring-system/node-exporter spec template spec containers 1 ports 0 hostPort: 9100 → 19100
        "#);
}

#[test]
fn a_private_registry_moves_every_image_and_is_told_as_the_reason() {
    let text = with_spec(json!({ "local_registry": "hub.local" }));
    let moved = compiled(&text, &nodes(1));
    let images = difference(&compiled(&with_spec(json!({})), &nodes(1)), &moved);
    insta::assert_snapshot!(images, @r#"
        Alertmanager.monitoring.coreos.com kubesphere-monitoring-system/main spec image: "prom/alertmanager:v0.23.0" → "hub.local/prom/alertmanager:v0.23.0"
        DaemonSet.apps kubesphere-monitoring-system/node-exporter spec template spec containers 0 image: "prom/node-exporter:v1.3.1" → "hub.local/prom/node-exporter:v1.3.1"
        DaemonSet.apps kubesphere-monitoring-system/node-exporter spec template spec containers 1 image: "kubesphere/kube-rbac-proxy:v0.11.0" → "hub.local/kubesphere/kube-rbac-proxy:v0.11.0"
        Deployment.apps kubesphere-monitoring-system/kube-state-metrics spec template spec containers 0 image: "kubesphere/kube-state-metrics:v2.6.0" → "hub.local/kubesphere/kube-state-metrics:v2.6.0"
        Deployment.apps kubesphere-monitoring-system/kube-state-metrics spec template spec containers 1 image: "kubesphere/kube-rbac-proxy:v0.11.0" → "hub.local/kubesphere/kube-rbac-proxy:v0.11.0"
        Deployment.apps kubesphere-monitoring-system/kube-state-metrics spec template spec containers 2 image: "kubesphere/kube-rbac-proxy:v0.11.0" → "hub.local/kubesphere/kube-rbac-proxy:v0.11.0"
        Deployment.apps kubesphere-monitoring-system/notification-manager-operator spec template spec containers 0 image: "kubesphere/kube-rbac-proxy:v0.11.0" → "hub.local/kubesphere/kube-rbac-proxy:v0.11.0"
        Deployment.apps kubesphere-monitoring-system/notification-manager-operator spec template spec containers 1 image: "kubesphere/notification-manager-operator:v2.3.0" → "hub.local/kubesphere/notification-manager-operator:v2.3.0"
        Deployment.apps kubesphere-monitoring-system/prometheus-operator spec template spec containers 0 args 1: "--prometheus-config-reloader=kubesphere/prometheus-config-reloader:v0.55.1" → "--prometheus-config-reloader=hub.local/kubesphere/prometheus-config-reloader:v0.55.1"
        Deployment.apps kubesphere-monitoring-system/prometheus-operator spec template spec containers 0 image: "kubesphere/prometheus-operator:v0.55.1" → "hub.local/kubesphere/prometheus-operator:v0.55.1"
        Deployment.apps kubesphere-monitoring-system/prometheus-operator spec template spec containers 1 image: "kubesphere/kube-rbac-proxy:v0.11.0" → "hub.local/kubesphere/kube-rbac-proxy:v0.11.0"
        NotificationManager.notification.kubesphere.io notification-manager spec image: "kubesphere/notification-manager:v2.3.0" → "hub.local/kubesphere/notification-manager:v2.3.0"
        NotificationManager.notification.kubesphere.io notification-manager spec sidecars tenant image: "kubesphere/notification-tenant-sidecar:v3.2.0" → "hub.local/kubesphere/notification-tenant-sidecar:v3.2.0"
        Prometheus.monitoring.coreos.com kubesphere-monitoring-system/k8s spec image: "prom/prometheus:v2.39.1" → "hub.local/prom/prometheus:v2.39.1"
        "#);
    let setting = &bundle(&moved, "prometheus").settings["images.prometheus.repository"];
    assert!(matches!(&setting.origin, Origin::Configured { field, .. } if field == "local_registry"));
}

#[test]
fn the_tag_of_one_image_changes_its_labels_too() {
    let text = with_spec(json!({ "alertmanager_tag": "v0.27.0" }));
    let images = difference(&compiled(&with_spec(json!({})), &nodes(1)), &compiled(&text, &nodes(1)));
    insta::assert_snapshot!(images, @r#"
        Alertmanager.monitoring.coreos.com kubesphere-monitoring-system/main metadata labels app.kubernetes.io/version: "0.23.0" → "0.27.0"
        Alertmanager.monitoring.coreos.com kubesphere-monitoring-system/main spec image: "prom/alertmanager:v0.23.0" → "prom/alertmanager:v0.27.0"
        Alertmanager.monitoring.coreos.com kubesphere-monitoring-system/main spec podMetadata labels app.kubernetes.io/version: "0.23.0" → "0.27.0"
        Alertmanager.monitoring.coreos.com kubesphere-monitoring-system/main spec version: "v0.23.0" → "v0.27.0"
        PodDisruptionBudget.policy kubesphere-monitoring-system/alertmanager-main metadata labels app.kubernetes.io/version: "0.23.0" → "0.27.0"
        "#);
}

#[test]
fn a_request_above_the_default_limit_is_refused() {
    let text =
        with_spec(json!({ "monitoring": { "prometheus": { "resources": { "requests": { "memory": "32Gi" } } } } }));
    let errors = compile(&EMBEDDED, &config(&text), &nodes(1)).unwrap_err();
    let location = "monitoring.prometheus.resources.requests.memory at cc.yaml:1";
    let expected = format!("resources.requests.memory is 32Gi ({location}), above its limit 16Gi (the default)");
    assert_eq!(errors.to_string(), format!("component prometheus: {expected}"));
}
