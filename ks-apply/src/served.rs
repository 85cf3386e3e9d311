//! Whether a cluster serves what is wanted of it, or will once the plan is applied.

use ks_model::Manifest;
use ks_plan::Desired;

use crate::discovery::Discovery;
use crate::error::ClusterError;

/// Refuses wanted objects of a kind, or of a version of it, that neither the cluster serves nor a wanted definition makes.
pub(crate) fn check(discovery: &Discovery, desired: &Desired) -> Result<(), ClusterError> {
    let is_known = |it: &&Manifest| {
        let kind = &it.object().kind;
        discovery.find(kind, it.version()).is_some() || desired.definition_of(kind).is_some()
    };
    match desired.manifests().find(|it| !is_known(it)) {
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
