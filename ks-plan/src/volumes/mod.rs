//! Volumes: the claims of numbered pods, compared with what is wanted of them.
//!
//! A StatefulSet, also one that prometheus-operator makes, gives each of its pods claims by its templates, and never looks at
//! them again. So a change of a template changes no claim: one that should grow is patched, and one that cannot become what
//! is wanted is deleted with its pod, so that the controller makes both anew. All is decided by the live claims, never by
//! what has changed in the template: whoever comes after an apply that was killed finds the rest of the work.
//!
//! Claims are objects of others. They carry no label of the inventory, and what is done to one insists on its UID.

mod claim;
mod owner;
mod verdict;

use std::collections::BTreeSet;

use ks_model::{Facts, GroupKind, Manifest, ObjectRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::desired::Desired;
use crate::live::LiveState;

pub(crate) use claim::LiveClaim;
pub(crate) use owner::{ClaimOwner, STORAGE_TEMPLATE, Slot};
pub use owner::{ClaimTemplate, ClaimTemplates};
pub(crate) use verdict::{Verdict, verdict};

/// Names one of the numbered pods that an object is for, with the claim that it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Replica {
    /// The wanted object: a StatefulSet, or what an operator turns into one.
    pub owner: ObjectRef,
    /// The pod.
    pub pod: ObjectRef,
    /// The claim; absent where the pod stores its data elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<ObjectRef>,
}

/// Says what of a claim is not as wanted, and hence what happens to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "camelCase")]
#[non_exhaustive]
pub enum VolumeChange {
    /// It grows in place.
    Expanded,
    /// It has another class than the wanted one.
    OfAnotherClass,
    /// It asks for more than is wanted.
    TooLarge,
    /// It asks for less than is wanted, and its class does not let it grow.
    TooSmall {
        /// Its class.
        class: String,
    },
    /// It asks for less than is wanted, and it can only grow once it is bound.
    Unbound,
    /// The pods store their data elsewhere.
    Unwanted,
}

/// The kind of claims.
pub(crate) fn claim_kind() -> GroupKind {
    GroupKind::new("", "PersistentVolumeClaim")
}

/// The namespaces in which wanted objects have claims, or may have had some: one LIST of claims for each tells all.
pub fn namespaces<'a>(members: impl Iterator<Item = &'a Manifest>) -> BTreeSet<&'a str> {
    let owners = members.filter(|it| ClaimOwner::of(it.object(), it.value(), None).is_some());
    owners.filter_map(|it| it.object().namespace.as_deref()).collect()
}

/// What is to be applied to the claims that grow in place, each for its very claim; the server is asked about it beforehand.
pub fn expansions(desired: &Desired, live: &LiveState, facts: &Facts) -> Vec<Manifest> {
    let mut found = Vec::new();
    for manifest in desired.members().filter(|it| ClaimOwner::is_one(it.object())) {
        let owner = ClaimOwner::of(manifest.object(), manifest.value(), live.object(manifest.object()));
        let Some(owner) = owner else { continue };
        for slot in owner.slots().iter().filter(|it| desired.find(&it.claim).is_none()) {
            let claim = live.companion_of(&slot.claim).and_then(LiveClaim::read);
            let (Some(template), Some(claim)) = (slot.template, claim) else { continue };
            if verdict(template, &claim, facts) == Some(Verdict::Expand) {
                found.extend(claim.expanded(template));
            }
        }
    }
    found
}

/// Whether a pod has a volume on a claim of its namespace.
pub fn holds(pod: &Value, claim: &str) -> bool {
    let volumes = pod.pointer("/spec/volumes").and_then(Value::as_array);
    let name = |it: &Value| it.pointer("/persistentVolumeClaim/claimName").and_then(Value::as_str) == Some(claim);
    volumes.is_some_and(|all| all.iter().any(name))
}

#[cfg(test)]
mod tests;
