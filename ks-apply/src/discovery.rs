//! Which kinds a cluster serves.

use std::collections::BTreeMap;

use ks_model::GroupKind;
use serde::{Deserialize, Serialize};

/// Describes one kind in one version that an API server serves.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ServedKind {
    /// The kind.
    pub kind: GroupKind,
    /// The version, such as `v1`.
    pub version: String,
    /// The name in addresses, such as `deployments`.
    pub plural: String,
    /// Whether objects live in namespaces.
    pub namespaced: bool,
}

impl ServedKind {
    /// The `apiVersion`, such as `apps/v1`.
    pub fn api_version(&self) -> String {
        if self.kind.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.kind.group, self.version) }
    }
}

/// Holds every kind that a cluster serves, in all versions, the preferred one first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovery {
    kinds: BTreeMap<GroupKind, Vec<ServedKind>>,
}

impl Discovery {
    /// Looks a kind up in one version.
    pub fn find(&self, kind: &GroupKind, version: &str) -> Option<&ServedKind> {
        self.kinds.get(kind)?.iter().find(|served| served.version == version)
    }

    /// Looks a kind up in the version that the server prefers.
    pub fn preferred(&self, kind: &GroupKind) -> Option<&ServedKind> {
        self.kinds.get(kind)?.first()
    }

    /// All versions in which a kind is served.
    pub fn versions(&self, kind: &GroupKind) -> impl Iterator<Item = &str> {
        self.kinds.get(kind).into_iter().flatten().map(|served| served.version.as_str())
    }

    /// Every kind in every version, those of one kind in the order of preference.
    pub fn iter(&self) -> impl Iterator<Item = &ServedKind> {
        self.kinds.values().flatten()
    }

    /// Whether nothing at all is served, as when aggregated discovery is not understood.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }
}

/// Collects kinds; the versions of a kind keep the order in which they come.
impl FromIterator<ServedKind> for Discovery {
    fn from_iter<I: IntoIterator<Item = ServedKind>>(served: I) -> Self {
        let mut kinds: BTreeMap<GroupKind, Vec<ServedKind>> = BTreeMap::new();
        for kind in served {
            kinds.entry(kind.kind.clone()).or_default().push(kind);
        }
        Self { kinds }
    }
}
