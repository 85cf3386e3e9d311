//! The steps of a plan: every write, wait and delete with what it needs before.
//!
//! What a step is stands here; in which order they come is decided in `layout`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use ks_model::{ComponentName, ObjectRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::graph::Until;
use crate::volumes::{ClaimTemplates, Replica};

/// Numbers a step within its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct StepId(pub usize);

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", content = "what", rename_all = "camelCase")]
#[non_exhaustive]
pub enum Task {
    /// Writes the inventory, with everything that it will hold or still holds.
    GrowInventory,
    /// Applies an object.
    Write(ObjectRef),
    /// Waits until an object is ready.
    AwaitReady(ObjectRef),
    /// Notes that all objects of a component are written, that all are ready, or that all deleted ones are gone.
    Reach(ComponentName, Until),
    /// Notes that everything wanted is written; deletes come after it.
    AllWritten,
    /// Deletes an object.
    Delete(ObjectRef),
    /// Waits until an object is gone.
    AwaitAbsent(ObjectRef),
    /// Waits until the StatefulSet of an object makes claims as they are wanted.
    AwaitClaimTemplate(ClaimTemplates),
    /// Deletes the pod that holds a claim on its way out, and waits until the claim is gone.
    FreeClaim {
        /// The claim.
        claim: ObjectRef,
        /// The pod.
        pod: ObjectRef,
    },
    /// Waits until a replica runs: its claim is bound, its pod ready.
    AwaitReplica(Replica),
    /// Writes the inventory with nothing but what it holds now.
    ShrinkInventory,
}

impl Task {
    /// The object that the step is about.
    pub fn object(&self) -> Option<&ObjectRef> {
        match self {
            Self::Write(it) | Self::AwaitReady(it) | Self::Delete(it) | Self::AwaitAbsent(it) => Some(it),
            Self::FreeClaim { claim, .. } => Some(claim),
            Self::AwaitClaimTemplate(ClaimTemplates { owner, .. }) | Self::AwaitReplica(Replica { owner, .. }) => {
                Some(owner)
            }
            Self::GrowInventory | Self::ShrinkInventory | Self::Reach(..) | Self::AllWritten => None,
        }
    }

    /// Whether carrying it out changes the cluster.
    pub fn is_write(&self) -> bool {
        let is_inventory = matches!(self, Self::GrowInventory | Self::ShrinkInventory);
        is_inventory || matches!(self, Self::Write(_) | Self::Delete(_) | Self::FreeClaim { .. })
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GrowInventory | Self::ShrinkInventory => f.write_str("write the inventory"),
            Self::Write(object) => write!(f, "apply {object}"),
            Self::AwaitReady(object) => write!(f, "wait for {object}"),
            Self::Reach(component, until) => write!(f, "component {component} is {until}"),
            Self::AllWritten => f.write_str("everything is written"),
            Self::Delete(object) => write!(f, "delete {object}"),
            Self::AwaitAbsent(object) => write!(f, "wait until {object} is gone"),
            Self::AwaitClaimTemplate(it) => write!(f, "wait for the claim template of {}", it.owner),
            Self::FreeClaim { claim, pod } => write!(f, "delete {pod} and wait until {claim} is gone"),
            Self::AwaitReplica(Replica { pod, claim: Some(claim), .. }) => write!(f, "wait for {pod} with {claim}"),
            Self::AwaitReplica(Replica { pod, claim: None, .. }) => write!(f, "wait for {pod}"),
        }
    }
}

/// One step with what has to be done before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// Its number.
    pub id: StepId,
    /// What it does.
    pub task: Task,
    /// The steps that must have succeeded before it starts.
    pub needs: BTreeSet<StepId>,
}

/// Holds the steps of a plan; each stands after all that it needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct StepGraph {
    steps: Vec<Step>,
}

impl StepGraph {
    /// All steps, each after all that it needs.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Step> {
        self.steps.iter()
    }

    /// The step with this number.
    pub fn get(&self, id: StepId) -> Option<&Step> {
        self.steps.get(id.0)
    }

    /// How many steps there are.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    pub(crate) fn add(&mut self, task: Task, needs: BTreeSet<StepId>) -> StepId {
        let id = StepId(self.steps.len());
        self.steps.push(Step { id, task, needs });
        id
    }
}

/// What is to be done, as the layout needs to know it.
#[derive(Debug, Default)]
pub(crate) struct Work {
    /// Objects to write.
    pub written: BTreeSet<ObjectRef>,
    /// Objects to delete before they are written again.
    pub replaced: BTreeSet<ObjectRef>,
    /// Objects that go away by themselves before they are written again.
    pub leaving: BTreeSet<ObjectRef>,
    /// Objects of others to give fields back to, when everything is written.
    pub given_back: BTreeSet<ObjectRef>,
    /// Objects to wait for.
    pub awaited: BTreeSet<ObjectRef>,
    /// The namespace that the inventory lives in, when the inventory has to be written first.
    pub grows: Option<ObjectRef>,
    /// Whether the inventory has to be written last.
    pub shrinks: bool,
    /// What has to be done to claims, by the objects that they belong to.
    pub volumes: BTreeMap<ObjectRef, VolumeWork>,
    /// What is deleted when everything else is gone, one after the other.
    pub last: Vec<ObjectRef>,
}

impl Work {
    /// Whether nothing is written, and nothing is waited for.
    pub(crate) fn leaves_all(&self) -> bool {
        self.written.is_empty() && self.awaited.is_empty() && self.volumes.is_empty() && self.grows.is_none()
    }
}

/// What has to be done to the claims of one object.
#[derive(Clone, Debug)]
pub(crate) struct VolumeWork {
    /// The claims that have to be made before any goes.
    pub templates: ClaimTemplates,
    /// Claims that grow in place.
    pub grown: Vec<ObjectRef>,
    /// Replicas that have to run before the first claim goes.
    pub others: Vec<Replica>,
    /// Claims that go, one after the other.
    pub going: Vec<Going>,
}

/// A claim that goes, with the replica that runs without it or on a new one.
#[derive(Clone, Debug)]
pub(crate) struct Going {
    /// The claim.
    pub claim: ObjectRef,
    /// Whether it is being deleted already.
    pub is_leaving: bool,
    /// The replica afterwards.
    pub runs: Replica,
}
