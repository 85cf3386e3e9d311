//! What an observation means for a plan: an object on its way out is neither there nor gone.

use ks_model::{GroupKind, ObjectRef};
use serde_json::Value;

use crate::desired::Desired;
pub(super) use crate::live::is_leaving;
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
    /// It exists, stays, and is as it is wanted for certain.
    Settled,
    /// It is being deleted; nothing that is applied to it stays.
    Leaving(&'a Value),
}

/// Looks at an object with its namespace.
pub(super) fn see<'a>(object: &ObjectRef, live: &'a LiveState) -> Seen<'a> {
    if live.goes_with_its_namespace(object) {
        return Seen::Absent { askable: false };
    }
    if live.settled(object).is_some() {
        return Seen::Settled;
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
