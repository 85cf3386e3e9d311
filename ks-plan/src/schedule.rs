//! Which step may run next: a state machine without a clock, a task or a client.

use std::collections::{BTreeMap, BTreeSet};

use crate::steps::{Step, StepGraph, StepId};

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
    /// How many needs of a step are open; steps that need nothing more, started or were skipped are no longer here.
    open: BTreeMap<StepId, usize>,
    /// Steps that need nothing more and were not handed out yet.
    free: BTreeSet<StepId>,
    running: BTreeSet<StepId>,
    dependents: BTreeMap<StepId, Vec<StepId>>,
}

impl Schedule {
    /// Starts at the beginning of a plan.
    pub fn new(steps: &StepGraph) -> Self {
        Self::heeding(steps, |it| it.needs.clone())
    }

    /// The same, where each step needs what `needs` says.
    pub fn heeding(steps: &StepGraph, needs: impl Fn(&Step) -> BTreeSet<StepId>) -> Self {
        let (mut open, mut free, mut dependents) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
        for step in steps.iter() {
            let needs = needs(step);
            for need in &needs {
                dependents.entry(*need).or_insert_with(Vec::new).push(step.id);
            }
            match needs.len() {
                0 => drop(free.insert(step.id)),
                count => drop(open.insert(step.id, count)),
            }
        }
        Self { open, free, running: BTreeSet::new(), dependents }
    }

    /// Takes the steps that may run now, in the order of the plan. Each is handed out once.
    pub fn ready(&mut self) -> Vec<StepId> {
        let ready = std::mem::take(&mut self.free);
        self.running.extend(&ready);
        ready.into_iter().collect()
    }

    /// How many steps need this one, directly or through others.
    pub fn resting_on(&self, step: StepId) -> usize {
        let (mut resting, mut next) = (BTreeSet::new(), vec![step]);
        while let Some(step) = next.pop() {
            let dependents = self.dependents.get(&step).into_iter().flatten().copied();
            next.extend(dependents.filter(|it| resting.insert(*it)));
        }
        resting.len()
    }

    /// Notes that a running step succeeded; about any other step it says nothing.
    pub fn succeed(&mut self, step: StepId) {
        if !self.running.remove(&step) {
            return;
        }
        for dependent in self.dependents.get(&step).into_iter().flatten() {
            if let Some(open) = self.open.get_mut(dependent) {
                *open -= 1;
                if *open == 0 {
                    self.open.remove(dependent);
                    self.free.insert(*dependent);
                }
            }
        }
    }

    /// Notes that a running step failed, and answers with the steps that can no longer run, directly or not, in plan order.
    pub fn fail(&mut self, step: StepId) -> Vec<StepId> {
        if !self.running.remove(&step) {
            return Vec::new();
        }
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

    /// Gives up everything that has not started, and answers with it, in plan order.
    pub fn cancel(&mut self) -> Vec<StepId> {
        let mut given_up = std::mem::take(&mut self.free);
        given_up.extend(std::mem::take(&mut self.open).into_keys());
        given_up.into_iter().collect()
    }

    /// Whether every step was run or skipped.
    pub fn is_finished(&self) -> bool {
        self.open.is_empty() && self.free.is_empty() && self.running.is_empty()
    }
}

#[cfg(test)]
mod tests;
