//! From changes to what the layout of steps has to know.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::{Facts, GroupKind, ObjectRef, Ownership};

use super::inventory::InventoryWork;
use super::removal;
use super::seen::is_leaving;
use crate::change::{Action, Change, Reason};
use crate::desired::Desired;
use crate::live::LiveState;
use crate::plan::Unready;
use crate::readiness::waits_for_first_use;
use crate::steps::{VolumeWork, Work};

/// Unchanged objects that are not ready: apply waits for them too.
pub(super) fn unready(changes: &[Change], live: &LiveState, world: (&Desired, &Facts)) -> Vec<Unready> {
    let unchanged =
        changes.iter().filter(|it| it.action == Action::NoOp && is_whole(it) && is_waited_for(it, live, world));
    unchanged
        .map(|change| {
            let readiness = live.readiness(&change.object, world.0.readiness());
            Unready { object: change.object.clone(), readiness }
        })
        .filter(|it| !it.readiness.is_ready())
        .collect()
}

/// Whether the object becomes ready by itself, and takes time for it.
pub(crate) fn is_waited_for(change: &Change, live: &LiveState, (desired, facts): (&Desired, &Facts)) -> bool {
    let claim = || change.after.as_ref().or_else(|| live.object(&change.object));
    let waits_for_others = change.object.kind.is("", "PersistentVolumeClaim")
        && claim().is_some_and(|it| waits_for_first_use(it, &facts.storage_classes));
    desired.readiness().is_awaited(&change.object.kind) && !waits_for_others
}

/// Whether the change is one of a claim of the pods of another object.
fn is_claim(change: &Change) -> bool {
    change.reasons.iter().any(|it| matches!(it, Reason::Volume { .. }))
}

/// Whether the readiness of the object is a matter of ks.
fn is_whole(change: &Change) -> bool {
    change.ownership == Ownership::Whole
}

/// Sorts the changes by what has to be done for them.
pub(super) fn work(
    changes: &[Change],
    unready: &[Unready],
    live: &LiveState,
    (desired, facts): (&Desired, &Facts),
    inventory: &InventoryWork,
    volumes: BTreeMap<ObjectRef, VolumeWork>,
) -> Work {
    let mut work = Work { shrinks: inventory.shrinks, last: removal::last(changes, desired), ..Work::default() };
    let parent = desired.inventory().parent();
    for change in changes.iter().filter(|it| it.object != *parent) {
        // What is done to claims is laid out with their owners.
        if matches!(change.action, Action::NoOp | Action::Delete) || is_claim(change) {
            continue;
        }
        if change.action == Action::Replace {
            let is_leaving = change.before.as_ref().is_some_and(is_leaving);
            let gone_first = if is_leaving { &mut work.leaving } else { &mut work.replaced };
            gone_first.insert(change.object.clone());
        }
        if change.reasons.contains(&Reason::GivenBack) {
            work.given_back.insert(change.object.clone());
        } else {
            work.written.insert(change.object.clone());
        }
    }
    let written = changes.iter().filter(|it| is_whole(it) && work.written.contains(&it.object));
    let written = written.filter(|it| is_waited_for(it, live, (desired, facts))).map(|it| &it.object);
    let awaited: BTreeSet<ObjectRef> = written.chain(unready.iter().map(|it| &it.object)).cloned().collect();
    work.awaited = awaited.union(&volumes.keys().cloned().collect()).cloned().collect();
    work.volumes = volumes;
    let home = parent.namespace.as_ref().filter(|_| inventory.grows);
    work.grows = home.map(|name| ObjectRef::cluster(GroupKind::new("", "Namespace"), name));
    work
}
