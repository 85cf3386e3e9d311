//! A plan without its writes: what is left is to wait until everything that is wanted is ready.

use ks_model::Ownership;

use crate::build::is_waited_for;
use crate::change::{Action, Change, Risk};
use crate::desired::Desired;
use crate::live::LiveState;
use crate::plan::{Plan, Unready, places};
use crate::steps::{StepGraph, Task};

impl Plan {
    /// The waits of this plan and nothing else: one for each wanted object that is not ready now, whether it is as it is wanted
    /// or not. An object that is not there yet is waited for too, because another apply may be making it.
    ///
    /// `desired` and `live` are what the plan was made from.
    #[must_use]
    pub fn waits(&self, desired: &Desired, live: &LiveState) -> Self {
        let is_wanted = |it: &&Change| it.ownership == Ownership::Whole && it.action != Action::Delete;
        let changes: Vec<Change> = self.changes.iter().filter(is_wanted).map(unchanged).collect();
        let unready: Vec<Unready> = changes
            .iter()
            .filter(|it| is_waited_for(it, live, (desired, &self.facts)))
            .map(|it| {
                let readiness = live.readiness(&it.object, desired.readiness());
                Unready { object: it.object.clone(), readiness }
            })
            .filter(|it| !it.readiness.is_ready())
            .collect();
        let mut steps = StepGraph::default();
        for it in &unready {
            steps.add(Task::AwaitReady(it.object.clone()), [].into());
        }
        Self {
            facts: self.facts.clone(),
            readiness: self.readiness.clone(),
            places: places(&changes),
            changes,
            closed: self.closed.clone(),
            kept_fields: Vec::new(),
            forgotten_keeps: Vec::new(),
            kept: Vec::new(),
            unready,
            missing: Vec::new(),
            faults: Vec::new(),
            steps,
            grown_inventory: None,
        }
    }
}

fn unchanged(change: &Change) -> Change {
    Change {
        action: Action::NoOp,
        fields: Vec::new(),
        conflicts: Vec::new(),
        adopts: Vec::new(),
        immutable: Vec::new(),
        reasons: Vec::new(),
        risk: Risk::Safe,
        ..change.clone()
    }
}
