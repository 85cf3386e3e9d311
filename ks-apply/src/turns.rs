//! Which of the steps that may begin goes first.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use ks_model::ObjectRef;
use ks_plan::{Schedule, StepGraph, StepId, Task};

/// The turns of the writes that define a kind; all others keep the order of the plan.
///
/// A server takes a while until it serves a kind that is defined, one kind after the other, and has little time for anything else
/// meanwhile. So a kind that much waits for comes first, and one that nothing waits for when all else is under way.
pub(crate) struct Turns {
    /// The writes of definitions, each with the wait until its kind is served, if anything rests on that.
    served: BTreeMap<StepId, Option<StepId>>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Early(Reverse<usize>),
    Plain,
    Late,
}

impl Turns {
    /// Finds the definitions in a plan of which these waits are left out.
    pub(crate) fn of(steps: &StepGraph, left_out: &BTreeSet<StepId>) -> Self {
        let waits = steps.iter().filter(|it| !left_out.contains(&it.id)).filter_map(|it| match &it.task {
            Task::AwaitReady(object) => Some((object, it.id)),
            _ => None,
        });
        let waits: BTreeMap<&ObjectRef, StepId> = waits.filter(|(object, _)| object.kind.is_definition()).collect();
        let writes = steps.iter().filter_map(|it| match &it.task {
            Task::Write(object) if object.kind.is_definition() => Some((it.id, waits.get(object).copied())),
            _ => None,
        });
        Self { served: writes.collect() }
    }

    /// Puts steps that may begin in the order in which they do.
    pub(crate) fn sort(&self, ready: &mut [StepId], schedule: &Schedule) {
        ready.sort_by_cached_key(|step| match self.served.get(step) {
            Some(Some(served)) => Turn::Early(Reverse(schedule.resting_on(*served))),
            Some(None) => Turn::Late,
            None => Turn::Plain,
        });
    }
}
