//! Placement: on which nodes pods may run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Node selector, tolerations and affinity.
///
/// They stand below `monitoring` and, as second choice, at the top of the spec; each of the three is chosen on its own,
/// and an empty one given by the user counts as given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Placement {
    /// Labels that a node must have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_selector: Option<BTreeMap<String, String>>,
    /// Taints that the pods tolerate, as Kubernetes writes them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerations: Option<Vec<Value>>,
    /// Affinity of the pods, as Kubernetes writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affinity: Option<Value>,
}
