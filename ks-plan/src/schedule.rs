//! Which step may run next: a state machine without a clock, a task or a client.

use std::collections::{BTreeMap, BTreeSet};

use crate::steps::{StepGraph, StepId};

/// Counts down what each step still needs and hands out the steps that need nothing more.
///
/// # Example
/// ```
/// use ks_plan::{Schedule, StepGraph};
/// let mut schedule = Schedule::new(&StepGraph::default());
/// assert!(schedule.ready().is_empty() && schedule.is_finished());
/// ```
#[derive(Clone, Debug)]
pub struct Schedule {
    /// How many needs of a step are open; steps that started or were skipped are no longer here.
    open: BTreeMap<StepId, usize>,
    dependents: BTreeMap<StepId, Vec<StepId>>,
    running: BTreeSet<StepId>,
}

impl Schedule {
    /// Starts at the beginning of a plan.
    pub fn new(steps: &StepGraph) -> Self {
        let mut dependents: BTreeMap<StepId, Vec<StepId>> = BTreeMap::new();
        for step in steps.iter() {
            for need in &step.needs {
                dependents.entry(*need).or_default().push(step.id);
            }
        }
        let open = steps.iter().map(|step| (step.id, step.needs.len())).collect();
        Self { open, dependents, running: BTreeSet::new() }
    }

    /// Takes the steps that may run now, in the order of the plan. Each is handed out once.
    pub fn ready(&mut self) -> Vec<StepId> {
        let ready: Vec<StepId> = self.open.iter().filter(|(_, open)| **open == 0).map(|(id, _)| *id).collect();
        for id in &ready {
            self.open.remove(id);
            self.running.insert(*id);
        }
        ready
    }

    /// Notes that a step succeeded.
    pub fn succeed(&mut self, step: StepId) {
        self.running.remove(&step);
        for dependent in self.dependents.get(&step).into_iter().flatten() {
            if let Some(open) = self.open.get_mut(dependent) {
                *open -= 1;
            }
        }
    }

    /// Notes that a step failed, and answers with the steps that can no longer run, directly or not, in plan order.
    pub fn fail(&mut self, step: StepId) -> Vec<StepId> {
        self.running.remove(&step);
        let mut skipped = BTreeSet::new();
        let mut next = vec![step];
        while let Some(step) = next.pop() {
            for dependent in self.dependents.get(&step).into_iter().flatten() {
                if self.open.remove(dependent).is_some() {
                    skipped.insert(*dependent);
                    next.push(*dependent);
                }
            }
        }
        skipped.into_iter().collect()
    }

    /// Gives up everything that has not started, and answers with it.
    pub fn cancel(&mut self) -> Vec<StepId> {
        std::mem::take(&mut self.open).into_keys().collect()
    }

    /// Whether every step was run or skipped.
    pub fn is_finished(&self) -> bool {
        self.open.is_empty() && self.running.is_empty()
    }
}
