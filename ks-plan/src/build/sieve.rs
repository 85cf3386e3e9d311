//! Live objects compared as they come: of what is as it is wanted only how it is stays, and its tree goes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ks_model::{DesiredObject, Facts, ObjectRef, Ownership, StorageClass};
use serde_json::Value;

use super::keeps::Keeps;
use super::seen::is_leaving;
use super::{FIELD_MANAGER, differs, unchanged};
use crate::desired::Desired;
use crate::inventory::Contents;
use crate::live::{LiveState, Observation, Settled};
use crate::readiness::{Readiness, companion, waits_for_first_use};
use crate::saved::expectation;
use crate::sensitive::Mask;
use crate::structured::is_verbatim;
use crate::volumes::ClaimOwner;

/// Compares live objects, each as soon as it is read: of one that an apply would leave as it is a small record stays
/// ([`Settled`]), and its tree is dropped; every other one stays whole.
///
/// So what a plan takes in memory follows from what is wanted and from what changes, not from what a cluster holds of an object
/// (managed fields, status, defaults), provided that pages of a LIST are sifted one after the other and none is kept:
///
/// 1. read the inventory, and make the sieve, which knows from it what is kept for others;
/// 2. [`sift`](Self::sift) the objects of each page of each LIST;
/// 3. put what comes of it into a [`LiveState`], as far as it [holds](Settled::holds) for what is wanted in the end, and go on with
///    [`doubts`](crate::doubts()) and [`plan`](crate::plan()), which know the settled objects.
///
/// Of most objects not even a tree is made: their text as a LIST has it says enough ([`sift_text`](Self::sift_text)).
///
/// The plan is the same, byte for byte, as if all objects had been observed. What needs the objects themselves must not sift them:
/// a snapshot ([`RecordedState`](crate::RecordedState)) and the end of everything. A plan that is to be saved sifts
/// [`for_saving`](Self::for_saving).
///
/// # Example
/// ```
/// use std::sync::Arc;
/// use ks_model::{Bundle, DesiredObject, Facts, Manifest};
/// use ks_plan::{Desired, Inventory, LiveState, Sieve, Sifted, plan};
/// let mut map = serde_json::json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "c", "namespace": "a" } });
/// let wanted = DesiredObject::new(Manifest::parse(map.clone())?, "c.yaml", Default::default());
/// let bundle = Bundle::new("demo".parse()?, vec![wanted]);
/// let desired = Arc::new(Desired::new(vec![bundle], Vec::new(), Default::default(), Inventory::default())?);
/// let (facts, mut live) = (Facts::default(), LiveState::default());
/// let object = desired.manifests().next().unwrap().object().clone();
/// let sieve = Sieve::new(Arc::clone(&desired), &facts, None);
/// let sifted = sieve.sift(&object, map.clone());
/// assert!(matches!(sifted, Sifted::Whole(_)), "nobody owns its labels: it is not as it is wanted");
/// map["metadata"] = desired.manifests().next().unwrap().value()["metadata"].clone();
/// map["metadata"]["managedFields"] = serde_json::json!([{ "manager": "ks", "operation": "Apply", "apiVersion": "v1",
///     "fieldsType": "FieldsV1", "fieldsV1": { "f:metadata": { "f:labels": {
///         "f:applyset.kubernetes.io/part-of": {}, "f:ks.kubesphere.io/component": {} } } } }]);
/// live.put(object.clone(), sieve.sift(&object, map));
/// assert!(live.object(&object).is_none() && live.exists(&object));
/// assert_eq!(plan(&desired, &live, &facts)?.summary().unchanged, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Sieve {
    desired: Arc<Desired>,
    storage_classes: BTreeMap<String, StorageClass>,
    /// What is said of conflicts: objects by kind, namespace and name, because people leave out groups.
    addressed: BTreeSet<(String, Option<String>, String)>,
    kept: BTreeSet<ObjectRef>,
    mask: Option<Mask>,
}

/// What a [`Sieve`] makes of one live object.
#[derive(Clone, PartialEq)]
pub enum Sifted {
    /// It is as it is wanted.
    Settled(Box<Settled>),
    /// More has to be known of it, or it is not wanted; the object as it came.
    Whole(Value),
}

impl Sieve {
    /// Makes a sieve for what is wanted; `inventory` is the live inventory, where there is one.
    ///
    /// Of the facts only those count that a first look at a cluster gives: its storage classes and its identity.
    pub fn new(desired: Arc<Desired>, facts: &Facts, inventory: Option<&Value>) -> Self {
        // One that goes away remembers nothing; what it says keeps objects whole, which is never wrong.
        let remembered = inventory.map(|it| Contents::read(it).kept).unwrap_or_default();
        let resolutions = desired.resolutions();
        let said = remembered.iter().chain(&resolutions.take).chain(&resolutions.keep);
        let addressed = said.map(|it| place(&it.object)).collect();
        let (storage_classes, kept) = (facts.storage_classes.clone(), BTreeSet::new());
        Self { desired, storage_classes, addressed, kept, mask: None }
    }

    /// The same, which leaves these objects whole: something else is asked of them.
    #[must_use]
    pub fn keeping(self, objects: impl IntoIterator<Item = ObjectRef>) -> Self {
        Self { kept: objects.into_iter().collect(), ..self }
    }

    /// The same, which keeps of each settled object what [`SavedPlan::of`](crate::SavedPlan::of) writes down of it as well.
    #[must_use]
    pub fn for_saving(self, facts: &Facts) -> Self {
        Self { mask: Some(Mask::keyed(facts.cluster_uid.as_deref())), ..self }
    }

    /// Compares an object as it was read, with its managed fields.
    pub fn sift(&self, object: &ObjectRef, live: Value) -> Sifted {
        match self.settled(object, &live) {
            Some(settled) => Sifted::Settled(Box::new(settled)),
            None => Sifted::Whole(live),
        }
    }

    /// Compares an object of which `text` is the JSON, as it stands in a list of `api_version`: it may leave out its version and
    /// kind. `None` where its text does not tell enough, so that its tree has to be [sifted](Self::sift); always so for a plan that
    /// is to be saved.
    pub fn sift_text(&self, object: &ObjectRef, api_version: &str, text: &str) -> Option<Settled> {
        let wanted = self.comparable(object, api_version)?;
        let (manifest, is_claim) = (&wanted.manifest, object.kind.is("", "PersistentVolumeClaim"));
        if self.mask.is_some() || is_claim || wanted.ownership == Ownership::Once {
            return None;
        }
        let is_settled = is_verbatim(manifest.value(), text, FIELD_MANAGER, self.desired.type_of(manifest));
        let readiness = is_settled.then(|| self.desired.readiness().judge_text(manifest, text))??;
        let definition = self.desired.definition_of(&object.kind).cloned();
        Some(Settled { manifest: manifest.clone(), ownership: wanted.ownership, definition, readiness, expected: None })
    }

    /// What is wanted of an object, where nothing but a comparison in this version is needed.
    fn comparable(&self, object: &ObjectRef, api_version: &str) -> Option<&DesiredObject> {
        let (_, wanted) = self.desired.find(object)?;
        let is_of_version = api_version == wanted.manifest.api_version();
        (is_of_version && !self.is_looked_at_later(object, wanted)).then_some(wanted)
    }

    fn settled(&self, object: &ObjectRef, live: &Value) -> Option<Settled> {
        let wanted = self.comparable(object, live.get("apiVersion")?.as_str()?)?;
        let manifest = &wanted.manifest;
        if is_leaving(live) {
            return None;
        }
        if wanted.ownership != Ownership::Once && differs(&self.desired, &Keeps::default(), manifest, live) {
            return None;
        }
        // A claim that waits for its first pod is as far as it gets by itself.
        let is_claim = object.kind.is("", "PersistentVolumeClaim");
        let waits_for_others = is_claim && waits_for_first_use(live, &self.storage_classes);
        let judged = self.desired.readiness().judge(Some(live), None);
        let readiness = if waits_for_others { Readiness::Ready } else { judged };
        let expected = self.mask.as_ref().map(|mask| {
            let change = unchanged(&self.desired, manifest, Some(live));
            Box::new(expectation(&change, Some(live), &self.desired, mask))
        });
        let definition = self.desired.definition_of(&object.kind).cloned();
        let (manifest, ownership) = (manifest.clone(), wanted.ownership);
        Some(Settled { manifest, ownership, definition, readiness, expected })
    }

    /// Whether more is asked of the live object than whether it is as it is wanted, and ready: its secrets, its claims, its
    /// companion, and what others own of it.
    fn is_looked_at_later(&self, object: &ObjectRef, wanted: &DesiredObject) -> bool {
        self.desired.end().is_some()
            || object.kind.is("apps", "StatefulSet")
            || companion(object).is_some()
            || !self.desired.secrecy(object).is_empty()
            || ClaimOwner::of(object, wanted.manifest.value(), None).is_some()
            || self.kept.contains(object)
            || (!self.addressed.is_empty() && self.addressed.contains(&place(object)))
    }
}

impl LiveState {
    /// Puts in what a sieve made of an object.
    pub fn put(&mut self, object: ObjectRef, sifted: Sifted) {
        match sifted {
            Sifted::Settled(settled) => self.settle(object, *settled),
            Sifted::Whole(value) => self.observe(object, Observation::Present(value)),
        }
    }
}

fn place(object: &ObjectRef) -> (String, Option<String>, String) {
    (object.kind.kind.clone(), object.namespace.clone(), object.name.clone())
}

#[cfg(test)]
mod tests;
