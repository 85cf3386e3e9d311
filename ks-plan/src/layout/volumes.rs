//! The steps of claims: those that grow before their owner is written, those that are made anew after it, one by one.

use std::collections::BTreeSet;

use super::Writes;
use crate::steps::{StepId, Task, VolumeWork};

impl Writes<'_> {
    /// Lets claims grow. They come first, because a new size of the template makes the pods restart, and some drivers
    /// enlarge the file system only then.
    pub(super) fn grow(&mut self, work: &VolumeWork, needs: &BTreeSet<StepId>) -> BTreeSet<StepId> {
        let mut needs = needs.clone();
        needs.extend(self.inventory);
        work.grown.iter().map(|claim| self.steps.add(Task::Write(claim.clone()), needs.clone())).collect()
    }

    /// Waits until the claims that grew have their room.
    pub(super) fn await_room(&mut self, work: &VolumeWork, needs: &BTreeSet<StepId>) -> BTreeSet<StepId> {
        work.grown.iter().map(|claim| self.steps.add(Task::AwaitReady(claim.clone()), needs.clone())).collect()
    }

    /// Makes claims anew, or lets them go, so that at any time at most one replica is without its data: each claim goes only
    /// when the replica before it runs again. The whole owner need not be ready for that: what is broken may be the volumes.
    pub(super) fn renew(&mut self, work: &VolumeWork, needs: BTreeSet<StepId>) -> BTreeSet<StepId> {
        if work.going.is_empty() {
            return needs;
        }
        let mut before = needs;
        before.extend(self.inventory);
        before = [self.steps.add(Task::AwaitClaimTemplate(work.templates.clone()), before)].into();
        let others = work.others.iter().map(|it| self.steps.add(Task::AwaitReplica(it.clone()), before.clone()));
        let others: BTreeSet<StepId> = others.collect();
        before.extend(others);
        for it in &work.going {
            if !it.is_leaving {
                before = [self.steps.add(Task::Delete(it.claim.clone()), before)].into();
            }
            let free = Task::FreeClaim { claim: it.claim.clone(), pod: it.runs.pod.clone() };
            before = [self.steps.add(free, before)].into();
            before = [self.steps.add(Task::AwaitReplica(it.runs.clone()), before)].into();
        }
        before
    }
}
