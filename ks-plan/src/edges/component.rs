//! Components come in the order that they state, and are the sum of their objects.

use ks_model::ComponentName;

use super::World;
use crate::graph::{Dependency, EdgeReason, Node, Until};

/// Members make their component; objects wait for the components that theirs requires or comes after.
pub fn edges(world: &World<'_>) -> Vec<Dependency> {
    let mut edges = Vec::new();
    for (object, component) in world.members() {
        for until in [Until::Present, Until::Ready] {
            let (dependent, on) = (Node::Component(component.clone()), Node::Object(object.clone()));
            edges.push(Dependency { dependent, before: until, on, until, because: EdgeReason::Member });
        }
        for (owner, order) in world.orders().filter(|(owner, _)| *owner == component) {
            let wait = |on: &ComponentName, until, because| Dependency {
                dependent: Node::Object(object.clone()),
                before: Until::Present,
                on: Node::Component(on.clone()),
                until,
                because,
            };
            edges.extend(
                order.requires.iter().filter(|it| *it != owner).map(|it| wait(it, Until::Ready, EdgeReason::Requires)),
            );
            edges.extend(
                order.after.iter().filter(|it| *it != owner).map(|it| wait(it, Until::Present, EdgeReason::After)),
            );
        }
    }
    edges.retain(|edge| match &edge.on {
        Node::Component(name) => world.orders().any(|(known, _)| known == name),
        Node::Object(_) => true,
    });
    edges
}
