//! What an observation means for a plan: an object on its way out is neither there nor gone.

use ks_model::{GroupKind, ObjectRef};
use serde_json::Value;

use crate::desired::Desired;
use crate::live::{LiveState, Observation};

/// How a wanted object stands in the cluster.
pub(super) enum Seen<'a> {
    /// It does not exist, or goes away with its namespace.
    Absent {
        /// Whether the server could be asked about it now.
        askable: bool,
    },
    /// It exists and stays.
    Present(&'a Value),
    /// It is being deleted; nothing that is applied to it stays.
    Leaving(&'a Value),
}

/// Looks at an object with its namespace.
pub(super) fn see<'a>(object: &ObjectRef, live: &'a LiveState) -> Seen<'a> {
    let home = object.namespace.as_ref().map(|name| ObjectRef::cluster(GroupKind::new("", "Namespace"), name));
    if home.and_then(|it| live.object(&it)).is_some_and(is_leaving) {
        return Seen::Absent { askable: false };
    }
    match live.get(object) {
        Observation::Absent { askable } => Seen::Absent { askable: *askable },
        Observation::Present(value) if is_leaving(value) => Seen::Leaving(value),
        Observation::Present(value) => Seen::Present(value),
    }
}

/// The namespace of an object, where it was looked for in vain and nothing wants it.
pub(super) fn lacking_namespace<'o>(object: &'o ObjectRef, desired: &Desired, live: &LiveState) -> Option<&'o str> {
    let name = object.namespace.as_deref()?;
    let home = ObjectRef::cluster(GroupKind::new("", "Namespace"), name);
    let lacks = desired.find(&home).is_none() && *live.get(&home) == Observation::Absent { askable: true };
    lacks.then_some(name)
}

/// Whether somebody has asked for the deletion of a live object, and only finalizers or time stand before it.
pub(super) fn is_leaving(live: &Value) -> bool {
    live.pointer("/metadata/deletionTimestamp").is_some()
}
