//! How the objects of a plan were, so that apply can tell whether they still are.

use std::fmt;

use ks_model::{ObjectRef, Ownership};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::SavedPlan;
use crate::build::{FIELD_MANAGER, is_member};
use crate::change::Change;
use crate::desired::Desired;
use crate::inventory::Inventory;
use crate::live::LiveState;
use crate::plan::Plan;
use crate::structured::{FieldSet, ManagedFields, field_set, lookup, owned_by};

/// Says how one object of a plan was when it was planned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Expectation {
    /// The object.
    pub object: ObjectRef,
    /// The `apiVersion` in which it was looked at; absent when none was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    /// How it was.
    #[serde(flatten)]
    pub expected: Expected,
}

/// The state that an object was in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "was", rename_all = "camelCase")]
#[non_exhaustive]
pub enum Expected {
    /// It did not exist.
    Absent,
    /// It existed.
    Present {
        /// Its UID.
        uid: String,
        /// Fields that matter beside those that ks owns, as FieldsV1 (KEP-555): those that the plan takes or adds.
        also: Value,
        /// A hash of the values of all these fields, of who owns them, and of whether the object is being deleted.
        digest: String,
    },
}

/// Names an object that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stale {
    /// The object.
    pub object: ObjectRef,
    /// What became of it.
    pub because: Staleness,
}

/// What became of an object since it was planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Staleness {
    /// It exists now.
    Appeared,
    /// It is gone.
    Gone,
    /// Another object of its name stands in its place.
    Replaced,
    /// A field that the plan is about has another value or another owner, or the object is being deleted.
    Changed,
    /// It joined the inventory.
    Joined,
}

impl fmt::Display for Staleness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Appeared => "it exists now",
            Self::Gone => "it is gone",
            Self::Replaced => "another object of its name stands in its place",
            Self::Changed => "fields that the plan is about were changed",
            Self::Joined => "it belongs to ks now, and the plan does not know it",
        })
    }
}

/// How all objects of a plan are.
pub(super) fn expectations(plan: &Plan, desired: &Desired) -> Vec<Expectation> {
    plan.changes.iter().map(|it| expectation(it, desired)).collect()
}

fn expectation(change: &Change, desired: &Desired) -> Expectation {
    let live_version = || change.before.as_ref()?.get("apiVersion")?.as_str().map(str::to_owned);
    let wanted_version = change.manifest.as_ref().map(|it| it.api_version().to_owned());
    let expected = change.before.as_ref().map_or(Expected::Absent, |live| {
        let also = also(change, live, desired);
        Expected::Present {
            uid: change.uid().unwrap_or_default().to_owned(),
            also: also.to_fields_v1(),
            digest: digest(live, &also),
        }
    });
    Expectation { object: change.object.clone(), api_version: wanted_version.or_else(live_version), expected }
}

/// The fields that the plan wants and ks does not own yet. Of an object that is the user's once it is made, none matters.
fn also(change: &Change, live: &Value, desired: &Desired) -> FieldSet {
    let Some(manifest) = change.manifest.as_ref().filter(|_| change.ownership != Ownership::Once) else {
        return FieldSet::default();
    };
    let wanted = field_set(manifest.value(), desired.type_of(manifest));
    let owned = owned_by(live, FIELD_MANAGER).unwrap_or_default();
    wanted.leaves().difference(&owned)
}

/// A hash of what apply relies on. Status and other people's fields are no part of it.
fn digest(live: &Value, also: &FieldSet) -> String {
    let fields = owned_by(live, FIELD_MANAGER).unwrap_or_default().union(also).leaves();
    let mut hash = Sha256::new();
    hash.update([u8::from(live.pointer("/metadata/deletionTimestamp").is_some())]);
    for path in fields.paths() {
        let value = lookup(live, &path).map(canonical);
        hash.update(format!("{path}={}\n", value.unwrap_or_default()));
    }
    for entry in ManagedFields::of(live).unwrap_or_default().entries {
        let held = entry.fields.intersection(&fields);
        if !held.is_empty() {
            let names = (&entry.manager, entry.operation.as_str(), &entry.subresource);
            hash.update(format!("{names:?}: {}\n", held.to_fields_v1()));
        }
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// A value as JSON with its members sorted.
fn canonical(value: &Value) -> String {
    let mut sorted = value.clone();
    sorted.sort_all_objects();
    sorted.to_string()
}

impl SavedPlan {
    /// The objects that are not as they were: `live` is a look at all objects of the plan and at the members of its inventory.
    pub fn stale(&self, live: &LiveState) -> Vec<Stale> {
        let judged = self.expected.iter().filter_map(|it| {
            let because = staleness(&it.expected, live.object(&it.object))?;
            Some(Stale { object: it.object.clone(), because })
        });
        let namespace = self.inventory.namespace.as_deref().unwrap_or_default();
        let id = Inventory::new(namespace, &self.inventory.name).id();
        let joined = live.present().filter(|(object, live)| {
            self.plan.change(object).is_none() && **object != self.inventory && is_member(live, &id)
        });
        let joined = joined.map(|(object, _)| Stale { object: object.clone(), because: Staleness::Joined });
        judged.chain(joined).collect()
    }
}

fn staleness(expected: &Expected, live: Option<&Value>) -> Option<Staleness> {
    match (expected, live) {
        (Expected::Absent, None) => None,
        (Expected::Absent, Some(_)) => Some(Staleness::Appeared),
        (Expected::Present { .. }, None) => Some(Staleness::Gone),
        (Expected::Present { uid, also, digest: known }, Some(live)) => {
            let also = FieldSet::from_fields_v1(also).unwrap_or_default();
            if live.pointer("/metadata/uid").and_then(Value::as_str) != Some(uid) {
                Some(Staleness::Replaced)
            } else {
                (digest(live, &also) != *known).then_some(Staleness::Changed)
            }
        }
    }
}
