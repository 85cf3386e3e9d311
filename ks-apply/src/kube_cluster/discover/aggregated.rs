//! Discovery in one document: all groups, versions and resources.

use ks_model::GroupKind;
use serde::Deserialize;

use super::usable_first;
use crate::discovery::ServedKind;

/// An `APIGroupDiscoveryList`, in the order of the server's preference.
#[derive(Deserialize)]
pub(super) struct Groups {
    #[serde(default)]
    items: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    versions: Vec<Version>,
}

#[derive(Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Version {
    version: String,
    #[serde(default)]
    resources: Vec<Resource>,
    #[serde(default)]
    freshness: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    resource: String,
    #[serde(default)]
    response_kind: Option<ResponseKind>,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    verbs: Vec<String>,
}

#[derive(Deserialize)]
struct ResponseKind {
    #[serde(default)]
    kind: String,
}

impl Groups {
    /// The group versions whose own server did not answer of late.
    pub(super) fn stale(&self) -> impl Iterator<Item = String> {
        let versions = self.items.iter().flat_map(|group| group.versions.iter().map(move |version| (group, version)));
        versions
            .filter(|(_, version)| version.freshness == "Stale")
            .map(|(group, version)| format!("{}/{}", group.metadata.name, version.version))
    }

    /// Every kind in every version.
    pub(super) fn kinds(self) -> Vec<ServedKind> {
        let mut kinds = Vec::new();
        for group in self.items {
            for mut version in group.versions {
                usable_first(&mut version.resources, |it| &it.verbs);
                let resources = version.resources.into_iter();
                kinds.extend(resources.filter_map(|it| it.served(&group.metadata.name, &version.version)));
            }
        }
        kinds
    }
}

impl Resource {
    /// A resource without verbs only holds subresources.
    fn served(self, group: &str, version: &str) -> Option<ServedKind> {
        let kind = self.response_kind.map(|it| it.kind).filter(|it| !it.is_empty() && !self.verbs.is_empty())?;
        Some(ServedKind {
            kind: GroupKind::new(group, kind),
            version: version.to_owned(),
            plural: self.resource,
            namespaced: self.scope == "Namespaced",
        })
    }
}
