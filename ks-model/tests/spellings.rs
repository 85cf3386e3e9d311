//! Older spellings: each is folded into the path of today, loses against it, and is remembered as the user wrote it.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

use ks_model::config::{ClusterConfiguration, Parsed};
use serde_json::{Value, json};

/// Path of today, older spelling, one value, another value.
fn table() -> Vec<(String, String, Value, Value)> {
    let mut rows: Vec<(String, String, Value, Value)> = [
        ("monitoring.prometheus.replicas", "monitoring.prometheusReplicas", json!(2), json!(3)),
        ("monitoring.prometheus.volumeSize", "monitoring.prometheusVolumeSize", json!("30Gi"), json!("40Gi")),
        ("monitoring.prometheus.volumeSize", "prometheus_pv_size", json!("30Gi"), json!("40Gi")),
        ("monitoring.prometheus.retention", "prometheus_retention_duration", json!("3d"), json!("4d")),
        ("monitoring.alertmanager.replicas", "monitoring.alertmanagerReplicas", json!(1), json!(3)),
    ]
    .map(|(path, spelling, one, other)| (path.to_owned(), spelling.to_owned(), one, other))
    .into();
    for sized in ["prometheus", "alertmanager", "node_exporter", "kube_state_metrics", "kube_rbac_proxy"] {
        for leaf in ["limits.cpu", "limits.memory", "requests.cpu", "requests.memory"] {
            let (one, other) =
                if leaf.ends_with("cpu") { (json!("1"), json!("500m")) } else { (json!("1Gi"), json!("2Gi")) };
            let path = format!("monitoring.{sized}.resources.{leaf}");
            rows.push((path, format!("monitoring.{sized}.{leaf}"), one, other));
        }
    }
    rows
}

fn put(spec: &mut Value, path: &str, value: &Value) {
    let mut place = spec;
    for key in path.split('.') {
        place = &mut place[key];
    }
    *place = value.clone();
}

fn at<'a>(spec: &'a Value, path: &str) -> &'a Value {
    spec.pointer(&format!("/{}", path.replace('.', "/"))).unwrap_or(&Value::Null)
}

fn parse(fields: &[(&str, &Value)]) -> Parsed {
    let mut spec = json!({});
    fields.iter().for_each(|(path, value)| put(&mut spec, path, value));
    ClusterConfiguration::from_object(json!({
        "apiVersion": "installer.kubesphere.io/v1alpha1", "kind": "ClusterConfiguration",
        "metadata": { "name": "ks-installer", "namespace": "kubesphere-system" }, "spec": spec,
    }))
    .unwrap()
}

#[test]
fn an_older_spelling_means_the_field_of_today() {
    for (path, spelling, value, _) in table() {
        let parsed = parse(&[(&spelling, &value)]);
        assert_eq!(at(parsed.config.spec(), &path), &value, "{spelling}");
        assert_eq!(at(parsed.config.spec(), &spelling), &Value::Null, "{spelling} has moved");
        assert_eq!(parsed.config.origin(&path).unwrap().field, spelling);
        assert_eq!(parsed.warnings, [], "{spelling}");
    }
}

#[test]
fn the_spelling_of_today_is_stronger_and_that_is_said() {
    for (path, spelling, one, other) in table() {
        let parsed = parse(&[(&spelling, &one), (&path, &other)]);
        assert_eq!(at(parsed.config.spec(), &path), &other, "{spelling}");
        assert_eq!(parsed.config.origin(&path).unwrap().field, path);
        assert_eq!(
            parsed.warnings.iter().map(|it| (it.code, &it.field)).collect::<Vec<_>>(),
            [("overridden", &spelling)]
        );
    }
}

#[test]
fn two_spellings_that_agree_are_no_contradiction() {
    for (path, spelling, one, _) in table() {
        assert_eq!(parse(&[(&spelling, &one), (&path, &one)]).warnings, [], "{spelling}");
    }
}

#[test]
fn null_is_absence_so_the_older_spelling_counts() {
    for (path, spelling, one, _) in table() {
        let parsed = parse(&[(&spelling, &one), (&path, &Value::Null)]);
        assert_eq!(at(parsed.config.spec(), &path), &one, "{spelling}");
    }
}

#[test]
fn among_two_older_spellings_the_nested_one_is_stronger() {
    let parsed = parse(&[("prometheus_pv_size", &json!("30Gi")), ("monitoring.prometheusVolumeSize", &json!("40Gi"))]);
    assert_eq!(parsed.config.spec()["monitoring"]["prometheus"]["volumeSize"], "40Gi");
    assert_eq!(parsed.warnings[0].field, "prometheus_pv_size");
}

#[test]
fn resources_are_folded_leaf_by_leaf() {
    let parsed = parse(&[
        ("monitoring.prometheus.limits.cpu", &json!(8)),
        ("monitoring.prometheus.limits.memory", &json!("32Gi")),
        ("monitoring.prometheus.resources.limits.memory", &json!("16Gi")),
    ]);
    let resources = &parsed.config.typed().monitoring.prometheus.resources;
    assert_eq!(resources.limits.cpu.as_ref().unwrap().to_string(), "8");
    assert_eq!(resources.limits.memory.as_ref().unwrap().to_string(), "16Gi");
    assert_eq!(
        parsed.config.spec()["monitoring"]["prometheus"],
        json!({"resources": {"limits": {"memory": "16Gi", "cpu": "8"}}})
    );
}
