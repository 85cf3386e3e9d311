//! What lives in namespaces, or is of custom kinds, that go when everything goes: what of it belongs to others.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::{GroupKind, Manifest, ObjectRef};
use serde_json::Value;

use super::FIELD_MANAGER;
use super::removal::{is_member, is_namespace};
use super::seen::is_leaving;
use crate::change::Reason;
use crate::desired::Desired;
use crate::edges::crd::defined_kind;
use crate::history::is_record;
use crate::live::LiveState;
use crate::structured::ManagedFields;
use crate::volumes::{ClaimOwner, claim_kind};

/// How many objects of others a plan names for each that takes them along.
const NAMED: usize = 5;
/// What the control plane puts into every namespace.
const OF_EVERY_NAMESPACE: &[(&str, &str)] = &[("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")];
/// What the control plane makes of other objects, and what is no object that anybody would miss.
const DERIVED: &[(&str, &str)] = &[("", "Event"), ("events.k8s.io", "Event"), ("metrics.k8s.io", "PodMetrics")];
/// The annotation of a Secret that holds the token of an account.
const TOKEN_OF: &str = "kubernetes.io/service-account.name";

/// The objects of others that go when all members go, and the members that stay because of them.
pub(super) struct Tenants<'a> {
    desired: &'a Desired,
    live: &'a LiveState,
    others: Vec<&'a ObjectRef>,
}

impl<'a> Tenants<'a> {
    /// Looks at what goes. Where something is wanted, or may be again, nothing of others is looked at.
    pub(super) fn of(desired: &'a Desired, live: &'a LiveState) -> Self {
        let others = if desired.end().is_some() { others(desired, live) } else { Vec::new() };
        Self { desired, live, others }
    }

    /// Why a member stays although everything else goes.
    pub(super) fn stays(&self, object: &ObjectRef) -> Option<Reason> {
        if object.kind.is("", "Namespace") && self.desired.end()?.contains(&object.name) {
            return Some(Reason::Left);
        }
        let parent = self.desired.end().map(|_| self.desired.inventory().parent())?;
        let live = self.live.object(object).filter(|it| !is_leaving(it))?;
        if let Some(manager) = maker(live).filter(|_| object.kind.is("", "Namespace")) {
            return Some(Reason::MadeBy { manager });
        }
        if !is_namespace(object, parent.namespace.as_deref()) {
            return None;
        }
        let (count, some) = self.within(object)?;
        Some(Reason::HasTenants { count, some })
    }

    /// The objects of others that go with a namespace or a definition.
    pub(super) fn take_along(&self, object: &ObjectRef) -> Option<Reason> {
        let (count, some) = self.within(object)?;
        Some(Reason::TakesAlong { count, some })
    }

    fn within(&self, object: &ObjectRef) -> Option<(usize, Vec<ObjectRef>)> {
        let defines = self.live.object(object).and_then(|it| definition(object, it));
        let is_within =
            |it: &&&ObjectRef| is_namespace(object, it.namespace.as_deref()) || defines.as_ref() == Some(&it.kind);
        let mut found: Vec<&ObjectRef> = self.others.iter().filter(is_within).copied().collect();
        found.sort_by_key(|it| (it.kind != claim_kind(), *it));
        (!found.is_empty()).then(|| (found.len(), found.into_iter().take(NAMED).cloned().collect()))
    }
}

fn definition(object: &ObjectRef, live: &Value) -> Option<GroupKind> {
    if !object.kind.is_definition() {
        return None;
    }
    defined_kind(&Manifest::parse(live.clone()).ok()?)
}

/// Who made an object, when it was not ks: whoever owns fields since the moment in which it came to be.
fn maker(live: &Value) -> Option<String> {
    let born = live.pointer("/metadata/creationTimestamp")?.as_str()?;
    let entries = ManagedFields::of(live).ok()?.entries;
    let first = entries.iter().filter(|it| it.time.as_deref() == Some(born) && it.subresource.is_empty());
    let first: Vec<&str> = first.map(|it| it.manager.as_str()).collect();
    let is_other = |it: &&&str| **it != FIELD_MANAGER;
    if first.contains(&FIELD_MANAGER) { None } else { first.iter().find(is_other).map(|it| (*it).to_owned()) }
}

/// Everything that is neither a member, nor made because of one, nor made for every namespace.
fn others<'a>(desired: &Desired, live: &'a LiveState) -> Vec<&'a ObjectRef> {
    let id = desired.inventory().id();
    let lease = desired.inventory().lease();
    let members: Vec<(&ObjectRef, &Value)> = live.present().filter(|(_, it)| is_member(it, id)).collect();
    let names: BTreeSet<&ObjectRef> = members.iter().map(|(object, _)| *object).collect();
    let ours = descendants(members.iter().filter_map(|(_, it)| uid(it)), live);
    let owners = members.iter().filter_map(|(object, it)| ClaimOwner::of(object, it, Some(it)));
    let owners: Vec<ClaimOwner> = owners.collect();
    let services: BTreeSet<(&Option<String>, &str)> = live
        .tenants()
        .map(|(object, _)| object)
        .chain(names.iter().copied())
        .filter(|it| it.kind.is("", "Service"))
        .map(|it| (&it.namespace, it.name.as_str()))
        .collect();
    let is_named_alike = |object: &ObjectRef| {
        object.kind.is("", "Endpoints") && services.contains(&(&object.namespace, object.name.as_str()))
    };
    let is_ours = |object: &ObjectRef, it: &Value| {
        names.contains(object)
            || object == desired.inventory().parent()
            || *object == lease
            || is_record(desired.inventory(), object, it)
            || uid(it).is_some_and(|it| ours.contains(it))
            || owners.iter().any(|owner| owner.has(object))
            || is_derived(object, it)
            || is_named_alike(object)
    };
    live.tenants().filter(|(object, it)| !is_ours(object, it)).map(|(object, _)| object).collect()
}

fn is_derived(object: &ObjectRef, live: &Value) -> bool {
    let kind = (object.kind.group.as_str(), object.kind.kind.as_str());
    let is_token = || live.pointer("/metadata/annotations").is_some_and(|it| it.get(TOKEN_OF).is_some());
    DERIVED.contains(&kind)
        || (kind.0.is_empty() && OF_EVERY_NAMESPACE.contains(&(kind.1, object.name.as_str())))
        || (kind == ("", "Secret") && is_token())
}

/// The UIDs of some objects and of all that they own, however far down.
fn descendants<'a>(roots: impl Iterator<Item = &'a str>, live: &'a LiveState) -> BTreeSet<&'a str> {
    let mut owned: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (_, object) in live.tenants() {
        let owners = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
        for owner in owners.into_iter().flatten().filter_map(|it| it.get("uid")?.as_str()) {
            owned.entry(owner).or_default().extend(uid(object));
        }
    }
    let (mut found, mut next) = (BTreeSet::new(), roots.collect::<Vec<_>>());
    while let Some(uid) = next.pop() {
        if found.insert(uid) {
            next.extend(owned.get(uid).into_iter().flatten());
        }
    }
    found
}

fn uid(object: &Value) -> Option<&str> {
    object.pointer("/metadata/uid")?.as_str()
}
