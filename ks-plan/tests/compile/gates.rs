//! Which components are on, and what is said of those that are off.

use serde_json::json;

use crate::support::{EXAMPLE, compiled, example_with_everything, nodes, with_spec};

fn closed(text: &str) -> String {
    let lines = compiled(text, &nodes(1)).closed.into_iter().map(|gate| {
        let place = gate.location.map_or_else(|| "nowhere".to_owned(), |location| location.to_string());
        format!("{}: {} ({place})", gate.component, gate.reason)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn each_switch_decides_on_its_component() {
    insta::assert_snapshot!(closed(EXAMPLE), @"
        gpu: monitoring.gpu.nvidia_dcgm_exporter.enabled is false (cc.yaml:117)
        ks-istio-monitoring: servicemesh.enabled is false (cc.yaml:153)
        dashboard-records: monitoring.grafana.enabled is not set (nowhere)
        etcd: etcd.monitoring is false (cc.yaml:26)
        general-alerts: monitoring.general_alerts.enabled is not set (nowhere)
        grafana: monitoring.grafana.enabled is not set (nowhere)
        thanos-ruler: alerting.enabled is false (cc.yaml:81)
        alert-migrate: alerting.enabled is false (cc.yaml:81)
        ");
    assert_eq!(closed(&example_with_everything()), "");
    insta::assert_snapshot!(closed(&with_spec(json!({}))), @"
        gpu: monitoring.gpu.nvidia_dcgm_exporter.enabled is not set (nowhere)
        ks-istio-monitoring: servicemesh.enabled is not set (nowhere)
        dashboard-records: monitoring.grafana.enabled is not set (nowhere)
        etcd: etcd.monitoring is not set (nowhere)
        general-alerts: monitoring.general_alerts.enabled is not set (nowhere)
        grafana: monitoring.grafana.enabled is not set (nowhere)
        thanos-ruler: alerting.enabled is not set (nowhere)
        alert-migrate: alerting.enabled is not set (nowhere)
        ");
}

#[test]
fn a_prometheus_from_elsewhere_switches_the_stack_off() {
    let text = example_with_everything().replace("# type: external ", "type: external   ");
    insta::assert_snapshot!(closed(&text), @"
        notification-manager: common.monitoring.type is external (cc.yaml:47)
        prometheus-operator: common.monitoring.type is external (cc.yaml:47)
        kube-state-metrics: requires prometheus-operator, which is off (cc.yaml:47)
        node-exporter: requires prometheus-operator, which is off (cc.yaml:47)
        prometheus: requires prometheus-operator, which is off (cc.yaml:47)
        alertmanager: requires prometheus-operator, which is off (cc.yaml:47)
        dashboard-records: requires prometheus-operator, which is off (cc.yaml:47)
        etcd: requires prometheus-operator, which is off (cc.yaml:47)
        general-alerts: requires prometheus-operator, which is off (cc.yaml:47)
        grafana: requires prometheus-operator, which is off (cc.yaml:47)
        kubernetes: requires prometheus-operator, which is off (cc.yaml:47)
        kubesphere: requires prometheus-operator, which is off (cc.yaml:47)
        thanos-ruler: requires prometheus-operator, which is off (cc.yaml:47)
        alert-migrate: requires thanos-ruler, which is off (cc.yaml:47)
        ");
    let on: Vec<String> = compiled(&text, &nodes(1)).bundles.iter().map(|it| it.component.to_string()).collect();
    assert_eq!(on, ["namespaces", "monitoring-dashboard", "rule-groups", "gpu", "ks-istio-monitoring", "status"]);
}
