//! The field table: every field that monitoring reads, its type, and the older spellings that still mean it.
//!
//! Checking, folding and the tests read this table; a new field is a new row, and a member of a type in `sections/`.
//! Paths are below `spec`.

mod known;
mod schema;

pub use known::dead;
pub use schema::{Schema, schema};

/// What a field may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number from zero up.
    Replicas,
    /// A whole number from 1 to 65535.
    Port,
    /// The size of a volume: a quantity above zero.
    Volume,
    /// CPU: a quantity from zero up.
    Cpu,
    /// Memory: a quantity from zero up.
    Memory,
    /// A duration of Prometheus, such as `7d`.
    Duration,
    /// The name of a StorageClass, or the empty string.
    StorageClass,
    /// Any text.
    Text,
    /// Labels: a mapping of text to text.
    Labels,
    /// A list of mappings whose content is Kubernetes' own.
    Mappings,
    /// A mapping whose content is Kubernetes' own.
    Mapping,
    /// Labels of metrics: a mapping of text to text.
    MetricLabels,
    /// Where Prometheus writes to: a list of mappings without secrets.
    RemoteWrites,
    /// The kinds of GPU of the console.
    GpuKinds,
}

impl Kind {
    /// Tells whether the field holds a quantity.
    pub fn is_quantity(self) -> bool {
        matches!(self, Self::Volume | Self::Cpu | Self::Memory)
    }
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its path, such as `monitoring.prometheus.replicas`.
    pub path: String,
    /// What it may hold.
    pub kind: Kind,
    /// Older spellings, the strongest first. The path itself is stronger than all of them.
    pub legacy: Vec<String>,
}

const fn row(path: &'static str, kind: Kind) -> (&'static str, Kind, &'static [&'static str]) {
    (path, kind, &[])
}

/// The fields that are not resources.
const PLAIN: &[(&str, Kind, &[&str])] = &[
    row("monitoring.storageClass", Kind::StorageClass),
    row("monitoring.nodeSelector", Kind::Labels),
    row("monitoring.tolerations", Kind::Mappings),
    row("monitoring.affinity", Kind::Mapping),
    ("monitoring.prometheus.replicas", Kind::Replicas, &["monitoring.prometheusReplicas"]),
    // The two variables at the top of the spec worked because every key there overrides a variable of the same name.
    ("monitoring.prometheus.volumeSize", Kind::Volume, &["monitoring.prometheusVolumeSize", "prometheus_pv_size"]),
    ("monitoring.prometheus.retention", Kind::Duration, &["prometheus_retention_duration"]),
    row("monitoring.prometheus.persistence.enabled", Kind::Bool),
    row("monitoring.prometheus.externalLabels", Kind::MetricLabels),
    row("monitoring.prometheus.remoteWrite", Kind::RemoteWrites),
    ("monitoring.alertmanager.replicas", Kind::Replicas, &["monitoring.alertmanagerReplicas"]),
    row("monitoring.node_exporter.port", Kind::Port),
    row("monitoring.grafana.enabled", Kind::Bool),
    row("monitoring.general_alerts.enabled", Kind::Bool),
    row("monitoring.gpu.nvidia_dcgm_exporter.enabled", Kind::Bool),
    row("alerting.enabled", Kind::Bool),
    row("alerting.thanosruler.replicas", Kind::Replicas),
    row("common.monitoring.type", Kind::Text),
    row("common.monitoring.endpoint", Kind::Text),
    row("common.monitoring.GPUMonitoring.enabled", Kind::Bool),
    row("common.gpu.kinds", Kind::GpuKinds),
    row("common.notification.endpoint", Kind::Text),
    row("etcd.monitoring", Kind::Bool),
    row("etcd.endpointIps", Kind::Text),
    row("etcd.port", Kind::Port),
    row("etcd.tlsEnable", Kind::Bool),
    row("servicemesh.enabled", Kind::Bool),
    row("persistence.storageClass", Kind::StorageClass),
    row("nodeSelector", Kind::Labels),
    row("tolerations", Kind::Mappings),
    row("affinity", Kind::Mapping),
    row("local_registry", Kind::Text),
    row("zone", Kind::Text),
    row("namespace_override", Kind::Text),
    row("dev_tag", Kind::Text),
    row("telemetry_enabled", Kind::Bool),
];

/// Whose resources can be set, and whether the leaves may stand without `resources`, as they once did.
const SIZED: &[(&str, bool)] = &[
    ("monitoring.prometheus", true),
    ("monitoring.prometheus.operator", false),
    ("monitoring.alertmanager", true),
    ("monitoring.node_exporter", true),
    ("monitoring.kube_rbac_proxy", true),
    ("monitoring.kube_state_metrics", true),
    ("monitoring.notification_manager", false),
    ("monitoring.notification_manager.operator", false),
    ("monitoring.notification_manager.proxy", false),
    ("monitoring.gpu.nvidia_dcgm_exporter", false),
    ("alerting.thanosruler", false),
];

/// The images of the monitoring module; each has a `<name>_repo` and a `<name>_tag` at the top of the spec.
pub const IMAGES: &[&str] = &[
    "prometheus_operator",
    "prometheus_config_reloader",
    "prometheus",
    "alertmanager",
    "thanos",
    "node_exporter",
    "kube_state_metrics",
    "kube_rbac_proxy",
    "grafana",
    "notification_manager_operator",
    "notification_manager_operator_proxy",
    "notification_manager",
    "notification_tenant_sidecar",
    "ks_kubectl",
    "configmap_reload",
    "dcgm_exporter",
];

/// The ways to write the field at `path`, the strongest first: the path itself, then its older spellings.
///
/// # Example
/// ```
/// use ks_model::config::spellings;
/// assert_eq!(spellings("monitoring.prometheus.replicas"), ["monitoring.prometheus.replicas", "monitoring.prometheusReplicas"]);
/// assert_eq!(spellings("something.else"), ["something.else"]);
/// ```
pub fn spellings(path: &str) -> Vec<String> {
    let older = schema().0.iter().find(|field| field.path == path).map(|field| field.legacy.clone());
    std::iter::once(path.to_owned()).chain(older.unwrap_or_default()).collect()
}

/// The paths of all fields that monitoring reads.
pub fn paths() -> Vec<&'static str> {
    schema().0.iter().map(|field| field.path.as_str()).collect()
}

/// The paths whose `resources` can be set.
pub fn sized() -> impl Iterator<Item = &'static str> {
    SIZED.iter().map(|(path, _)| *path)
}

/// The whole table, in the order in which it stands here.
pub fn fields() -> Vec<Field> {
    let plain = PLAIN.iter().map(|(path, kind, legacy)| Field {
        path: (*path).to_owned(),
        kind: *kind,
        legacy: legacy.iter().map(|it| (*it).to_owned()).collect(),
    });
    let images = IMAGES.iter().flat_map(|image| ["repo", "tag"].map(|part| format!("{image}_{part}")));
    let images = images.map(|path| Field { path, kind: Kind::Text, legacy: Vec::new() });
    plain.chain(SIZED.iter().flat_map(|(path, bare)| leaves(path, *bare))).chain(images).collect()
}

fn leaves(path: &str, bare: bool) -> Vec<Field> {
    let leaves = [
        ("limits.cpu", Kind::Cpu),
        ("limits.memory", Kind::Memory),
        ("requests.cpu", Kind::Cpu),
        ("requests.memory", Kind::Memory),
    ];
    let field = |(leaf, kind)| Field {
        path: format!("{path}.resources.{leaf}"),
        kind,
        legacy: if bare { vec![format!("{path}.{leaf}")] } else { Vec::new() },
    };
    leaves.map(field).into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Map, Value, json};

    use super::*;
    use crate::config::ClusterConfiguration;

    fn sample(kind: Kind) -> Value {
        match kind {
            Kind::Bool => json!(false),
            Kind::Replicas => json!(2),
            Kind::Port => json!(9200),
            Kind::Volume | Kind::Memory => json!("20Gi"),
            Kind::Cpu => json!("500m"),
            Kind::Duration => json!("7d"),
            Kind::StorageClass => json!("local"),
            Kind::Text => json!("192.168.0.2"),
            Kind::Labels => json!({ "disk": "ssd" }),
            Kind::Mappings => json!([{ "key": "dedicated" }]),
            Kind::MetricLabels => json!({ "cluster": "a" }),
            Kind::RemoteWrites => json!([{ "url": "http://a.example/write" }]),
            Kind::Mapping => json!({ "podAntiAffinity": {} }),
            Kind::GpuKinds => json!([{ "resourceName": "nvidia.com/gpu", "resourceType": "GPU", "default": true }]),
        }
    }

    fn put(place: &mut Value, path: &str, value: Value) {
        *path.split('.').fold(place, |place, key| &mut place[key]) = value;
    }

    /// The typed form of a spec, as JSON, without empty sections.
    fn typed(spec: &Value) -> Value {
        let parsed = ClusterConfiguration::from_object(json!({
            "apiVersion": "installer.kubesphere.io/v1alpha1", "kind": "ClusterConfiguration",
            "metadata": { "name": "ks-installer" }, "spec": spec,
        }));
        let typed = parsed.unwrap().config.typed().clone();
        let mut value = serde_json::to_value(&typed).unwrap();
        for (key, text) in typed.images.overrides {
            value[key] = Value::from(text);
        }
        without_empty(value)
    }

    fn without_empty(value: Value) -> Value {
        let Value::Object(map) = value else { return value };
        let members = map.into_iter().map(|(key, value)| match key.as_str() {
            "affinity" => (key, value),
            _ => (key, without_empty(value)),
        });
        Value::Object(members.filter(|(_, value)| *value != json!({})).collect::<Map<_, _>>())
    }

    #[test]
    fn every_field_of_the_table_has_its_place_in_the_types() {
        for field in fields() {
            let mut spec = json!({});
            put(&mut spec, &field.path, sample(field.kind));
            assert_eq!(typed(&spec), spec, "{}", field.path);
        }
    }

    #[test]
    fn the_types_hold_the_whole_table_at_once() {
        let mut spec = json!({});
        fields().into_iter().for_each(|field| put(&mut spec, &field.path, sample(field.kind)));
        assert_eq!(typed(&spec), spec);
    }

    #[test]
    fn no_spelling_stands_twice() {
        let fields = fields();
        let all: Vec<&String> = fields.iter().flat_map(|it| std::iter::once(&it.path).chain(&it.legacy)).collect();
        let different: BTreeSet<&&String> = all.iter().collect();
        assert_eq!(different.len(), all.len());
    }
}
