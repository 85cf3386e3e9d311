//! Components come in the order that they state, and are the sum of their objects.

use std::collections::BTreeSet;

use ks_model::{ComponentName, ObjectRef};

use super::World;
use crate::graph::{Dependency, EdgeReason, Node, Until};

/// Members make their component; objects wait for the components that theirs requires or comes after.
pub fn edges(world: &World<'_>) -> Vec<Dependency> {
    let of_member = |(object, component)| {
        let order = world.order(component);
        let requires =
            order.map(|it| waits(world, object, component, it.requires, Until::Ready, &EdgeReason::Requires));
        let after = order.map(|it| waits(world, object, component, it.after, Until::Present, &EdgeReason::After));
        member(object, component).into_iter().chain(requires.into_iter().flatten()).chain(after.into_iter().flatten())
    };
    world.members().flat_map(of_member).collect()
}

fn member(object: &ObjectRef, component: &ComponentName) -> [Dependency; 2] {
    [Until::Present, Until::Ready].map(|until| Dependency {
        dependent: Node::Component(component.clone()),
        before: until,
        on: Node::Object(object.clone()),
        until,
        because: EdgeReason::Member,
    })
}

/// A component that nobody knows is not waited for: it is off.
fn waits<'a>(
    world: &World<'_>,
    object: &ObjectRef,
    own: &ComponentName,
    others: &'a BTreeSet<ComponentName>,
    until: Until,
    because: &EdgeReason,
) -> Vec<Dependency> {
    let known = |other: &&'a ComponentName| *other != own && world.order(other).is_some();
    let wait = |other: &ComponentName| Dependency {
        dependent: Node::Object(object.clone()),
        before: Until::Present,
        on: Node::Component(other.clone()),
        until,
        because: because.clone(),
    };
    others.iter().filter(known).map(wait).collect()
}
