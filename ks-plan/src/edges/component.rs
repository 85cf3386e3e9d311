//! Components come in the order that they state, and are the sum of their objects.

use std::collections::BTreeSet;

use ks_model::{ComponentName, ObjectRef};

use super::{End, Link, World};
use crate::graph::{EdgeReason, Until};

/// Members make their component; objects wait for the components that theirs requires or comes after.
pub fn edges<'a>(world: &World<'a>) -> Vec<Link<'a>> {
    let of_member = |(object, component)| {
        let order = world.order(component);
        let requires =
            order.map(|it| waits(world, object, component, it.requires, Until::Ready, &EdgeReason::Requires));
        let after = order.map(|it| waits(world, object, component, it.after, Until::Present, &EdgeReason::After));
        member(object, component).into_iter().chain(requires.into_iter().flatten()).chain(after.into_iter().flatten())
    };
    world.members().flat_map(of_member).collect()
}

fn member<'a>(object: &'a ObjectRef, component: &'a ComponentName) -> [Link<'a>; 2] {
    [Until::Present, Until::Ready].map(|until| Link {
        dependent: End::Component(component),
        before: until,
        on: End::Object(object),
        until,
        because: EdgeReason::Member,
    })
}

/// A component that nobody knows is not waited for: it is off.
fn waits<'a>(
    world: &World<'a>,
    object: &'a ObjectRef,
    own: &ComponentName,
    others: &'a BTreeSet<ComponentName>,
    until: Until,
    because: &EdgeReason,
) -> Vec<Link<'a>> {
    let known = |other: &&'a ComponentName| *other != own && world.order(other).is_some();
    let wait = |other: &'a ComponentName| Link {
        dependent: End::Object(object),
        before: Until::Present,
        on: End::Component(other),
        until,
        because: because.clone(),
    };
    others.iter().filter(known).map(wait).collect()
}
