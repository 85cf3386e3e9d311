//! Whether a cluster serves what is wanted of it, or will once the plan is applied.

use ks_model::{Manifest, Ownership};
use ks_plan::Desired;

use crate::discovery::Discovery;
use crate::error::ClusterError;

/// Refuses wanted objects of a kind, or of a version of it, that neither the cluster serves nor a wanted definition makes.
///
/// Objects of others are another matter: where their kind is not served they are not there, and nothing is written.
pub(crate) fn check(discovery: &Discovery, desired: &Desired) -> Result<(), ClusterError> {
    let is_known = |it: &&Manifest| {
        let kind = &it.object().kind;
        discovery.find(kind, it.version()).is_some() || desired.definition_of(kind).is_some()
    };
    let is_made = |it: &&Manifest| desired.ownership(it.object()) != Ownership::Fields;
    match desired.manifests().filter(is_made).find(|it| !is_known(it)) {
        Some(unknown) => Err(refusal(discovery, unknown)),
        None => Ok(()),
    }
}

fn refusal(discovery: &Discovery, unknown: &Manifest) -> ClusterError {
    let kind = &unknown.object().kind;
    let versions: Vec<&str> = discovery.versions(kind).collect();
    let served = if versions.is_empty() { String::new() } else { format!(", only in {}", versions.join(", ")) };
    ClusterError::NotServed {
        action: format!("plan {}", unknown.object()),
        kind: format!("{} in {}{served}", kind.kind, unknown.api_version()),
    }
}
