//! What the tests of compiling share.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use ks_model::config::{ClusterConfiguration, Source};
use ks_model::{Bundle, Facts};
use ks_plan::{Catalogue, Compiled, compile};
use serde_json::Value;

pub static EMBEDDED: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::embedded().unwrap());

/// The configuration that KubeSphere ships.
pub const EXAMPLE: &str = include_str!("../../../manifests/examples/cluster-configuration.yaml");

/// The same with alerting on.
pub fn example_with_alerting() -> String {
    let alerting = EXAMPLE.replacen("alerting:\n    enabled: false", "alerting:\n    enabled: true", 1);
    assert_ne!(alerting, EXAMPLE);
    alerting
}

/// The same with every component on.
pub fn example_with_everything() -> String {
    let mut text = example_with_alerting();
    for (off, on) in [
        ("etcd:\n    monitoring: false", "etcd:\n    monitoring: true"),
        ("endpointIps: localhost ", "endpointIps: 192.168.0.2,192.168.0.3 "),
        ("servicemesh:\n    enabled: false", "servicemesh:\n    enabled: true"),
        (
            "\n  monitoring:\n",
            "\n  monitoring:\n    grafana: { enabled: true }\n    general_alerts: { enabled: true }\n",
        ),
        ("nvidia_dcgm_exporter:\n        enabled: false", "nvidia_dcgm_exporter:\n        enabled: true"),
    ] {
        assert!(text.contains(off), "{off}");
        text = text.replacen(off, on, 1);
    }
    text
}

/// A configuration from the JSON of its `spec`.
pub fn with_spec(spec: Value) -> String {
    serde_json::json!({
        "apiVersion": "installer.kubesphere.io/v1alpha1", "kind": "ClusterConfiguration",
        "metadata": { "name": "ks-installer", "namespace": "kubesphere-system" }, "spec": spec,
    })
    .to_string()
}

pub fn config(text: &str) -> ClusterConfiguration {
    ClusterConfiguration::parse(&Source::new("cc.yaml", text)).unwrap().config
}

pub fn nodes(nodes: u32) -> Facts {
    let mut facts = Facts::default();
    facts.nodes = nodes;
    facts
}

/// The facts of a cluster with one node, in which every search of the catalogue finds something.
pub fn with_findings() -> Facts {
    serde_json::from_str(include_str!("findings.json")).unwrap()
}

/// Compiles the catalogue of the program.
pub fn compiled(text: &str, facts: &Facts) -> Compiled {
    compile(&EMBEDDED, &config(text), facts).unwrap()
}

pub fn bundle<'a>(compiled: &'a Compiled, component: &str) -> &'a Bundle {
    compiled.bundles.iter().find(|bundle| bundle.component.as_str() == component).unwrap()
}

/// The objects of a bundle by identity, without the long definitions of custom kinds.
pub fn objects(bundle: &Bundle) -> BTreeMap<String, Value> {
    let objects = bundle.objects.iter().map(|it| (it.manifest.object().to_string(), it.manifest.value().clone()));
    objects.filter(|(name, _)| !name.starts_with("CustomResourceDefinition")).collect()
}

/// The object with the length of a dashboard in the place of each; they have tests of their own.
pub fn shortened(value: Value) -> Value {
    match value {
        Value::Object(map) => map.into_iter().map(|(key, it)| (key, shortened(it))).collect(),
        Value::Array(items) => items.into_iter().map(shortened).collect(),
        Value::String(text) if text.starts_with("{\"title\":") => format!("{} bytes", text.len()).into(),
        other => other,
    }
}

/// The value at `pointer` in the object that prints as `object`.
pub fn field(compiled: &Compiled, object: &str, pointer: &str) -> Value {
    let mut all = compiled.bundles.iter().flat_map(|bundle| &bundle.objects);
    let found = all.find(|it| it.manifest.object().to_string() == object).unwrap();
    found.manifest.value().pointer(pointer).cloned().unwrap_or(Value::Null)
}

/// The leaves in which two compiles differ, one per line.
pub fn difference(before: &Compiled, after: &Compiled) -> String {
    let (before, after) = (leaves(before), leaves(after));
    let keys: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let none = Value::Null;
    let lines = keys
        .into_iter()
        .filter(|key| before.get(*key) != after.get(*key))
        .map(|key| format!("{key}: {} → {}", before.get(key).unwrap_or(&none), after.get(key).unwrap_or(&none)));
    lines.collect::<Vec<_>>().join("\n")
}

fn leaves(compiled: &Compiled) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for object in compiled.bundles.iter().flat_map(|bundle| &bundle.objects) {
        collect(&object.manifest.object().to_string(), object.manifest.value(), &mut found);
    }
    found
}

fn collect(path: &str, value: &Value, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            map.iter().for_each(|(key, member)| collect(&format!("{path} {key}"), member, found));
        }
        Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(index, item)| collect(&format!("{path} {index}"), item, found));
        }
        leaf => {
            found.insert(path.to_owned(), leaf.clone());
        }
    }
}
