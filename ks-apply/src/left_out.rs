//! The waits that an apply leaves out when nobody wants to wait, and the order in which it writes then.

use std::collections::BTreeSet;

use ks_plan::{Schedule, StepGraph, StepId, Task, Until};

/// The order of the steps. Unless somebody waits for everything, components do not hold up what the server would take:
///
/// - a write that rests on no wait does not wait for components that do, such as those with objects of a kind that is yet to be served;
/// - every other write waits until the components that its own requires are written, and not until all that they define is served.
///
/// Everything else keeps the order of the plan.
pub(crate) fn schedule(steps: &StepGraph, is_patient: bool) -> Schedule {
    if is_patient {
        return Schedule::new(steps);
    }
    // What rests on a wait that is kept, and the components among it.
    let (mut resting, mut held) = (BTreeSet::new(), BTreeSet::new());
    let left_out = waits(steps, is_patient);
    // Each step stands after all that it needs.
    for step in steps.iter() {
        let rests = step.needs.iter().any(|it| resting.contains(it));
        match &step.task {
            Task::Reach(..) if rests || step.needs.iter().any(|it| held.contains(it)) => drop(held.insert(step.id)),
            Task::Reach(..) => {}
            task if rests || is_wait(task) && !left_out.contains(&step.id) => drop(resting.insert(step.id)),
            _ => {}
        }
    }
    let task = |id: &StepId| steps.get(*id).map(|it| &it.task);
    let written = |held: &StepId| -> Vec<StepId> {
        let Some(Task::Reach(component, Until::Ready)) = task(held) else { return vec![*held] };
        let is_written = |it: &&StepId| task(it) == Some(&Task::Reach(component.clone(), Until::Present));
        steps.get(*held).into_iter().flat_map(|it| &it.needs).filter(is_written).copied().collect()
    };
    Schedule::heeding(steps, |step| match &step.task {
        Task::Write(_) if resting.contains(&step.id) => {
            let (held, rest): (Vec<StepId>, Vec<StepId>) = step.needs.iter().partition(|it| held.contains(it));
            rest.into_iter().chain(held.iter().flat_map(written)).collect()
        }
        Task::Write(_) => step.needs.difference(&held).copied().collect(),
        _ => step.needs.clone(),
    })
}

fn is_wait(task: &Task) -> bool {
    matches!(task, Task::AwaitReady(_))
}

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
