//! Garbage collection: what has owners goes when the last of them is gone.

use std::collections::BTreeSet;

use ks_model::ObjectRef;
use serde_json::Value;

use super::World;
use crate::sandbox::{api, object};

/// Removes objects whose owners are all gone.
pub(super) fn step(world: &mut World<'_>) {
    let alive: BTreeSet<&str> = world.state.all().map(|(_, value)| object::uid(value)).collect();
    let orphaned = |value: &Value| {
        let owners = object::items(value, "/metadata/ownerReferences");
        !owners.is_empty() && owners.iter().all(|owner| !alive.contains(object::text(owner, "/uid")))
    };
    let orphans: Vec<ObjectRef> =
        world.state.all().filter(|(_, value)| orphaned(value)).map(|(at, _)| at.clone()).collect();
    for orphan in orphans {
        api::delete::remove(world.state, &orphan);
    }
}
