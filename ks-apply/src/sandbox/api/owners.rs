//! Writing down who owns which fields.

use ks_model::ObjectRef;
use serde_json::Value;

use super::refusal;
use crate::sandbox::state::State;
use crate::sandbox::{kinds, object};
use crate::{ClusterError, ServedKind};

/// Replaces the managers of an object that is still as it was in `revision`.
pub(in crate::sandbox) fn set(
    state: &mut State,
    kind: &ServedKind,
    target: &ObjectRef,
    owners: &Value,
    revision: &str,
) -> Result<(), ClusterError> {
    let action = format!("adopt {target}");
    if !kinds::is_served(state, kind) {
        return Err(refusal::not_served(&action, kind));
    }
    let Some(live) = state.get(target) else { return Ok(()) };
    if object::text(live, "/metadata/resourceVersion") != revision {
        return Err(refusal::revision_differs(&action, kind, &target.name));
    }
    let mut value = live.clone();
    object::metadata_mut(&mut value).insert("managedFields".to_owned(), owners.clone());
    state.put(value);
    Ok(())
}
