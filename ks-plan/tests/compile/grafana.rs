//! The volume of Grafana: its class and size follow the configuration until the claim is there.

use ks_model::Facts;
use serde_json::{Value, json};

use crate::support::{compiled, field, nodes, with_spec};

const CLAIM: &str = "PersistentVolumeClaim kubesphere-monitoring-system/grafana-storage";

/// The class and the size of the claim.
fn claim(monitoring: &Value, facts: &Facts) -> [Value; 2] {
    let mut spec = json!({ "monitoring": monitoring, "persistence": { "storageClass": "slow" } });
    spec["monitoring"]["grafana"] = json!({ "enabled": true });
    let compiled = compiled(&with_spec(spec), facts);
    ["/spec/storageClassName", "/spec/resources/requests/storage"].map(|pointer| field(&compiled, CLAIM, pointer))
}

fn with_claim() -> Facts {
    let mut facts = nodes(1);
    for (pointer, value) in [("storageClassName", "old"), ("resources/requests/storage", "1Gi")] {
        let live = format!("v1 {CLAIM}#/spec/{pointer}");
        facts.kept.insert(live.parse().unwrap(), value.into());
    }
    facts
}

#[test]
fn a_new_claim_gets_the_class_of_the_configuration() {
    assert_eq!(claim(&json!({}), &nodes(1)), [json!("slow"), json!("50Mi")]);
    assert_eq!(claim(&json!({ "storageClass": "fast" }), &nodes(1)), [json!("fast"), json!("50Mi")]);
}

#[test]
fn a_claim_that_is_there_keeps_its_class_and_its_size() {
    assert_eq!(claim(&json!({ "storageClass": "fast" }), &with_claim()), [json!("old"), json!("1Gi")]);
}

/// The default class of the cluster is then the server's to fill in, and not ours.
#[test]
fn without_a_class_in_the_configuration_none_is_written() {
    let spec = json!({ "monitoring": { "grafana": { "enabled": true } }, "persistence": { "storageClass": "" } });
    let compiled = compiled(&with_spec(spec), &with_claim());
    assert_eq!(field(&compiled, CLAIM, "/spec/storageClassName"), Value::Null);
}
