//! A field of an object by the names that lead to it.

use serde_json::{Map, Value};

/// Up to this many members are looked through one by one: that takes less than a hash.
const FEW: usize = 8;

/// The value that the names of a JSON Pointer (RFC 6901) lead to through objects. As [`Value::pointer`], for names without `~` and `/`,
/// but nothing is copied on the way: plans look thousands of objects up.
///
/// # Example
/// ```
/// let object = serde_json::json!({ "metadata": { "name": "a" } });
/// assert_eq!(ks_model::at(&object, "/metadata/name"), object.pointer("/metadata/name"));
/// assert_eq!(ks_model::at(&object, "/metadata/uid"), None);
/// assert_eq!(ks_model::at(&object, ""), Some(&object));
/// ```
pub fn at<'a>(value: &'a Value, pointer: &str) -> Option<&'a Value> {
    pointer.split('/').skip(1).try_fold(value, |it, name| member(it.as_object()?, name))
}

/// The value of a member. As [`Map::get`], which makes a hash of the name; most objects have few members.
///
/// # Example
/// ```
/// let metadata = serde_json::json!({ "name": "a", "namespace": "b" });
/// let metadata = metadata.as_object().unwrap();
/// assert_eq!(ks_model::member(metadata, "name"), metadata.get("name"));
/// ```
pub fn member<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    if map.len() > FEW {
        return map.get(name);
    }
    map.iter().find(|(it, _)| *it == name).map(|(_, value)| value)
}
