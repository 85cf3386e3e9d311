//! Whole configurations that are taken.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

use ks_model::config::{ClusterConfiguration, Parsed, Source};
use proptest::prelude::*;
use serde_json::{Value, json};

const HEAD: &str = "apiVersion: installer.kubesphere.io/v1alpha1\nkind: ClusterConfiguration\n\
    metadata:\n  name: ks-installer\n  namespace: kubesphere-system\nspec:\n";

fn parse(spec: &str) -> Parsed {
    ClusterConfiguration::parse(&Source::new("cc.yaml", format!("{HEAD}{spec}"))).unwrap()
}

#[test]
fn the_shipped_configuration_has_no_problems() {
    let text = include_str!("shipped.yaml");
    let parsed = ClusterConfiguration::parse(&Source::new("shipped.yaml", text)).unwrap();
    assert_eq!(parsed.warnings, []);
    assert_eq!(parsed.config.typed().etcd.port, Some(2379));
    assert_eq!(parsed.config.typed().common.gpu.kinds.as_ref().unwrap().len(), 1);
    assert_eq!(parsed.config.origin("etcd.port").unwrap().location.unwrap().to_string(), "shipped.yaml:20");
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_change_nothing() {
    let text = include_str!("shipped.yaml");
    let plain = ClusterConfiguration::parse(&Source::new("shipped.yaml", text)).unwrap();
    let odd = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let odd = ClusterConfiguration::parse(&Source::new("shipped.yaml", odd)).unwrap();
    assert_eq!(plain.config.spec(), odd.config.spec());
    assert_eq!(plain.config.origin("etcd.port"), odd.config.origin("etcd.port"));
}

#[test]
fn the_live_object_gives_the_same_configuration_without_places() {
    let source = Source::new("shipped.yaml", include_str!("shipped.yaml"));
    let parsed = ClusterConfiguration::parse(&source).unwrap().config;
    let live = ClusterConfiguration::from_object(json!({
        "apiVersion": "installer.kubesphere.io/v1alpha1", "kind": "ClusterConfiguration",
        "metadata": {
            "name": "ks-installer", "namespace": "kubesphere-system", "uid": "7", "resourceVersion": "1",
            "managedFields": [{ "manager": "kubectl-client-side-apply" }],
        },
        "spec": parsed.spec(),
        "status": { "monitoring": { "status": "enabled" } },
    }))
    .unwrap();
    assert_eq!((live.config.spec(), live.config.typed()), (parsed.spec(), parsed.typed()));
    assert_eq!(live.warnings, []);
    assert_eq!(live.config.origin("etcd.port").unwrap().location, None);
}

#[test]
fn a_list_as_kubectl_prints_it_is_looked_into() {
    let text = format!("apiVersion: v1\nkind: List\nitems:\n- {}", HEAD.trim_end().replace('\n', "\n  "));
    let text = format!("{text}\n    alerting: {{enabled: true}}\n");
    let parsed = ClusterConfiguration::parse(&Source::new("-", text)).unwrap();
    assert_eq!(parsed.config.typed().alerting.enabled, Some(true));
}

#[test]
fn values_stay_as_the_user_gave_them() {
    let spec = parse(
        "  monitoring:\n    prometheus:\n      replicas: 2\n      resources:\n        limits: {cpu: 4, memory: 16384Mi}\n",
    );
    let prometheus = &spec.config.spec()["monitoring"]["prometheus"];
    assert_eq!(prometheus["replicas"], 2);
    assert_eq!(prometheus["resources"]["limits"]["memory"], "16384Mi");
}

#[test]
fn what_other_modules_read_is_carried_through_untouched() {
    let spec =
        "  logging: {enabled: maybe, logsidecar: [1]}\n  common: {es: {master: {}}}\n  servicemesh: {istio: 7}\n";
    let parsed = parse(spec);
    assert_eq!(parsed.warnings, []);
    assert_eq!(
        parsed.config.spec(),
        &json!({
            "logging": {"enabled": "maybe", "logsidecar": [1]}, "common": {"es": {"master": {}}}, "servicemesh": {"istio": 7},
        })
    );
}

#[test]
fn null_counts_as_absent() {
    let parsed = parse("  monitoring:\n    storageClass:\n    tolerations: null\n    prometheus:\n  alerting: ~\n");
    assert_eq!(parsed.config.spec(), &json!({"monitoring": {}}));
    assert_eq!(parsed.config.origin("monitoring.storageClass"), None);
}

#[test]
fn origins_know_every_value_below_a_field() {
    let parsed = parse(
        "  monitoring:\n    tolerations:\n    - key: dedicated\n      operator: Exists\n    prometheus:\n      limits:\n        cpu: 8\n",
    );
    let place = |path: &str| parsed.config.origin(path).map(|it| (it.field, it.location.unwrap().line));
    assert_eq!(place("monitoring.tolerations"), Some(("monitoring.tolerations".into(), 8)));
    assert_eq!(place("monitoring.tolerations[0].operator"), Some(("monitoring.tolerations[0].operator".into(), 10)));
    let limit = Some(("monitoring.prometheus.limits.cpu".into(), 13));
    assert_eq!(place("monitoring.prometheus.resources.limits.cpu"), limit);
    assert_eq!(place("monitoring.prometheus.resources"), limit);
    assert_eq!(place("monitoring.prometheus.replicas"), None);
}

#[test]
fn anchors_and_merges_share_resources() {
    let parsed = parse(
        "  monitoring:\n    prometheus:\n      resources: &small\n        limits: {cpu: 1, memory: 2Gi}\n    alertmanager:\n      resources:\n        <<: *small\n        requests: {cpu: 100m}\n",
    );
    let resources = &parsed.config.typed().monitoring.alertmanager.resources;
    assert_eq!(resources.limits.memory.as_ref().unwrap().to_string(), "2Gi");
    assert_eq!(resources.requests.cpu.as_ref().unwrap().to_string(), "100m");
}

#[test]
fn quantities_that_are_numbers_become_text() {
    let parsed = parse("  monitoring:\n    prometheus:\n      volumeSize: 20\n      limits: {cpu: 0.5}\n");
    let resources = json!({"limits": {"cpu": "0.5"}});
    assert_eq!(parsed.config.spec()["monitoring"]["prometheus"], json!({"volumeSize": "20", "resources": resources}));
}

#[test]
fn images_can_be_overridden_one_by_one() {
    let parsed = parse("  prometheus_tag: v2.40.0\n  thanos_repo: registry.example/thanos\n  ks_console_tag: v3.4.1\n");
    let overrides = &parsed.config.typed().images.overrides;
    assert_eq!(overrides.keys().collect::<Vec<_>>(), ["prometheus_tag", "thanos_repo"]);
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[ -~]{0,8}".prop_map(Value::from),
        prop_oneof!["1Gi", "500m", "7d", "true", "2", "local"].prop_map(Value::from),
    ];
    let key = prop_oneof![
        Just("monitoring"),
        Just("prometheus"),
        Just("resources"),
        Just("limits"),
        Just("requests"),
        Just("cpu"),
        Just("memory"),
        Just("replicas"),
        Just("volumeSize"),
        Just("retention"),
        Just("nodeSelector"),
        Just("tolerations"),
        Just("affinity"),
        Just("etcd"),
        Just("port"),
        Just("endpointIps"),
        Just("alerting"),
        Just("enabled"),
        Just("common"),
        Just("gpu"),
        Just("kinds"),
        Just("alertmanager"),
        Just("node_exporter"),
        Just("storageClass"),
        Just("prometheusReplicas"),
        Just("logging"),
        Just("type"),
        Just("typo"),
        Just("grafana"),
        Just("enable"),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_breaks_the_parser(text in "\\PC*") {
        let _ = ClusterConfiguration::parse(&Source::new("-", text));
    }

    #[test]
    fn no_near_yaml_breaks_the_parser(lines in prop::collection::vec("[ \t]{0,6}(- |\\? |&a |\\*a|<<: |!!int |)[a-z\"'{\\[]{0,3}(: |:|)[-0-9a-z.~*&!|>%@`\"'{}\\[\\],#é]{0,6}", 0..12)) {
        let text = lines.join("\n");
        if let Err(problems) = ClusterConfiguration::parse(&Source::new("-", &text)) {
            for problem in &problems {
                let span = problem.span.unwrap();
                prop_assert!(text.get(span.start..span.end).is_some(), "{span:?} of {text:?}");
            }
        }
    }

    /// Whatever the checks let through fits the types: the message about a misfit is never seen.
    #[test]
    fn no_spec_breaks_the_types(spec in json()) {
        let object = json!({
            "apiVersion": "installer.kubesphere.io/v1alpha1", "kind": "ClusterConfiguration",
            "metadata": { "name": "ks-installer" }, "spec": spec,
        });
        if let Err(problems) = ClusterConfiguration::from_object(object) {
            prop_assert!(problems.has_errors());
            for problem in &problems {
                prop_assert!(!problem.message.contains("does not fit its types"), "{problem}");
            }
        }
    }

    /// A configuration in its normal form is its own normal form.
    #[test]
    fn folding_twice_is_folding_once(spec in json()) {
        let object = |spec: &Value| json!({
            "apiVersion": "installer.kubesphere.io/v1alpha1", "kind": "ClusterConfiguration",
            "metadata": { "name": "ks-installer" }, "spec": spec,
        });
        if let Ok(once) = ClusterConfiguration::from_object(object(&spec)) {
            let twice = ClusterConfiguration::from_object(object(once.config.spec())).unwrap();
            prop_assert_eq!(once.config.spec(), twice.config.spec());
            prop_assert_eq!(once.config.typed(), twice.config.typed());
        }
    }
}
