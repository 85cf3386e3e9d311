//! The fields that an apply of an object would own.

use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::field_set::{FieldSet, Node};
use super::path::PathElement;
use super::schema::{ListType, MapType, Shape, Type};

static STRIPPED: OnceLock<FieldSet> = OnceLock::new();

/// Gives the fields that an apply of `object` would own: its leaves, its list items, and the maps that no type names.
///
/// Left out is what the server strips from every set (`apiVersion`, `kind`, name, namespace and what it writes into the metadata by
/// itself), and `status` where it is written through its subresource only (KEP-555, and `GetResetFields` of each kind).
///
/// ```
/// use ks_plan::structured::{Schemas, field_set};
/// use serde_json::json;
///
/// let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "labels": {"b": "c"}}, "data": {"d": "e"}});
/// let schemas = Schemas::builtin();
/// let paths: Vec<String> = field_set(&object, schemas.of_object(&object)).paths().map(|path| path.to_string()).collect();
/// assert_eq!(paths, [".data.d", ".metadata.labels.b"]);
/// ```
pub fn field_set(object: &Value, ty: Type<'_>) -> FieldSet {
    strip(&without_reset(&all_fields(object, ty), ty))
}

/// Gives the set of an object before anything is stripped.
pub(super) fn all_fields(object: &Value, ty: Type<'_>) -> FieldSet {
    walk(object, ty).below
}

/// Takes out what the server strips from each manager's set.
pub(super) fn strip(fields: &FieldSet) -> FieldSet {
    fields.difference(STRIPPED.get_or_init(stripped))
}

/// Takes out `status` where the server resets it.
pub(super) fn without_reset(fields: &FieldSet, ty: Type<'_>) -> FieldSet {
    if !ty.traits().resets_status {
        return fields.clone();
    }
    fields.recursive_difference(&FieldSet::from_paths([vec![PathElement::field("status")].into()]))
}

/// The names below `metadata` that are never owned.
pub(super) const STRIPPED_METADATA: [&str; 9] = [
    "name",
    "namespace",
    "creationTimestamp",
    "selfLink",
    "uid",
    "clusterName",
    "generation",
    "managedFields",
    "resourceVersion",
];

fn stripped() -> FieldSet {
    let top = ["apiVersion", "kind", "metadata"].map(|name| vec![PathElement::field(name)]);
    let below = STRIPPED_METADATA.map(|name| vec![PathElement::field("metadata"), PathElement::field(name)]);
    FieldSet::from_paths(top.into_iter().chain(below).map(Into::into))
}

struct Walked {
    is_leaf: bool,
    below: FieldSet,
}

const LEAF: Walked = Walked { is_leaf: true, below: FieldSet::EMPTY };

fn walk(value: &Value, ty: Type<'_>) -> Walked {
    match (ty.shape(value), value) {
        (Shape::Map(map), Value::Object(entries)) if !map.is_atomic() => {
            Walked { is_leaf: false, below: walk_map(entries, map) }
        }
        (Shape::List(list), Value::Array(items)) if !list.is_atomic() => {
            Walked { is_leaf: false, below: walk_list(items, list) }
        }
        _ => LEAF,
    }
}

/// A map is a member when it is empty or null, and when its parent does not know it by name.
fn walk_map(entries: &Map<String, Value>, ty: MapType<'_>) -> FieldSet {
    let nodes = entries.iter().map(|(name, value)| {
        let Walked { is_leaf, below } = walk(value, ty.field(name));
        let is_empty_map = value.as_object().is_some_and(Map::is_empty);
        let is_member = is_leaf || is_empty_map || !ty.is_named(name);
        Node { element: PathElement::Field(name.clone()), is_member, below }
    });
    FieldSet::from_nodes(nodes.collect())
}

/// Each item is a member beside its fields; items that share a key are members without fields.
fn walk_list(items: &[Value], ty: ListType<'_>) -> FieldSet {
    let item = |(index, item): (usize, &Value)| {
        let element = ty.element(item).unwrap_or(PathElement::Index(index));
        Node { element, is_member: true, below: walk(item, ty.item()).below }
    };
    let mut nodes: Vec<Node> = items.iter().enumerate().map(item).collect();
    nodes.sort_by(|a, b| a.element.cmp(&b.element));
    nodes.dedup_by(|b, a| {
        let is_double = a.element == b.element;
        if is_double {
            a.below = FieldSet::EMPTY;
        }
        is_double
    });
    FieldSet::from_nodes(nodes)
}
