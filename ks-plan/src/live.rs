//! What a cluster answered about the objects that a plan is about.

use std::collections::BTreeMap;
use std::fmt;

use ks_model::ObjectRef;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::conflict::Conflict;

/// Holds every answer that planning rests on. Filled by ks-apply, or from a recorded file; nothing is asked here.
#[derive(Clone, Default)]
pub struct LiveState {
    observations: BTreeMap<ObjectRef, Observation>,
    answers: BTreeMap<ObjectRef, DryRun>,
    companions: BTreeMap<ObjectRef, Value>,
    tenants: BTreeMap<ObjectRef, Value>,
}

/// Prints identities only, because live objects may hold secrets.
impl fmt::Debug for LiveState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.observations.keys()).finish()
    }
}

/// What a look at one object gave.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Observation {
    /// It does not exist.
    Absent {
        /// Whether the server could be asked about it now: its kind is served and its namespace is there.
        askable: bool,
    },
    /// It exists; the whole object with its managed fields.
    Present(Value),
}

/// What the server made of a server-side apply with `dryRun=All`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum DryRun {
    /// The object as it would be stored.
    Merged {
        /// The whole object.
        object: Value,
        /// The fields that had to be taken from other managers to get there.
        conflicts: Vec<Conflict>,
    },
    /// The server refuses to change the object, and would take it if it were made anew.
    Anew {
        /// Why it cannot be changed in place; names at least one immutable field.
        refusal: Refusal,
        /// The whole object as it would be stored once the old one is gone.
        object: Value,
    },
    /// The server refuses the object.
    Refused(Refusal),
}

impl DryRun {
    /// The same answer about the object that `change` makes of the answered one.
    #[must_use]
    pub fn map_object(self, change: impl FnOnce(Value) -> Value) -> Self {
        match self {
            Self::Merged { object, conflicts } => Self::Merged { object: change(object), conflicts },
            Self::Anew { refusal, object } => Self::Anew { refusal, object: change(object) },
            Self::Refused(refusal) => Self::Refused(refusal),
        }
    }
}

/// Why an object is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// The words of the server, or what does not fit the definition of the kind.
    pub message: String,
    /// The fields that cannot be changed on the existing object; empty when the object is wrong in itself.
    pub immutable: Vec<String>,
}

impl LiveState {
    /// Notes what a look at an object gave.
    pub fn observe(&mut self, object: ObjectRef, observation: Observation) {
        self.observations.insert(object, observation);
    }

    /// Notes what a dry run of an object gave.
    pub fn answer(&mut self, object: ObjectRef, answer: DryRun) {
        self.answers.insert(object, answer);
    }

    /// Notes an object that the readiness of another rests on, or a claim of its pods.
    pub fn companion(&mut self, object: ObjectRef, value: Value) {
        self.companions.insert(object, value);
    }

    /// Notes an object, or its metadata, that goes when a namespace or the definition of its kind goes.
    pub fn tenant(&mut self, object: ObjectRef, value: Value) {
        self.tenants.insert(object, value);
    }

    /// What goes with namespaces and definitions, sorted.
    pub fn tenants(&self) -> impl Iterator<Item = (&ObjectRef, &Value)> {
        self.tenants.iter()
    }

    /// The observation of an object; one that was never looked at counts as absent and not askable.
    pub fn get(&self, object: &ObjectRef) -> &Observation {
        self.observations.get(object).unwrap_or(&Observation::Absent { askable: false })
    }

    /// The live object.
    pub fn object(&self, object: &ObjectRef) -> Option<&Value> {
        match self.get(object) {
            Observation::Present(value) => Some(value),
            Observation::Absent { .. } => None,
        }
    }

    /// The object, or the companion, with this identity.
    pub fn companion_of(&self, object: &ObjectRef) -> Option<&Value> {
        self.companions.get(object).or_else(|| self.object(object))
    }

    /// What the look at each object gave, sorted.
    pub fn observations(&self) -> impl Iterator<Item = (&ObjectRef, &Observation)> {
        self.observations.iter()
    }

    /// The objects that the readiness of others rests on, sorted.
    pub fn companions(&self) -> impl Iterator<Item = (&ObjectRef, &Value)> {
        self.companions.iter()
    }

    /// The answers of dry runs, sorted.
    pub fn answers(&self) -> impl Iterator<Item = (&ObjectRef, &DryRun)> {
        self.answers.iter()
    }

    /// The answer of the dry run, where one was made.
    pub fn dry_run(&self, object: &ObjectRef) -> Option<&DryRun> {
        self.answers.get(object)
    }

    /// Everything that exists, sorted.
    pub fn present(&self) -> impl Iterator<Item = (&ObjectRef, &Value)> {
        self.observations.iter().filter_map(|(object, observation)| match observation {
            Observation::Present(value) => Some((object, value)),
            Observation::Absent { .. } => None,
        })
    }
}
