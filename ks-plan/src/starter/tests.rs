use ks_model::Facts;
use ks_model::config::{ClusterConfiguration, Source};
use serde_json::{Value, json};

use super::*;
use crate::compile::compile;
use crate::history::read_paths;

/// The text with every field set.
fn uncommented(text: &str) -> String {
    let line = |line: &str| {
        let rest = line.trim_start();
        let indent = &line[..line.len() - rest.len()];
        match rest.strip_prefix('#') {
            Some(rest) if !rest.is_empty() && !rest.starts_with(' ') => format!("{indent}{rest}\n"),
            // Below a field that is a comment, its lines are indented behind the sign.
            Some(rest) if rest.starts_with("  ") => format!("{indent}{rest}\n"),
            _ => format!("{line}\n"),
        }
    };
    text.lines().map(line).collect()
}

fn parse(text: &str) -> (ClusterConfiguration, Vec<String>) {
    let parsed = ClusterConfiguration::parse(&Source::new("cc.yaml", text));
    let parsed = parsed.unwrap_or_else(|problems| panic!("{problems}\n{text}"));
    (parsed.config, parsed.warnings.iter().map(|it| it.message.clone()).collect())
}

/// This reader keeps few comments in mind between two keys.
fn yaml(text: &str) -> Value {
    let lines = text.lines().filter(|it| !it.trim_start().starts_with('#'));
    serde_saphyr::from_str(&lines.collect::<Vec<_>>().join("\n")).unwrap()
}

fn at<'a>(spec: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(spec, |value, key| value.get(key))
}

#[test]
fn each_field_that_a_component_reads_stands_in_it() {
    let catalogue = Catalogue::embedded().unwrap();
    let text = Starter::new(&catalogue).text();
    let spec = &yaml(&uncommented(&text))["spec"];
    let mut looked_for = 0;
    for component in catalogue.components() {
        for (name, rule) in &component.settings {
            assert!(rule.description.is_some(), "{}: {name} has no description", component.name);
            for path in &rule.from {
                let value =
                    at(spec, path).unwrap_or_else(|| panic!("{}: {name} has no {path}\n{text}", component.name));
                assert!(!value.is_null(), "{}: {name} shows nothing at {path}: it wants an example", component.name);
                let leaves = rule.default.iter().filter(|_| rule.leaves).flat_map(crate::catalogue::leaves);
                for (leaf, _) in leaves {
                    assert!(at(value, &leaf.join(".")).is_some(), "{path}.{}", leaf.join("."));
                }
                looked_for += 1;
            }
        }
        for expression in &component.when {
            for path in crate::render::expression_variables(expression).unwrap() {
                let path = path.strip_prefix("spec.").unwrap();
                assert!(at(spec, path).is_some(), "{path}");
                looked_for += 1;
            }
        }
    }
    assert!(looked_for > 60, "{looked_for}");
    let known: Vec<&str> = ks_model::config::paths();
    for path in Starter::new(&catalogue).paths() {
        let is_known = known.iter().any(|it| *it == path || it.starts_with(&format!("{path}.")));
        assert!(is_known, "{path} is read by a component, and not in the table of fields");
        assert!(read_paths(&catalogue).iter().any(|it| it.join(".") == path || it.join(".").starts_with(path)));
    }
}

#[test]
fn as_it_is_it_wants_what_silence_wants() {
    let catalogue = Catalogue::embedded().unwrap();
    let text = Starter::new(&catalogue).text();
    let (config, warnings) = parse(&text);
    assert_eq!(warnings, [""; 0]);
    let silent = json!({ "apiVersion": "installer.kubesphere.io/v1alpha1", "kind": "ClusterConfiguration",
        "metadata": { "name": "ks-installer", "namespace": "kubesphere-system" }, "spec": {} });
    let silent = ClusterConfiguration::from_object(silent).unwrap().config;
    let objects = |config: &ClusterConfiguration| {
        let compiled = compile(&catalogue, config, &Facts::default()).unwrap();
        let objects = compiled.bundles.into_iter().flat_map(|it| it.objects);
        objects.map(|it| it.manifest.value().clone()).collect::<Vec<_>>()
    };
    assert_eq!(objects(&config), objects(&silent));
}

#[test]
fn with_every_field_set_it_is_still_valid() {
    let text = uncommented(&Starter::new(&Catalogue::embedded().unwrap()).text());
    let (config, warnings) = parse(&text);
    assert_eq!(warnings, [""; 0], "{text}");
    assert_eq!(config.spec()["monitoring"]["prometheus"]["retention"], "7d");
    assert_eq!(config.spec()["monitoring"]["prometheus"]["resources"]["limits"]["cpu"], "4");
}

#[test]
fn it_reads_well() {
    insta::assert_snapshot!(Starter::new(&Catalogue::embedded().unwrap()).text());
}

fn live() -> Value {
    json!({
        "apiVersion": "installer.kubesphere.io/v1alpha1", "kind": "ClusterConfiguration",
        "metadata": { "name": "ks-installer", "namespace": "kubesphere-system", "uid": "1", "resourceVersion": "7",
            "labels": { "version": "v3.4.1" }, "managedFields": [],
            "annotations": { "kubectl.kubernetes.io/last-applied-configuration": "{\"password\":\"sesame\"}" } },
        "spec": {
            "authentication": { "jwtSecret": "sesame" },
            "alerting": { "enabled": true },
            "common": { "opensearch": { "enabled": true, "basicAuth": { "enabled": true, "password": "sesame" } },
                "hooks": ["https://me:sesame@example.org", "https://example.org"] },
            "monitoring": { "prometheus": { "replicas": 3, "remoteWrite": [{ "url": "https://example.org/sesame" }] } },
            "devops": { "enabled": false, "token": "" },
        },
        "status": { "monitoring": { "status": "enabled" } },
    })
}

#[test]
fn a_live_configuration_keeps_its_values_and_nothing_of_the_server() {
    let catalogue = Catalogue::embedded().unwrap();
    let text = Starter::new(&catalogue).with_object(&live()).text();
    let written = yaml(&text);
    assert_eq!(
        written["metadata"],
        json!({ "name": "ks-installer", "namespace": "kubesphere-system",
        "labels": { "version": "v3.4.1" } })
    );
    assert!(!text.contains("last-applied") && !text.contains("status"), "{text}");
    let mut spec = written["spec"].clone();
    prune(&mut spec);
    let mut expected = live()["spec"].clone();
    // The switches that are off are written out.
    for (section, key) in [("etcd", "monitoring"), ("servicemesh", "enabled")] {
        expected[section] = json!({ key: false });
    }
    expected["monitoring"]["grafana"] = json!({ "enabled": false });
    expected["monitoring"]["general_alerts"] = json!({ "enabled": false });
    expected["monitoring"]["gpu"] = json!({ "nvidia_dcgm_exporter": { "enabled": false } });
    assert_eq!(spec, expected, "{text}");
}

/// Takes sections away that hold nothing.
fn prune(value: &mut Value) {
    let Some(members) = value.as_object_mut() else { return };
    members.values_mut().for_each(prune);
    members.retain(|_, member| !member.is_null() && *member != json!({}));
}

#[test]
fn secret_values_are_left_out_by_name() {
    let catalogue = Catalogue::embedded().unwrap();
    let starter = Starter::new(&catalogue).with_object(&live()).without_secrets();
    let text = starter.text();
    assert!(!text.contains("sesame"), "{text}");
    let told: Vec<String> = starter.left_out().iter().map(|it| format!("{} {}", it.field, it.is_read)).collect();
    assert_eq!(
        told,
        [
            "authentication.jwtSecret false",
            "common.opensearch.basicAuth.password false",
            "common.hooks[0] false",
            "monitoring.prometheus.remoteWrite true",
        ]
    );
    let (config, _) = parse(&text);
    assert_eq!(config.spec()["common"]["opensearch"]["basicAuth"], json!({ "enabled": true }));
    assert_eq!(config.spec()["devops"]["token"], "");
    let places: Vec<&str> = text.lines().filter(|it| it.contains("left out")).map(str::trim).collect();
    insta::assert_snapshot!(places.join("\n"));
}

#[test]
fn an_overlay_with_a_field_in_another_field_loses_neither() {
    let catalogue = Catalogue::from_files([(
        "m/echo/component.yaml",
        "{ name: echo, description: Answers., settings: { a: { from: echo.all, default: {} }, b: { from: echo.all.size } } }",
    )]);
    let text = Starter::new(&catalogue.unwrap()).text();
    assert!(text.contains("# size: Default: none. Read by echo."), "{text}");
}
