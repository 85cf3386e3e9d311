//! Members of the inventory that nothing wants any more.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::{ComponentName, GroupKind, Manifest, ObjectRef, Ownership};
use serde_json::Value;

use super::tenants::Tenants;
use super::{FIELD_MANAGER, PlanningError};
use crate::change::{Action, Change, Reason, Risk, Verified};
use crate::desired::Desired;
use crate::graph::{DependencyGraph, GraphError};
use crate::history::is_record;
use crate::inventory::{COMPONENT, Inventory, PART_OF};
use crate::live::LiveState;
use crate::risk;
use crate::structured::{PathElement, owned_by};
use crate::volumes::{ClaimOwner, claim_kind};

/// A live object to delete, with the component that once wanted it.
pub(super) struct Doomed {
    live: Manifest,
    component: Option<ComponentName>,
    consequence: Option<Reason>,
}

/// Whether a live object belongs to the inventory with this id.
///
/// The label alone proves nothing: controllers and people copy the labels of one object to another. It counts where ks
/// applied it.
pub(crate) fn is_member(live: &Value, inventory: &str) -> bool {
    label(live, PART_OF) == Some(inventory) && owned_by(live, FIELD_MANAGER).is_some_and(|it| it.contains(&mark()))
}

/// Finds the members that nothing wants.
pub(super) fn doomed(desired: &Desired, live: &LiveState) -> Vec<Doomed> {
    let inventory = desired.inventory();
    let id = inventory.id();
    let tenants = Tenants::of(desired, live);
    let stays = |object: &ObjectRef| object == inventory.parent() || is_home_of_something(object, desired);
    let is_kept = |object: &ObjectRef| stays(object) || tenants.stays(object).is_some();
    let mut doomed: Vec<Doomed> = live
        .present()
        .filter(|(object, live)| desired.find(object).is_none() && !is_kept(object) && is_member(live, id))
        .filter_map(|(object, live)| {
            let (live, component) = (Manifest::parse(live.clone()).ok()?, component_of(live));
            Some(Doomed { live, component, consequence: tenants.take_along(object) })
        })
        .collect();
    if desired.end().is_some() {
        doomed.extend(records(inventory, live));
        doomed.extend(claims(&doomed, live));
        tell_claims_that_stay(&mut doomed, live);
    }
    doomed
}

/// The records of applies, which end with everything else.
fn records(inventory: &Inventory, live: &LiveState) -> Vec<Doomed> {
    let records = live.present().filter(|(object, live)| is_record(inventory, object, live));
    let records = records.filter_map(|(_, live)| Manifest::parse(live.clone()).ok());
    records.map(|live| Doomed { live, component: None, consequence: None }).collect()
}

/// Refuses to leave alone what would not go.
pub(super) fn check(desired: &Desired, live: &LiveState) -> Result<(), PlanningError> {
    let staying = staying(desired, live);
    let named = desired.end().into_iter().flatten().map(|it| ObjectRef::cluster(GroupKind::new("", "Namespace"), it));
    match named.into_iter().find(|it| !staying.contains_key(it)) {
        Some(unknown) => Err(PlanningError::NotOurs(unknown)),
        None => Ok(()),
    }
}

/// The members that stay although everything else goes, each with the reason. They lose the marks of ks.
pub(super) fn staying(desired: &Desired, live: &LiveState) -> BTreeMap<ObjectRef, Reason> {
    if desired.end().is_none() {
        return BTreeMap::new();
    }
    let (id, tenants) = (desired.inventory().id(), Tenants::of(desired, live));
    let members = live.present().filter(|(_, live)| is_member(live, id));
    members.filter_map(|(object, _)| Some((object.clone(), tenants.stays(object)?))).collect()
}

/// The claims of numbered pods that go anyway with their namespace: each is deleted by itself, so that each is agreed to.
fn claims(doomed: &[Doomed], live: &LiveState) -> Vec<Doomed> {
    let goes =
        |namespace: &Option<String>| doomed.iter().any(|it| is_namespace(it.live.object(), namespace.as_deref()));
    let owners = doomed.iter().filter_map(|it| {
        let owner = ClaimOwner::of(it.live.object(), it.live.value(), Some(it.live.value()))?;
        Some((owner, it.component.clone()))
    });
    let owners: Vec<(ClaimOwner, Option<ComponentName>)> = owners.collect();
    let is_ours = |claim: &ObjectRef| doomed.iter().any(|it| it.live.object() == claim);
    live.tenants()
        .filter(|(object, _)| object.kind == claim_kind() && goes(&object.namespace) && !is_ours(object))
        .filter_map(|(object, live)| {
            let (_, component) = owners.iter().find(|(owner, _)| owner.has(object))?;
            let live = Manifest::parse(live.clone()).ok()?;
            Some(Doomed { live, component: component.clone(), consequence: None })
        })
        .collect()
}

/// What makes numbered pods goes, and their claims stay with the namespace.
fn tell_claims_that_stay(doomed: &mut [Doomed], live: &LiveState) {
    let going: BTreeSet<ObjectRef> = doomed.iter().map(|it| it.live.object().clone()).collect();
    for it in doomed.iter_mut().filter(|it| it.consequence.is_none()) {
        let Some(owner) = ClaimOwner::of(it.live.object(), it.live.value(), Some(it.live.value())) else { continue };
        let claims = live.tenants().map(|(object, _)| object).filter(|it| owner.has(it) && !going.contains(it));
        let claims: Vec<ObjectRef> = claims.cloned().collect();
        it.consequence = (!claims.is_empty()).then_some(Reason::ClaimsStay { claims });
    }
}

/// Whether an object is the namespace of this name.
pub(super) fn is_namespace(object: &ObjectRef, name: Option<&str>) -> bool {
    object.kind.is("", "Namespace") && name == Some(object.name.as_str())
}

fn mark() -> [PathElement; 3] {
    ["metadata", "labels", PART_OF].map(PathElement::field)
}

/// The namespace of the inventory stays as long as there is anything to keep in the inventory.
fn is_home_of_something(object: &ObjectRef, desired: &Desired) -> bool {
    is_home(object, desired) && desired.manifests().next().is_some()
}

fn component_of(live: &Value) -> Option<ComponentName> {
    label(live, COMPONENT)?.parse().ok()
}

fn label<'a>(live: &'a Value, key: &str) -> Option<&'a str> {
    live.pointer("/metadata/labels")?.get(key)?.as_str()
}

/// Draws the graph that the deletes go against.
pub(super) fn graph(doomed: &[Doomed], desired: &Desired) -> Result<DependencyGraph, GraphError> {
    DependencyGraph::of_live(
        doomed.iter().map(|it| (&it.live, it.component.as_ref())),
        desired.orders().iter().map(|(name, order)| (name, order.view())),
    )
}

/// The deletes, against the graph; what goes last comes last.
pub(super) fn changes(
    doomed: &[Doomed],
    graph: &DependencyGraph,
    desired: &Desired,
    inventory: Option<Change>,
) -> Vec<Change> {
    let by_object: BTreeMap<&ObjectRef, &Doomed> = doomed.iter().map(|it| (it.live.object(), it)).collect();
    let closed: BTreeMap<_, _> = desired.closed().iter().map(|gate| (&gate.component, gate)).collect();
    let reason = |component: Option<&ComponentName>| match component.and_then(|it| closed.get(it)) {
        Some(gate) => Reason::GateClosed { reason: gate.reason.clone() },
        None if desired.end().is_some() => Reason::Destroyed,
        None => Reason::NoLongerWanted,
    };
    let doomed = graph.objects().rev().filter_map(|object| by_object.get(object));
    let (last, first): (Vec<&&Doomed>, Vec<&&Doomed>) =
        doomed.partition(|it| desired.end().is_some() && is_home(it.live.object(), desired));
    let change = |it: &&Doomed| {
        let reasons = [reason(it.component.as_ref())].into_iter().chain(it.consequence.clone()).collect();
        delete(&it.live, it.component.clone(), reasons, desired)
    };
    first.into_iter().map(&change).chain(inventory).chain(last.into_iter().map(&change)).collect()
}

/// The delete of the inventory, where nothing is to be kept in it any more.
pub(super) fn of_inventory(desired: &Desired, live: &LiveState) -> Option<Change> {
    desired.end()?;
    let live = Manifest::parse(live.object(desired.inventory().parent())?.clone()).ok()?;
    Some(delete(&live, None, vec![Reason::Inventory, Reason::Destroyed], desired))
}

/// What is deleted when everything else is gone: the inventory, then its namespace. Whoever finds either can go on.
pub(super) fn last(changes: &[Change], desired: &Desired) -> Vec<ObjectRef> {
    if desired.end().is_none() {
        return Vec::new();
    }
    let deleted = changes.iter().filter(|it| it.action == Action::Delete).map(|it| &it.object);
    deleted.filter(|it| *it == desired.inventory().parent() || is_home(it, desired)).cloned().collect()
}

fn is_home(object: &ObjectRef, desired: &Desired) -> bool {
    is_namespace(object, desired.inventory().parent().namespace.as_deref())
}

/// Whether ks wrote every value of a Secret, so that an apply writes the same again, or makes a new key.
fn is_all_ours(secret: &Value) -> bool {
    let keys = secret.get("data").and_then(Value::as_object).into_iter().flatten().map(|(key, _)| key);
    let path = |key: &String| ["data", key.as_str()].map(PathElement::field);
    let owned = owned_by(secret, FIELD_MANAGER).unwrap_or_default();
    keys.into_iter().all(|key| owned.contains(&path(key)))
}

fn delete(live: &Manifest, component: Option<ComponentName>, reasons: Vec<Reason>, desired: &Desired) -> Change {
    let object = live.object();
    let is_made_again = desired.end().is_some() && object.kind.is("", "Secret") && is_all_ours(live.value());
    Change {
        object: object.clone(),
        action: Action::Delete,
        ownership: Ownership::Whole,
        component,
        fields: Vec::new(),
        conflicts: Vec::new(),
        adopts: Vec::new(),
        immutable: Vec::new(),
        secrecy: desired.secrecy(object),
        reasons,
        risk: if is_made_again || is_record(desired.inventory(), object, live.value()) {
            Risk::Safe
        } else {
            risk::of(object, Action::Delete, Some(live.value()), &[])
        },
        verified: Verified::Server,
        manifest: None,
        before: Some(live.value().clone()),
        after: None,
    }
}
