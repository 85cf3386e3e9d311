//! How the objects of a plan were, so that apply can tell whether they still are.

use std::fmt;

use ks_model::{ObjectRef, Ownership};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::SavedPlan;
use crate::build::{FIELD_MANAGER, is_member};
use crate::change::{Action, Change};
use crate::desired::Desired;
use crate::inventory::Inventory;
use crate::live::{LiveState, Settled};
use crate::plan::Plan;
use crate::predecessors::Adoption;
use crate::sensitive::Mask;
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
        /// Whether all of the object counts, since it is deleted or made anew: only its metadata and its status do not.
        whole: bool,
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
///
/// Of what stays as it is, a plan does not hold how it was: `live` does.
pub(super) fn expectations(plan: &Plan, desired: &Desired, live: &LiveState) -> Vec<Expectation> {
    let mask = Mask::keyed(plan.facts.cluster_uid.as_deref());
    let stays = |it: &Change| it.action == Action::NoOp;
    let expected = |change: &Change| match live.settled(&change.object).filter(|_| stays(change)) {
        Some(Settled { expected: Some(expected), .. }) => (**expected).clone(),
        settled => {
            debug_assert!(settled.is_none(), "what is settled for a plan to be saved is sieved for saving");
            let found = live.object(&change.object).filter(|_| stays(change));
            expectation(change, change.before.as_ref().or(found), desired, &mask)
        }
    };
    plan.changes.iter().map(expected).collect()
}

/// How the object of a change is.
pub(crate) fn expectation(change: &Change, live: Option<&Value>, desired: &Desired, mask: &Mask) -> Expectation {
    let live_version = || live?.get("apiVersion")?.as_str().map(str::to_owned);
    let wanted_version = change.manifest.as_ref().map(|it| it.api_version().to_owned());
    let expected = live.map_or(Expected::Absent, |live| {
        let (also, whole) = (also(change, live, desired), goes(change));
        Expected::Present {
            uid: live.pointer("/metadata/uid").and_then(Value::as_str).unwrap_or_default().to_owned(),
            also: also.to_fields_v1(),
            whole,
            digest: Relied { also: &also, whole, mask }.digest(change, live),
        }
    });
    Expectation { object: change.object.clone(), api_version: wanted_version.or_else(live_version), expected }
}

/// Whether the live object goes away, and with it whatever stands in it by then.
fn goes(change: &Change) -> bool {
    matches!(change.action, Action::Delete | Action::Replace)
}

/// The fields that the plan wants and ks does not own yet, and those of earlier tools that it takes over.
fn also(change: &Change, live: &Value, desired: &Desired) -> FieldSet {
    let Some(manifest) = change.manifest.as_ref().filter(|_| change.ownership != Ownership::Once) else {
        return FieldSet::default();
    };
    let wanted = field_set(manifest.value(), desired.type_of(manifest)).leaves();
    let owned = owned_by(live, FIELD_MANAGER).unwrap_or_default();
    let handed = Adoption::of(live).filter(|_| !change.adopts.is_empty());
    handed.map_or(wanted.clone(), |it| it.fields().leaves().union(&wanted)).difference(&owned)
}

/// What apply relies on of one object.
struct Relied<'a> {
    also: &'a FieldSet,
    whole: bool,
    mask: &'a Mask,
}

impl Relied<'_> {
    /// A hash of it. Status and other people's fields are no part of it; secret values count by their fingerprints, which is
    /// all that a snapshot has of them.
    fn digest(&self, change: &Change, live: &Value) -> String {
        let mut live = live.clone();
        self.mask.stored(&change.secrecy, &mut live);
        let live = &live;
        let mut hash = Sha256::new();
        hash.update([u8::from(live.pointer("/metadata/deletionTimestamp").is_some())]);
        if self.whole {
            let parts = live.as_object().into_iter().flatten();
            let parts = parts.filter(|(name, _)| !matches!(name.as_str(), "metadata" | "status"));
            parts.for_each(|(name, value)| hash.update(format!("{name}: {}\n", canonical(value))));
        }
        // An object that is the user's once it is made may be whatever the user makes of it.
        let owned = owned_by(live, FIELD_MANAGER).filter(|_| change.ownership != Ownership::Once);
        let fields = owned.unwrap_or_default().union(self.also).leaves();
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
        let mask = Mask::keyed(self.plan.facts.cluster_uid.as_deref());
        let judged = self.expected.iter().filter_map(|it| {
            let change = self.plan.change(&it.object)?;
            let because = staleness(change, &it.expected, live.object(&it.object), &mask)?;
            Some(Stale { object: it.object.clone(), because })
        });
        let namespace = self.inventory.namespace.as_deref().unwrap_or_default();
        let inventory = Inventory::new(namespace, &self.inventory.name);
        let id = inventory.id();
        let joined = live.present().filter(|(object, live)| {
            self.plan.change(object).is_none() && **object != self.inventory && is_member(live, id)
        });
        let joined = joined.map(|(object, _)| Stale { object: object.clone(), because: Staleness::Joined });
        judged.chain(joined).collect()
    }
}

fn staleness(change: &Change, expected: &Expected, live: Option<&Value>, mask: &Mask) -> Option<Staleness> {
    match (expected, live) {
        (Expected::Absent, None) => None,
        (Expected::Absent, Some(_)) => Some(Staleness::Appeared),
        (Expected::Present { .. }, None) => Some(Staleness::Gone),
        (Expected::Present { uid, also, whole, digest: known }, Some(live)) => {
            let also = FieldSet::from_fields_v1(also).unwrap_or_default();
            if live.pointer("/metadata/uid").and_then(Value::as_str) != Some(uid) {
                Some(Staleness::Replaced)
            } else {
                let relied = Relied { also: &also, whole: *whole, mask };
                (relied.digest(change, live) != *known).then_some(Staleness::Changed)
            }
        }
    }
}
