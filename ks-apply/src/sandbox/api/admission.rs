//! What an API server lets in, once an object is sound by itself.

use ks_model::{GroupKind, ObjectRef};
use serde_json::Value;

use super::refusal;
use crate::sandbox::defaults::{claim, quantity};
use crate::sandbox::object;
use crate::sandbox::state::State;
use crate::{ClusterError, ServedKind};

/// Refuses that a claim grows whose class does not allow it.
pub(super) fn check(
    state: &State,
    kind: &ServedKind,
    live: Option<&Value>,
    new: &Value,
    action: &str,
) -> Result<(), ClusterError> {
    let Some(live) = live.filter(|_| kind.kind.is("", "PersistentVolumeClaim")) else { return Ok(()) };
    let class = ObjectRef::cluster(
        GroupKind::new("storage.k8s.io", "StorageClass"),
        object::text(live, "/spec/storageClassName"),
    );
    let allows = state.get(&class).is_some_and(|it| it["allowVolumeExpansion"] == Value::Bool(true));
    if allows || quantity::amount(claim::size(new)) <= quantity::amount(claim::size(live)) {
        return Ok(());
    }
    let name = object::text(new, "/metadata/name");
    let why = "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must \
               support resize";
    Err(refusal::forbidden(action, kind, name, why))
}
