//! Filling in what is absent.

use serde_json::Value;

use crate::sandbox::object;

/// Sets a field that is absent or null.
pub(super) fn absent(value: &mut Value, path: &[&str], default: impl Into<Value>) {
    let Some((last, parents)) = path.split_last() else { return };
    let map = object::mapping_mut(value, parents);
    if map.get(*last).is_none_or(Value::is_null) {
        map.insert((*last).to_owned(), default.into());
    }
}

/// Makes a field an empty mapping when it is absent.
pub(super) fn mapping(value: &mut Value, path: &[&str]) {
    object::mapping_mut(value, path);
}

/// Works on each item of a list that may be absent.
pub(super) fn each(value: &mut Value, pointer: &str, work: impl FnMut(&mut Value)) {
    if let Some(items) = value.pointer_mut(pointer).and_then(Value::as_array_mut) {
        items.iter_mut().for_each(work);
    }
}

/// Works on a part that may be absent.
pub(super) fn at(value: &mut Value, pointer: &str, work: impl FnOnce(&mut Value)) {
    if let Some(part) = value.pointer_mut(pointer) {
        work(part);
    }
}

/// Drops a field that is null, an empty text, list or mapping, as Go's `omitempty` does.
pub(super) fn omit_empty(value: &mut Value, fields: &[&str]) {
    let Some(map) = value.as_object_mut() else { return };
    for field in fields {
        let empty = match map.get(*field) {
            Some(Value::Null) => true,
            Some(Value::Object(map)) => map.is_empty(),
            Some(Value::Array(items)) => items.is_empty(),
            Some(Value::String(text)) => text.is_empty(),
            Some(Value::Bool(set)) => !set,
            _ => false,
        };
        if empty {
            map.shift_remove(*field);
        }
    }
}
