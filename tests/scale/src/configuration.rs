//! Configurations for tests: the shipped example, changed where a test says so.

use serde_json::{Value, json};

/// The example that the project ships, which the stories start from.
pub const EXAMPLE: &str = include_str!("../../../manifests/examples/cluster-configuration.yaml");

/// One field that switches components on and off.
#[derive(Clone, Copy, Debug)]
pub struct Gate {
    /// The field, as a JSON pointer below `spec`.
    pub field: &'static str,
    /// The JSON value that opens the gate.
    pub open: &'static str,
    /// The JSON value that closes it.
    pub closed: &'static str,
}

/// Every gate. `tests/render_matrix` fails when a component of the catalogue has one that is not listed here.
pub const GATES: [Gate; 7] = [
    Gate { field: "/common/monitoring/type", open: "null", closed: r#""external""# },
    Gate { field: "/etcd/monitoring", open: "true", closed: "false" },
    Gate { field: "/alerting/enabled", open: "true", closed: "false" },
    Gate { field: "/servicemesh/enabled", open: "true", closed: "false" },
    Gate { field: "/monitoring/grafana/enabled", open: "true", closed: "false" },
    Gate { field: "/monitoring/general_alerts/enabled", open: "true", closed: "false" },
    Gate { field: "/monitoring/gpu/nvidia_dcgm_exporter/enabled", open: "true", closed: "false" },
];

impl Gate {
    /// What the spec says when the gate is open, or closed.
    ///
    /// # Panics
    /// When the table above holds a value that is no JSON.
    #[expect(clippy::expect_used, reason = "tests may")]
    pub fn set(&self, open: bool) -> Value {
        let value = serde_json::from_str(if open { self.open } else { self.closed }).expect("a JSON value");
        self.field.rsplit('/').filter(|it| !it.is_empty()).fold(value, |inner, key| json!({ key: inner }))
    }
}

/// What the spec says with every gate open, or closed; and the addresses of etcd, which the example leaves to its reader.
pub fn all_gates(open: bool) -> Value {
    let mut spec = json!({ "etcd": { "endpointIps": "192.0.2.1,192.0.2.2,192.0.2.3" } });
    for gate in GATES {
        merge(&mut spec, &gate.set(open));
    }
    spec
}

/// The shipped example with [changes](merge) to its spec.
///
/// # Panics
/// When the example is no YAML.
#[expect(clippy::expect_used, reason = "tests may")]
pub fn example_with(spec: &Value) -> String {
    let mut document: Value = serde_saphyr::from_str(EXAMPLE).expect("the example is YAML");
    merge(&mut document, &json!({ "spec": spec }));
    document.to_string()
}

/// A configuration that says nothing but this.
pub fn bare(spec: &Value) -> String {
    let document = json!({
        "apiVersion": "installer.kubesphere.io/v1alpha1",
        "kind": "ClusterConfiguration",
        "metadata": { "name": "ks-installer", "namespace": "kubesphere-system" },
        "spec": spec,
    });
    document.to_string()
}

/// The shipped example with every gate open.
pub fn everything_on() -> String {
    example_with(&all_gates(true))
}

/// Merges `from` into `into`: mappings key by key, everything else whole, and null as a value like any other.
pub fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}
