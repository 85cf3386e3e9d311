//! Which object a plain write meets: none for a create, the one of its revision for a replacement.

use ks_model::Manifest;

use super::refusal;
use crate::sandbox::object;
use crate::sandbox::state::State;
use crate::{ClusterError, InvalidCause, ServedKind};

/// Refuses a create of what is there, and a replacement of what is not as it was.
pub(in crate::sandbox) fn check(
    state: &State,
    verb: &str,
    kind: &ServedKind,
    manifest: &Manifest,
) -> Result<(), ClusterError> {
    let target = manifest.object();
    let action = format!("{verb} {target}");
    let live = state.get(target);
    if verb == "create" {
        return live.map_or(Ok(()), |_| Err(refusal::exists(&action, kind, &target.name)));
    }
    let Some(revision) = manifest.revision() else {
        let message = "must be specified for an update".to_owned();
        let cause = InvalidCause { field: "metadata.resourceVersion".to_owned(), message };
        return Err(refusal::invalid(&action, target, vec![cause]));
    };
    match live {
        Some(live) if object::text(live, "/metadata/resourceVersion") == revision => Ok(()),
        _ => Err(refusal::revision_differs(&action, kind, &target.name)),
    }
}
