//! What each object waits for, as the steps of the plan say it.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::{ComponentName, ObjectRef};

use crate::graph::Until;
use crate::plan::Plan;
use crate::steps::{Step, Task};

/// Holds for each object what has to be done before.
pub struct Waits<'a> {
    found: BTreeMap<&'a ObjectRef, Wait<'a>>,
    nothing: Wait<'a>,
}

/// Holds what one object waits for.
#[derive(Default)]
pub struct Wait<'a> {
    /// Components, and how far they have to be.
    pub components: BTreeSet<(&'a ComponentName, Until)>,
    /// Other objects of the plan.
    pub objects: BTreeSet<&'a ObjectRef>,
}

impl<'a> Waits<'a> {
    /// Reads the steps of a plan.
    pub fn of_plan(plan: &'a Plan) -> Self {
        let mut found: BTreeMap<&ObjectRef, Wait<'_>> = BTreeMap::new();
        for step in plan.steps.iter() {
            // What is only waited for after the write says nothing about the order of the writes.
            let (Task::Write(object) | Task::Delete(object)) = &step.task else { continue };
            let wait = found.entry(object).or_default();
            let needed = step.needs.iter().filter_map(|it| plan.steps.get(*it));
            needed.for_each(|it| wait.add(it, object, plan));
        }
        Self { found, nothing: Wait::default() }
    }

    /// What an object waits for.
    pub fn of(&self, object: &ObjectRef) -> &Wait<'a> {
        self.found.get(object).unwrap_or(&self.nothing)
    }
}

impl<'a> Wait<'a> {
    fn add(&mut self, needed: &'a Step, own: &ObjectRef, plan: &'a Plan) {
        match &needed.task {
            Task::Reach(component, until) => drop(self.components.insert((component, *until))),
            task => {
                let other = task.object().filter(|it| *it != own);
                let is_shown =
                    |it: &&ObjectRef| plan.change(it).is_some_and(|it| it.action != crate::change::Action::NoOp);
                self.objects.extend(other.filter(is_shown));
            }
        }
    }
}
