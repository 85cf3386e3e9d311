//! Fields in objects of others come after the component's own objects: they announce what is there.

use std::collections::BTreeMap;

use ks_model::{ComponentName, ObjectRef};

use super::{End, Link, World};
use crate::graph::{EdgeReason, Until};

/// An object of others waits until the objects of the component that writes into it are written.
pub fn edges<'a>(world: &World<'a>) -> Vec<Link<'a>> {
    if !world.has_existing() {
        return Vec::new();
    }
    let mut own: BTreeMap<&ComponentName, Vec<&ObjectRef>> = BTreeMap::new();
    for (object, component) in world.members().filter(|(object, _)| !world.is_existing(object)) {
        own.entry(component).or_default().push(object);
    }
    let existing = world.members().filter(|(object, _)| world.is_existing(object));
    existing
        .flat_map(|(object, component)| own.get(component).into_iter().flatten().map(|it| edge(object, it)))
        .collect()
}

fn edge<'a>(existing: &'a ObjectRef, own: &'a ObjectRef) -> Link<'a> {
    Link {
        dependent: End::Object(existing),
        before: Until::Present,
        on: End::Object(own),
        until: Until::Present,
        because: EdgeReason::Existing,
    }
}
