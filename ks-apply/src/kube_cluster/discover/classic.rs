//! Discovery as it was before aggregation: one document for each group version.

use futures::{StreamExt, stream};
use ks_model::GroupKind;
use serde::Deserialize;

use super::{ACTION, read, unavailable, usable_first};
use crate::discovery::ServedKind;
use crate::error::ClusterError;
use crate::kube_cluster::wire::Wire;

/// How many documents are fetched at the same time.
const CONCURRENCY: usize = 16;

/// An `APIVersions` document: the core group.
#[derive(Deserialize)]
pub(super) struct CoreVersions {
    #[serde(default)]
    versions: Vec<String>,
}

/// An `APIGroupList` document: the named groups.
#[derive(Deserialize)]
pub(super) struct NamedGroups {
    #[serde(default)]
    groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    name: String,
    #[serde(default)]
    versions: Vec<GroupVersion>,
    #[serde(default)]
    preferred_version: Option<GroupVersion>,
}

#[derive(Deserialize)]
struct GroupVersion {
    version: String,
}

impl CoreVersions {
    /// The versions of the core group.
    pub(super) fn group_versions(self) -> Vec<(String, String)> {
        self.versions.into_iter().map(|version| (String::new(), version)).collect()
    }
}

impl NamedGroups {
    /// Every version of every group, the preferred one of a group first.
    pub(super) fn group_versions(self) -> Vec<(String, String)> {
        let mut all = Vec::new();
        for group in self.groups {
            let preferred = group.preferred_version.map(|it| it.version);
            let mut versions: Vec<String> = group.versions.into_iter().map(|it| it.version).collect();
            versions.sort_by_key(|version| Some(version) != preferred.as_ref());
            all.extend(versions.into_iter().map(|version| (group.name.clone(), version)));
        }
        all
    }
}

/// An `APIResourceList` document.
#[derive(Deserialize)]
struct Resources {
    #[serde(default)]
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    name: String,
    #[serde(default)]
    namespaced: bool,
    kind: String,
    #[serde(default)]
    verbs: Vec<String>,
}

/// Fetches the kinds of all these group versions; one that does not answer becomes a warning.
pub(super) async fn kinds(wire: &Wire, group_versions: Vec<(String, String)>) -> Result<Vec<ServedKind>, ClusterError> {
    let answers = stream::iter(group_versions)
        .map(async |(group, version)| {
            let answer = kinds_of(wire, &group, &version).await;
            (if group.is_empty() { version } else { format!("{group}/{version}") }, answer)
        })
        .buffered(CONCURRENCY)
        .collect::<Vec<_>>()
        .await;
    let mut kinds = Vec::new();
    for (group_version, answer) in answers {
        match answer {
            Ok(found) => kinds.extend(found),
            Err(error) if concerns_all(&error) => return Err(error),
            Err(error) => wire.warnings.add(unavailable(&group_version, &words_of(error))),
        }
    }
    Ok(kinds)
}

async fn kinds_of(wire: &Wire, group: &str, version: &str) -> Result<Vec<ServedKind>, ClusterError> {
    let path = if group.is_empty() { format!("/api/{version}") } else { format!("/apis/{group}/{version}") };
    let answer = wire.get(ACTION, &path, None).await.map_err(|fault| fault.explain(ACTION, None))?;
    let mut resources = read::<Resources>(answer)?.resources;
    usable_first(&mut resources, |it| &it.verbs);
    let whole = resources.into_iter().filter(|it| !it.name.contains('/') && !it.verbs.is_empty());
    Ok(whole
        .map(|it| ServedKind {
            kind: GroupKind::new(group, it.kind),
            version: version.to_owned(),
            plural: it.name,
            namespaced: it.namespaced,
        })
        .collect())
}

/// Whether the fault is none of the group's.
fn concerns_all(error: &ClusterError) -> bool {
    matches!(error, ClusterError::Unauthorized { .. } | ClusterError::Unreachable { .. } | ClusterError::ReadOnly(_))
}

fn words_of(error: ClusterError) -> String {
    match error {
        ClusterError::Transient { message, .. }
        | ClusterError::Forbidden { message, .. }
        | ClusterError::Protocol { message, .. } => message,
        other => other.to_string(),
    }
}
