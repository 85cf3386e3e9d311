//! The waits that an apply leaves out when nobody wants to wait.

use std::collections::BTreeSet;

use ks_plan::{StepGraph, StepId, Task, Until};

/// Unless somebody waits for everything: the waits for readiness on which no write rests by itself, and what would be said to be ready after them.
///
/// A write rests on the definition of its kind, and on the workload behind a webhook that has to admit it: without them the
/// server would refuse it. That a component requires another one is no reason of the server's. Waits for what is deleted and
/// for volumes are never left out, because what follows them would do harm without them.
pub(crate) fn waits(steps: &StepGraph, is_patient: bool) -> BTreeSet<StepId> {
    if is_patient {
        return BTreeSet::new();
    }
    let writes = steps.iter().filter(|it| it.task.is_write());
    let needed: BTreeSet<StepId> = writes.flat_map(|it| it.needs.iter().copied()).collect();
    let mut left_out = BTreeSet::new();
    // Each step stands after all that it needs.
    for step in steps.iter() {
        let is_left_out = match &step.task {
            Task::AwaitReady(_) => !needed.contains(&step.id),
            Task::Reach(_, Until::Ready) => step.needs.iter().any(|it| left_out.contains(it)),
            _ => false,
        };
        if is_left_out {
            left_out.insert(step.id);
        }
    }
    left_out
}
