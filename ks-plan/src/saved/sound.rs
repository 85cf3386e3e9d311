//! What must hold of a plan from a file before anything is done with it.

use std::collections::BTreeSet;

use ks_model::ObjectRef;

use super::SavedPlan;
use crate::change::Action;
use crate::plan::Plan;
use crate::steps::Task;

/// Finds a contradiction, in words.
pub(super) fn check(saved: &SavedPlan) -> Result<(), String> {
    let plan = &saved.plan;
    if plan.places.len() != plan.changes.len() {
        return Err("an object stands twice among its changes".to_owned());
    }
    if !plan.faults.is_empty() {
        return Err("it has refused objects, and such a plan cannot be applied".to_owned());
    }
    let writes_inventory = |task: &Task| matches!(task, Task::GrowInventory | Task::ShrinkInventory);
    if plan.grown_inventory.is_none() && plan.steps.iter().any(|it| writes_inventory(&it.task)) {
        return Err("it writes an inventory that it does not have".to_owned());
    }
    let expected: BTreeSet<&ObjectRef> = saved.expected.iter().map(|it| &it.object).collect();
    for change in &plan.changes {
        let object = &change.object;
        if !expected.contains(object) {
            return Err(format!("it does not say how {object} was"));
        }
        if change.manifest.as_ref().is_some_and(|it| it.object() != object) {
            return Err(format!("what is to be applied to {object} is another object"));
        }
        if matches!(change.action, Action::Update | Action::Replace | Action::Delete) && change.uid().is_none() {
            return Err(format!("it has no UID of {object}"));
        }
    }
    steps(plan)
}

/// Each step has its place, comes after what it needs, and is about an object that the plan changes or leaves.
fn steps(plan: &Plan) -> Result<(), String> {
    for (position, step) in plan.steps.iter().enumerate() {
        if step.id.0 != position || step.needs.iter().any(|it| it.0 >= position) {
            return Err(format!("step {position} is not in its place"));
        }
        let Some(object) = step.task.object() else { continue };
        let Some(change) = plan.change(object) else {
            return Err(format!("step {position} is about {object}, which it does not know"));
        };
        let fits = match step.task {
            Task::Write(_) => change.manifest.is_some(),
            Task::Delete(_) | Task::FreeClaim { .. } => change.uid().is_some(),
            _ => true,
        };
        if !fits {
            return Err(format!("step {position}, {}, lacks its object", step.task));
        }
    }
    Ok(())
}
