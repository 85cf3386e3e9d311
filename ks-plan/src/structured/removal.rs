//! What an apply removes: what the manager applied before, does not apply now, and nobody else owns.

use serde_json::{Map, Value};

use super::field_set::{FieldSet, Node};
use super::fields::all_fields;
use super::path::PathElement;
use super::schema::{ListType, MapType, Shape, Type};

/// Removes from `merged` what is in `last` and no longer owned. `managed` is what all managers own, the new apply included.
///
/// A struct that only `last` reached goes as a whole, with the defaults in it; list items and map entries that nobody owns stay.
pub(super) fn prune(merged: Value, last: &FieldSet, managed: &FieldSet, ty: Type<'_>) -> Value {
    if last.is_empty() {
        return merged;
    }
    let last = with_named_fields(last, Some(ty));
    let managed = with_named_fields(managed, Some(ty));
    let present = with_named_fields(&all_fields(&merged, ty), Some(ty));
    let without_last = remove(&merged, &last, ty);
    let remaining = with_named_fields(&all_fields(&without_last, ty), Some(ty));
    // First whatever has an owner comes back, then whatever was never in the last apply.
    let with_owned = remove(&merged, &present.difference(&remaining.union(&managed)), ty);
    let remaining = with_named_fields(&all_fields(&with_owned, ty), Some(ty));
    remove(&merged, &present.difference(&remaining).intersection(&last), ty)
}

/// Adds the parents that a type knows by name, which are no members of a set by themselves.
fn with_named_fields(fields: &FieldSet, ty: Option<Type<'_>>) -> FieldSet {
    let map = ty.and_then(|ty| ty.as_map());
    let list = ty.and_then(|ty| ty.as_list());
    let nodes = fields.nodes().iter().map(|node| {
        let is_named = match &node.element {
            PathElement::Field(name) => map.is_some_and(|map| map.is_named(name)),
            _ => false,
        };
        let below = match &node.element {
            PathElement::Field(name) => map.and_then(|map| map.declared(name)),
            PathElement::Key(_) => list.map(|list| list.item()),
            _ => None,
        };
        Node {
            element: node.element.clone(),
            is_member: node.is_member || (is_named && !node.below.is_empty()),
            below: with_named_fields(&node.below, below),
        }
    });
    FieldSet::from_nodes(nodes.collect())
}

/// Removes the fields of a set. A map or list that loses everything becomes null.
pub(super) fn remove(value: &Value, fields: &FieldSet, ty: Type<'_>) -> Value {
    match (ty.shape(value), value) {
        (Shape::Map(ty), Value::Object(entries)) if !ty.is_atomic() => remove_entries(entries, fields, ty),
        (Shape::List(ty), Value::Array(items)) if !ty.is_atomic() => remove_items(items, fields, ty),
        (Shape::Scalar(_), value) => value.clone(),
        _ => Value::Null,
    }
}

fn remove_entries(entries: &Map<String, Value>, fields: &FieldSet, ty: MapType<'_>) -> Value {
    let kept = entries.iter().filter_map(|(name, value)| {
        let element = PathElement::field(name.as_str());
        if fields.contains(std::slice::from_ref(&element)) {
            return None;
        }
        let below = fields.below(&element);
        Some((name.clone(), below.map_or_else(|| value.clone(), |below| remove(value, below, ty.field(name)))))
    });
    let kept: Map<String, Value> = kept.collect();
    if kept.is_empty() { Value::Null } else { Value::Object(kept) }
}

fn remove_items(items: &[Value], fields: &FieldSet, ty: ListType<'_>) -> Value {
    let kept = items.iter().enumerate().filter_map(|(index, item)| {
        let element = ty.element(item).unwrap_or(PathElement::Index(index));
        if fields.contains(std::slice::from_ref(&element)) {
            return None;
        }
        let below = fields.below(&element);
        Some(below.map_or_else(|| item.clone(), |below| remove(item, below, ty.item())))
    });
    let kept: Vec<Value> = kept.collect();
    if kept.is_empty() { Value::Null } else { Value::Array(kept) }
}

/// Brings a set written under an older schema in line: what has become atomic is owned as a whole.
pub(super) fn reconcile(fields: &FieldSet, ty: Type<'_>) -> FieldSet {
    let nodes = fields.nodes().iter().map(|node| {
        let below = match &node.element {
            PathElement::Field(name) => ty.as_map().and_then(|map| map.declared(name)),
            _ => ty.as_list().map(|list| list.item()),
        };
        match below {
            Some(below) if below.is_atomic() && !node.below.is_empty() => {
                Node { element: node.element.clone(), is_member: true, below: FieldSet::EMPTY }
            }
            Some(below) if !below.is_deduced() => Node { below: reconcile(&node.below, below), ..node.clone() },
            _ => node.clone(),
        }
    });
    FieldSet::from_nodes(nodes.collect())
}
