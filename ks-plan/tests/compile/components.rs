//! What the shipped configuration wants, object by object.

use ks_model::Facts;
use ks_model::config::{ClusterConfiguration, Source};
use ks_plan::generated::shown;
use ks_plan::{Desired, Inventory, lookups};

use crate::support::{
    EMBEDDED, EXAMPLE, bundle, compiled, config, difference, example_with_alerting, example_with_everything, nodes,
    objects, shortened, with_findings,
};

#[test]
fn the_example_parses_without_a_warning() {
    let parsed = ClusterConfiguration::parse(&Source::new("cc.yaml", EXAMPLE)).unwrap();
    assert_eq!(parsed.warnings, []);
}

#[test]
fn every_object_of_every_component_on_one_node() {
    let compiled = compiled(&example_with_everything(), &with_findings());
    for bundle in &compiled.bundles {
        // Definitions and alerts have tests of their own.
        let told = objects(bundle).into_iter().filter(|(name, _)| !name.starts_with("GlobalRuleGroup"));
        let text: Vec<String> =
            told.map(|(_, object)| serde_saphyr::to_string(&shortened(shown(&object).into_owned())).unwrap()).collect();
        if text.is_empty() {
            continue;
        }
        insta::assert_snapshot!(bundle.component.as_str(), text.join("---\n"));
    }
}

#[test]
fn bundles_stand_behind_what_they_need() {
    let compiled = compiled(&example_with_everything(), &nodes(1));
    let lines: Vec<String> = compiled
        .bundles
        .iter()
        .map(|it| {
            format!(
                "{} ({} objects) requires {:?} after {:?}",
                it.component,
                it.objects.len(),
                names(&it.requires),
                names(&it.after)
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
        namespaces (7 objects) requires [] after []
        monitoring-dashboard (2 objects) requires ["namespaces"] after []
        notification-manager (23 objects) requires ["namespaces"] after []
        rule-groups (3 objects) requires ["namespaces"] after []
        prometheus-operator (17 objects) requires ["namespaces", "rule-groups"] after []
        gpu (5 objects) requires ["monitoring-dashboard", "namespaces"] after ["prometheus-operator"]
        ks-istio-monitoring (2 objects) requires ["namespaces"] after ["prometheus-operator"]
        kube-state-metrics (8 objects) requires ["namespaces", "prometheus-operator"] after []
        node-exporter (8 objects) requires ["namespaces", "prometheus-operator"] after []
        prometheus (11 objects) requires ["prometheus-operator"] after []
        alertmanager (8 objects) requires ["prometheus-operator"] after ["prometheus"]
        dashboard-records (1 objects) requires ["prometheus-operator"] after ["prometheus"]
        etcd (5 objects) requires ["prometheus-operator"] after ["prometheus"]
        general-alerts (2 objects) requires ["prometheus-operator", "rule-groups"] after ["prometheus"]
        grafana (31 objects) requires ["namespaces", "prometheus-operator"] after ["prometheus"]
        kubernetes (17 objects) requires ["prometheus-operator"] after ["prometheus"]
        kubesphere (4 objects) requires ["prometheus-operator"] after ["prometheus"]
        thanos-ruler (6 objects) requires ["prometheus-operator"] after ["alertmanager", "prometheus"]
        alert-migrate (0 objects) requires ["thanos-ruler"] after []
        status (1 objects) requires [] after ["alert-migrate", "alertmanager", "monitoring-dashboard", "prometheus", "thanos-ruler"]
        "#);
}

fn names(set: &std::collections::BTreeSet<ks_model::ComponentName>) -> Vec<&str> {
    set.iter().map(ks_model::ComponentName::as_str).collect()
}

#[test]
fn the_objects_can_be_ordered_and_the_definitions_read() {
    let compiled = compiled(&example_with_everything(), &nodes(1));
    let inventory = Inventory::new("kubesphere-system", "ks");
    assert!(Desired::of(&EMBEDDED, compiled, inventory).is_ok());
}

#[test]
fn three_nodes_bring_replicas() {
    let text = example_with_alerting();
    insta::assert_snapshot!(difference(&compiled(&text, &nodes(1)), &compiled(&text, &nodes(3))), @"
        Alertmanager.monitoring.coreos.com kubesphere-monitoring-system/main spec replicas: 1 → 3
        NotificationManager.notification.kubesphere.io notification-manager spec replicas: 1 → 2
        Prometheus.monitoring.coreos.com kubesphere-monitoring-system/k8s spec replicas: 1 → 2
        ThanosRuler.monitoring.coreos.com kubesphere-monitoring-system/kubesphere spec replicas: 1 → 2
        ");
}

#[test]
fn old_servers_get_the_old_budget() {
    let mut old = nodes(1);
    old.version = "v1.24.17".parse().unwrap();
    let text = example_with_alerting();
    insta::assert_snapshot!(difference(&compiled(&text, &nodes(1)), &compiled(&text, &old)), @r#"
        PodDisruptionBudget.policy kubesphere-monitoring-system/alertmanager-main apiVersion: "policy/v1" → "policy/v1beta1"
        PodDisruptionBudget.policy kubesphere-monitoring-system/prometheus-k8s apiVersion: "policy/v1" → "policy/v1beta1"
        PodDisruptionBudget.policy kubesphere-monitoring-system/thanos-ruler-kubesphere apiVersion: "policy/v1" → "policy/v1beta1"
        "#);
}

#[test]
fn the_definitions_of_the_operator_come_with_it() {
    let compiled = compiled(EXAMPLE, &nodes(1));
    let bundle = bundle(&compiled, "prometheus-operator");
    let definitions = bundle.objects.iter().filter(|it| it.manifest.object().kind.kind == "CustomResourceDefinition");
    assert_eq!(definitions.count(), 8);
}

#[test]
fn the_definitions_of_dashboards_differ_in_scope_and_status() {
    let compiled = compiled(EXAMPLE, &nodes(1));
    let objects = &bundle(&compiled, "monitoring-dashboard").objects;
    let lines: Vec<String> = objects
        .iter()
        .flat_map(|it| {
            let spec = &it.manifest.value()["spec"];
            spec["versions"].as_array().unwrap().iter().map(|version| {
                let has_status = !version["subresources"]["status"].is_null();
                let name = &it.manifest.object().name;
                let [scope, version, served, storage] =
                    [&spec["scope"], &version["name"], &version["served"], &version["storage"]];
                format!("{name} {scope} {version} served {served} storage {storage} status {has_status}")
            })
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
        clusterdashboards.monitoring.kubesphere.io "Cluster" "v1alpha1" served true storage false status false
        clusterdashboards.monitoring.kubesphere.io "Cluster" "v1alpha2" served true storage true status false
        dashboards.monitoring.kubesphere.io "Namespaced" "v1alpha1" served true storage false status true
        dashboards.monitoring.kubesphere.io "Namespaced" "v1alpha2" served true storage true status true
        "#);
    let [of_cluster, of_namespace] = &objects[..] else { panic!("{} definitions", objects.len()) };
    for version in 0..2 {
        let spec = format!("/spec/versions/{version}/schema/openAPIV3Schema/properties/spec");
        let [a, b] = [of_cluster, of_namespace].map(|it| it.manifest.value().pointer(&spec).unwrap());
        assert_eq!(a, b);
    }
}

#[test]
fn the_configuration_of_alertmanager_is_yaml() {
    let compiled = compiled(EXAMPLE, &nodes(1));
    let secret = objects(bundle(&compiled, "alertmanager"))
        .remove("Secret kubesphere-monitoring-system/alertmanager-main")
        .unwrap();
    let text = decode(secret["data"]["alertmanager.yaml"].as_str().unwrap());
    assert!(!text.ends_with('\n'));
    let value: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
    assert_eq!(value["route"]["routes"].as_array().unwrap().len(), 5);
    assert_eq!(value["receivers"][1]["name"], "null");
}

fn decode(text: &str) -> String {
    use base64::Engine as _;
    String::from_utf8(base64::engine::general_purpose::STANDARD.decode(text).unwrap()).unwrap()
}

#[test]
fn every_setting_is_read_by_a_template() {
    let compiled = compiled(&example_with_everything(), &with_findings());
    for bundle in &compiled.bundles {
        for name in bundle.settings.keys() {
            let is_read = bundle.objects.iter().any(|object| object.settings.contains(name));
            assert!(is_read, "{}: {name}", bundle.component);
        }
        let read = bundle.objects.iter().flat_map(|object| &object.settings);
        assert!(read.into_iter().all(|name| bundle.settings.contains_key(name)), "{}", bundle.component);
    }
}

#[test]
fn what_has_to_be_observed_is_known_before() {
    let wanted = lookups(&EMBEDDED, &config(EXAMPLE), &Facts::default());
    let fields: Vec<String> = wanted.kept.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(fields.join("\n"), @r"
    monitoring.coreos.com/v1 Prometheus kubesphere-monitoring-system/k8s#/spec/nodeSelector
    monitoring.coreos.com/v1 Prometheus kubesphere-monitoring-system/k8s#/spec/retention
    monitoring.coreos.com/v1 Prometheus kubesphere-monitoring-system/k8s#/spec/storage/volumeClaimTemplate/spec/resources/requests/storage
    v1 PersistentVolumeClaim kubesphere-monitoring-system/prometheus-k8s-db-prometheus-k8s-0#/spec/resources/requests/storage
    ");
}
