//! What a cluster answered about the objects that a plan is about.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use ks_model::{DesiredObject, Manifest, ObjectRef, Ownership, at};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::conflict::Conflict;
use crate::desired::Desired;
use crate::lookup::Lookup;
use crate::readiness::{Readiness, Rules, companion};
use crate::saved::Expectation;

/// Holds every answer that planning rests on. Filled by ks-apply, or from a recorded file; nothing is asked here.
#[derive(Clone, Default)]
pub struct LiveState {
    observations: BTreeMap<ObjectRef, Observation>,
    settled: Lookup<ObjectRef, Settled>,
    /// The namespaces that are being deleted: every object is asked whether it lives in one.
    leaving: BTreeSet<String>,
    answers: BTreeMap<ObjectRef, DryRun>,
    companions: BTreeMap<ObjectRef, Value>,
    tenants: BTreeMap<ObjectRef, Value>,
}

/// Prints the identities of what was observed only, because live objects may hold secrets.
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

/// What is kept of an object that is as it is wanted: a [`Sieve`](crate::Sieve) has compared it, and dropped it.
#[derive(Clone, PartialEq)]
pub struct Settled {
    /// What it was compared with.
    pub(crate) manifest: Manifest,
    /// How much of it was wanted.
    pub(crate) ownership: Ownership,
    /// What was wanted to define its kind.
    pub(crate) definition: Option<Manifest>,
    /// How far it was on its way to being ready. A claim that waits for its first pod counts as ready: nothing waits for it.
    pub(crate) readiness: Readiness,
    /// What a saved plan writes down of it, where that was asked for.
    pub(crate) expected: Option<Box<Expectation>>,
}

/// Prints the identity only.
impl fmt::Debug for Settled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:?})", self.manifest.object(), self.readiness)
    }
}

impl Settled {
    /// Whether it is as `desired` wants it too: an object may have been compared with a guess at what is wanted in the end.
    ///
    /// The catalogue has to be the same, and what is said of conflicts.
    pub fn holds(&self, desired: &Desired) -> bool {
        let object = self.manifest.object();
        let is_wanted = |it: &DesiredObject| it.ownership == self.ownership && it.manifest == self.manifest;
        desired.find(object).is_some_and(|(_, it)| is_wanted(it))
            && desired.definition_of(&object.kind) == self.definition.as_ref()
    }

    /// How far it was on its way to being ready.
    pub fn readiness(&self) -> &Readiness {
        &self.readiness
    }
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
        self.settled.remove(&object);
        if object.kind.is("", "Namespace") {
            self.leaving.remove(&object.name);
            if let Observation::Present(value) = &observation
                && is_leaving(value)
            {
                self.leaving.insert(object.name.clone());
            }
        }
        self.observations.insert(object, observation);
    }

    /// Whether the namespace of an object is being deleted, and the object with it.
    pub(crate) fn goes_with_its_namespace(&self, object: &ObjectRef) -> bool {
        object.namespace.as_ref().is_some_and(|it| !self.leaving.is_empty() && self.leaving.contains(it))
    }

    /// Notes that an object is as it is wanted.
    pub(crate) fn settle(&mut self, object: ObjectRef, settled: Settled) {
        self.observations.remove(&object);
        if object.kind.is("", "Namespace") {
            self.leaving.remove(&object.name);
        }
        self.settled.insert(object, settled);
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

    /// What is known of an object that was found to be as it is wanted and dropped; none where it is kept as a whole.
    pub fn settled(&self, object: &ObjectRef) -> Option<&Settled> {
        self.settled.get(object)
    }

    /// Whether the object exists, settled or not.
    pub fn exists(&self, object: &ObjectRef) -> bool {
        self.settled.get(object).is_some() || self.object(object).is_some()
    }

    /// How far an object is on its way to being ready, by the rules of its kind and with its companion.
    pub fn readiness(&self, object: &ObjectRef, rules: &Rules) -> Readiness {
        if let Some(settled) = self.settled(object) {
            return settled.readiness.clone();
        }
        let companion = companion(object).and_then(|it| self.companion_of(&it));
        rules.judge(self.object(object), companion)
    }

    /// The observation of an object; one that was never looked at counts as absent and not askable, and so does a settled one.
    pub fn get(&self, object: &ObjectRef) -> &Observation {
        self.observations.get(object).unwrap_or(&Observation::Absent { askable: false })
    }

    /// The live object; none where it is [settled](Self::settled).
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

    /// What the look at each object gave, sorted; without those that are settled.
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

    /// Everything that exists and is kept as a whole, sorted. What is settled is wanted, and nobody has to look for it.
    pub fn present(&self) -> impl Iterator<Item = (&ObjectRef, &Value)> {
        self.observations.iter().filter_map(|(object, observation)| match observation {
            Observation::Present(value) => Some((object, value)),
            Observation::Absent { .. } => None,
        })
    }
}

/// Whether somebody has asked for the deletion of a live object, and only finalizers or time stand before it.
pub(crate) fn is_leaving(live: &Value) -> bool {
    at(live, "/metadata/deletionTimestamp").is_some()
}
