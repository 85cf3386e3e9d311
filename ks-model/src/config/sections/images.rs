//! Where images come from: fields at the top of the spec.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Registry, namespace and tags of images.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Images {
    /// A registry to pull everything from; empty for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_registry: Option<String>,
    /// `cn` pulls from the mirror in China; other values have no effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// A namespace that replaces that of every image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace_override: Option<String>,
    /// The tag of the core images of KubeSphere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dev_tag: Option<String>,
    /// Single images, as in `prometheus_repo` and `prometheus_tag`.
    #[serde(skip)]
    pub overrides: BTreeMap<String, String>,
}
