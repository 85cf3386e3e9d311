//! Evidence for tests.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::{Bundle, DesiredObject, Facts, Manifest, StorageClass};
use serde_json::{Value, json};

use super::{Configured, Evidence, Served};
use crate::compile::Lookups;
use crate::desired::Desired;
use crate::inventory::Inventory;
use crate::live::LiveState;
use crate::rbac::{Grants, Rights};

/// The one wanted object.
pub(super) fn config_map() -> Value {
    json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "namespace": "mon", "name": "a" } })
}

/// A cluster in which all is well, and one ConfigMap is wanted.
pub(super) fn well() -> Evidence {
    wanting(&config_map())
}

/// The same with a Prometheus that has a volume of a class, or of none.
pub(super) fn with_claim(class: Option<&str>) -> Evidence {
    wanting(&json!({ "apiVersion": "monitoring.coreos.com/v1", "kind": "Prometheus",
        "metadata": { "namespace": "mon", "name": "k8s" },
        "spec": { "storage": { "volumeClaimTemplate": { "spec": { "storageClassName": class } } } } }))
}

/// A storage class.
pub(super) fn class(is_default: bool, allows_expansion: bool) -> StorageClass {
    let mut class = StorageClass::default();
    class.is_default = is_default;
    class.allows_expansion = allows_expansion;
    class
}

fn wanting(object: &Value) -> Evidence {
    let manifest = Manifest::parse(object.clone()).unwrap();
    let served: Served = [(manifest.object().kind.clone(), vec![manifest.version().to_owned()])].into();
    let object = DesiredObject::new(manifest, "a.yaml", BTreeSet::new());
    let bundle = Bundle::new("demo".parse().unwrap(), vec![object]);
    let desired = Desired::new(vec![bundle], vec![], BTreeMap::new(), Inventory::new("home", "ks")).unwrap();
    let rights = Rights::of(&desired, &Lookups::default());
    Evidence {
        answers: Ok(vec![1]),
        version: Ok(Facts::default().version),
        configured: Configured::Sound { source: "cc.yaml".into(), warnings: 0 },
        desired: Ok(desired),
        served: Ok(served),
        rights: Ok(rights),
        grants: Ok(Grants::everything()),
        facts: Ok(Facts::default()),
        installer: Ok(BTreeMap::new()),
        live: Ok(LiveState::default()),
        releases: Ok(BTreeSet::new()),
        leaving: Ok(vec![]),
        lease: Ok(None),
        records: Ok(vec![]),
        services: Ok(vec![]),
    }
}
