//! Reading the parts of an object that every kind has.

use ks_model::{GroupKind, ObjectRef};
use serde_json::{Map, Value, json};

/// The identity of an object; empty parts where it lacks them.
pub(super) fn reference(value: &Value) -> ObjectRef {
    let (group, _) = group_version(text(value, "/apiVersion"));
    let kind = GroupKind::new(group, text(value, "/kind"));
    let namespace = value.pointer("/metadata/namespace").and_then(Value::as_str).map(str::to_owned);
    ObjectRef { kind, namespace, name: text(value, "/metadata/name").to_owned() }
}

/// Splits an `apiVersion` into group and version.
pub(super) fn group_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

/// The text at a pointer; empty where there is none.
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The number at a pointer; `absent` where there is none.
pub(super) fn number(value: &Value, pointer: &str, absent: i64) -> i64 {
    value.pointer(pointer).and_then(Value::as_i64).unwrap_or(absent)
}

/// The items of the list at a pointer; none where there is no list.
pub(super) fn items<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The UID of an object.
pub(super) fn uid(value: &Value) -> &str {
    text(value, "/metadata/uid")
}

/// Whether an object is being deleted.
pub(super) fn is_terminating(value: &Value) -> bool {
    value.pointer("/metadata/deletionTimestamp").is_some()
}

/// The `metadata` of an object, made when absent.
pub(super) fn metadata_mut(value: &mut Value) -> &mut Map<String, Value> {
    mapping_mut(value, &["metadata"])
}

/// The mapping at a path, made when absent; what is no mapping on the way is replaced by one.
pub(super) fn mapping_mut<'a>(value: &'a mut Value, path: &[&str]) -> &'a mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match (value, path) {
        (Value::Object(map), []) => map,
        (Value::Object(map), [first, rest @ ..]) => mapping_mut(map.entry(*first).or_insert(Value::Null), rest),
        _ => unreachable!("the value was made a mapping"),
    }
}

/// The labels that two mappings of strings have in common: whether `labels` contains all of `wanted`.
pub(super) fn contains_labels(labels: Option<&Value>, wanted: Option<&Value>) -> bool {
    let wanted = wanted.and_then(Value::as_object);
    wanted.is_none_or(|wanted| wanted.iter().all(|(key, value)| labels.and_then(|it| it.get(key)) == Some(value)))
}

/// An owner reference to a controller.
pub(super) fn controller_reference(owner: &Value) -> Value {
    json!({
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": true,
        "blockOwnerDeletion": true,
    })
}

/// Whether `owner` is the controller of `value`.
pub(super) fn is_controlled_by(value: &Value, owner: &Value) -> bool {
    items(value, "/metadata/ownerReferences")
        .iter()
        .any(|reference| reference["controller"] == Value::Bool(true) && text(reference, "/uid") == uid(owner))
}
