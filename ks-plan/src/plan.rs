//! The plan: plain data that says what apply will do, object by object and step by step.

use ks_model::{ClosedGate, ComponentName, Facts, GroupKind, Manifest, ObjectRef, Ownership};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::change::{Action, Change, Reason, Risk};
use crate::kept::Kept;
use crate::live::Refusal;
use crate::readiness::{Readiness, Rules};
use crate::resolutions::{ForgottenKeep, KeptField};
use crate::steps::StepGraph;

/// Holds everything that apply will do and nothing that it still has to decide.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Plan {
    /// What was known of the cluster when the wanted state was computed.
    pub facts: Facts,
    /// One entry for each object: wanted ones in the order of the graph, the inventory, then deleted ones against it.
    pub changes: Vec<Change>,
    /// The components that are off, and why.
    pub closed: Vec<ClosedGate>,
    /// Fields that stay as other managers have them.
    pub kept_fields: Vec<KeptField>,
    /// Fields that were kept so far.
    pub forgotten_keeps: Vec<ForgottenKeep>,
    /// Settings whose live values stay, because the configuration is silent.
    pub kept: Vec<Kept>,
    /// Objects that stay as they are but are not ready at the moment.
    pub unready: Vec<Unready>,
    /// When objects of custom kinds are ready, as their components say it.
    #[serde(default, skip_serializing_if = "Rules::is_empty")]
    pub readiness: Rules,
    /// Objects of others that are not there, so that the fields wanted in them are not written.
    pub missing: Vec<Missing>,
    /// Objects that the server, or the definition of their kind in this plan, refuses; a plan with faults cannot be applied.
    pub faults: Vec<Fault>,
    /// The steps of apply.
    pub steps: StepGraph,
    /// What the inventory holds while both the old and the new members exist.
    pub grown_inventory: Option<Manifest>,
    /// The places of the changes, sorted by their objects: apply looks one up at every step.
    #[serde(skip)]
    pub(crate) places: Vec<usize>,
}

/// The places of changes, sorted by their objects.
pub(crate) fn places(changes: &[Change]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..changes.len()).collect();
    places.par_sort_by(|a, b| changes[*a].object.cmp(&changes[*b].object));
    places
}

/// Names an unchanged object that is not ready.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Unready {
    /// The object.
    pub object: ObjectRef,
    /// How far it is.
    pub readiness: Readiness,
}

/// Names an object of others that is not there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Missing {
    /// The object.
    pub object: ObjectRef,
    /// The component that wants fields in it.
    pub component: Option<ComponentName>,
}

/// Names an object that is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Fault {
    /// The object.
    pub object: ObjectRef,
    /// Why.
    #[serde(flatten)]
    pub refusal: Refusal,
}

/// Counts the changes of a plan by action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Objects made.
    pub create: usize,
    /// Objects changed in place.
    pub update: usize,
    /// Objects deleted and made again.
    pub replace: usize,
    /// Objects deleted.
    pub delete: usize,
    /// Objects left as they are.
    pub unchanged: usize,
}

impl Summary {
    /// Counts one change more.
    pub(crate) fn count(&mut self, action: Action) {
        match action {
            Action::Create => self.create += 1,
            Action::Update => self.update += 1,
            Action::Replace => self.replace += 1,
            Action::Delete => self.delete += 1,
            Action::NoOp => self.unchanged += 1,
        }
    }
}

impl Plan {
    /// Whether the cluster already is as the configuration wants it. The one place that decides this.
    pub fn is_empty(&self) -> bool {
        self.faults.is_empty() && self.changes.iter().all(|change| change.action == Action::NoOp)
    }

    /// Counts the changes.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        self.changes.iter().for_each(|it| summary.count(it.action));
        summary
    }

    /// The change of an object.
    pub fn change(&self, object: &ObjectRef) -> Option<&Change> {
        let at = |place: &usize| self.changes.get(*place);
        let found = self.places.binary_search_by(|it| at(it).map(|it| &it.object).cmp(&Some(object))).ok()?;
        at(&self.places[found])
    }

    /// The changes that need a consent which names the object, because data goes away.
    pub fn data_losses(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.risk == Risk::DataLoss)
    }

    /// The changes that would take fields from other managers, of which nobody has said yet that they may.
    pub fn conflicting(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.unresolved().next().is_some())
    }

    /// Whether everything that ks made goes: of its members nothing but namespaces is left.
    pub fn removes_everything(&self) -> bool {
        let home = GroupKind::new("", "Namespace");
        let is_member = |it: &&Change| it.ownership == Ownership::Whole && !it.reasons.contains(&Reason::Inventory);
        let mut members = self.changes.iter().filter(is_member).filter(|it| it.object.kind != home);
        let inventory = |it: &Change| it.reasons.contains(&Reason::Inventory) && it.action == Action::Delete;
        let is_gone = members.clone().next().is_some() || self.changes.iter().any(inventory);
        is_gone && members.all(|it| it.action == Action::Delete)
    }

    /// Whether it is the end of everything, as `ks destroy` plans it.
    pub fn is_the_end(&self) -> bool {
        self.changes.iter().any(|it| it.reasons.contains(&Reason::Destroyed))
    }

    /// The highest risk among the changes.
    pub fn risk(&self) -> Risk {
        self.changes.iter().map(|change| change.risk).max().unwrap_or(Risk::Safe)
    }
}
