//! Fields in objects of others come after the component's own objects: they announce what is there.

use std::collections::BTreeMap;

use ks_model::{ComponentName, ObjectRef};

use super::World;
use crate::graph::{Dependency, EdgeReason, Node, Until};

/// An object of others waits until the objects of the component that writes into it are written.
pub fn edges(world: &World<'_>) -> Vec<Dependency> {
    let mut own: BTreeMap<&ComponentName, Vec<&ObjectRef>> = BTreeMap::new();
    for (object, component) in world.members().filter(|(object, _)| !world.is_existing(object)) {
        own.entry(component).or_default().push(object);
    }
    let existing = world.members().filter(|(object, _)| world.is_existing(object));
    existing
        .flat_map(|(object, component)| own.get(component).into_iter().flatten().map(|it| edge(object, it)))
        .collect()
}

fn edge(existing: &ObjectRef, own: &ObjectRef) -> Dependency {
    Dependency {
        dependent: Node::Object(existing.clone()),
        before: Until::Present,
        on: Node::Object(own.clone()),
        until: Until::Present,
        because: EdgeReason::Existing,
    }
}
