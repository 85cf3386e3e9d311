//! Members of the inventory that nothing wants any more.

use std::collections::BTreeMap;

use ks_model::{ComponentName, GroupKind, Manifest, ObjectRef, Ownership};
use serde_json::Value;

use super::FIELD_MANAGER;
use crate::change::{Action, Change, Reason, Verified};
use crate::desired::Desired;
use crate::graph::{DependencyGraph, GraphError};
use crate::inventory::{COMPONENT, PART_OF};
use crate::live::LiveState;
use crate::risk;
use crate::sensitive::Secrecy;
use crate::structured::{PathElement, owned_by};

/// A live object to delete, with the component that once wanted it.
pub(super) struct Doomed {
    live: Manifest,
    component: Option<ComponentName>,
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
    let is_kept = |object: &ObjectRef| object == inventory.parent() || is_home_of_something(object, desired);
    live.present()
        .filter(|(object, live)| desired.find(object).is_none() && !is_kept(object) && is_member(live, &id))
        .filter_map(|(_, live)| {
            Some(Doomed { live: Manifest::parse(live.clone()).ok()?, component: component_of(live) })
        })
        .collect()
}

fn mark() -> [PathElement; 3] {
    ["metadata", "labels", PART_OF].map(PathElement::field)
}

/// The namespace of the inventory stays as long as there is anything to keep in the inventory.
fn is_home_of_something(object: &ObjectRef, desired: &Desired) -> bool {
    let home = desired.inventory().parent().namespace.as_ref();
    object.kind == GroupKind::new("", "Namespace") && home == Some(&object.name) && desired.manifests().next().is_some()
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

/// The deletes, against the graph.
pub(super) fn changes(doomed: &[Doomed], graph: &DependencyGraph, desired: &Desired) -> Vec<Change> {
    let by_object: BTreeMap<&ObjectRef, &Doomed> = doomed.iter().map(|it| (it.live.object(), it)).collect();
    let closed: BTreeMap<_, _> = desired.closed().iter().map(|gate| (&gate.component, gate)).collect();
    let reason = |component: Option<&ComponentName>| match component.and_then(|it| closed.get(it)) {
        Some(gate) => Reason::GateClosed { reason: gate.reason.clone() },
        None => Reason::NoLongerWanted,
    };
    let doomed = graph.objects().rev().filter_map(|object| by_object.get(object));
    doomed.map(|it| delete(it, reason(it.component.as_ref()), desired.secrecy(it.live.object()))).collect()
}

fn delete(doomed: &Doomed, reason: Reason, secrecy: Secrecy) -> Change {
    let (object, live) = (doomed.live.object(), doomed.live.value());
    Change {
        object: object.clone(),
        action: Action::Delete,
        ownership: Ownership::Whole,
        component: doomed.component.clone(),
        fields: Vec::new(),
        conflicts: Vec::new(),
        adopts: Vec::new(),
        immutable: Vec::new(),
        secrecy,
        reasons: vec![reason],
        risk: risk::of(object, Action::Delete, Some(live), &[]),
        verified: Verified::Server,
        manifest: None,
        before: Some(live.clone()),
        after: None,
    }
}
