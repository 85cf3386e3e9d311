//! The controllers of a cluster, played: each is a step over the state that changes nothing once all is as wanted.
//!
//! Nothing here reads a clock. What takes time is noted in the state as due at a moment, and happens then, however late the state
//! is looked at: the same writes at the same moments give the same objects.

mod budget;
mod claim;
mod daemon_set;
mod definition;
mod deployment;
mod endpoints;
mod garbage;
mod job;
mod kubelet;
mod namespace;
mod operator;
mod pods;
mod replica_set;
mod revision;
mod scheduler;
mod stateful_set;
mod world;

pub(super) use world::World;

use ks_model::ObjectRef;

use super::clock::Moment;
use super::{api, object};

/// How many rounds a state gets to settle; a chain of owners is far shorter.
const ROUNDS: usize = 64;

/// What the API server itself does after a write.
const SERVER: &[fn(&mut World<'_>)] = &[definition::step];
/// Every controller, in the order in which they step.
const CONTROLLERS: &[fn(&mut World<'_>)] = &[
    garbage::step,
    claim::step,
    namespace::step,
    operator::step,
    deployment::step,
    replica_set::step,
    stateful_set::step,
    daemon_set::step,
    job::step,
    kubelet::step,
    endpoints::step,
    budget::step,
];

/// Lets the controllers step until nothing changes any more at this moment.
pub(super) fn settle(world: &mut World<'_>) {
    for _ in 0..ROUNDS {
        let before = world.state.revision();
        let controllers = if world.controllers { CONTROLLERS } else { &[] };
        SERVER.iter().chain(controllers).for_each(|step| step(world));
        if world.state.revision() == before {
            return;
        }
    }
}

/// Lets everything happen that is due until `now`, each at its own moment.
pub(super) fn catch_up(world: &mut World<'_>, now: Moment) {
    while let Some((object, at)) = world.state.take_due(now) {
        world.at = at;
        happen(world, &object);
        settle(world);
    }
    world.at = now;
}

fn happen(world: &mut World<'_>, target: &ObjectRef) {
    let Some(value) = world.state.get(target).cloned() else { return };
    match (target.kind.group.as_str(), target.kind.kind.as_str()) {
        ("", "Namespace") if object::is_terminating(&value) => api::delete::remove_namespace(world.state, target),
        ("", "Pod") => kubelet::become_ready(world, &value),
        ("apiextensions.k8s.io", _) => definition::establish(world, &value),
        ("batch", "Job") => job::complete(world, &value),
        _ => {}
    }
}
