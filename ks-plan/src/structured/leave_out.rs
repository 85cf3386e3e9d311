//! What is left of an object for an apply that leaves fields to others.

use serde_json::{Map, Value};

use super::Type;
use super::field_set::FieldSet;
use super::fields::all_fields;
use super::path::PathElement;
use super::schema::{ListType, MapType, Shape};

/// The object without some of the fields that an apply of it would own; what is left is well-formed.
///
/// An item of a keyed list keeps its keys, and goes only as a whole: when the item itself and all of its fields are among
/// them. A map or list that loses everything goes. What is one leaf, such as an atomic list, stays or goes as one.
pub(crate) fn leave_out(object: &Value, fields: &FieldSet, ty: Type<'_>) -> Value {
    without(object, fields, ty).unwrap_or_else(|| Value::Object(Map::new()))
}

/// What is left of a value; nothing when it had something and lost it all.
fn without(value: &Value, fields: &FieldSet, ty: Type<'_>) -> Option<Value> {
    match (ty.shape(value), value) {
        (Shape::Map(map), Value::Object(members)) if !map.is_atomic() => maps(members, fields, map),
        (Shape::List(list), Value::Array(items)) if !list.is_atomic() => lists(items, fields, list),
        _ => Some(value.clone()),
    }
}

fn maps(members: &Map<String, Value>, fields: &FieldSet, ty: MapType<'_>) -> Option<Value> {
    let left = members.iter().filter_map(|(name, value)| {
        let element = PathElement::field(name.as_str());
        let left = match fields.below(&element) {
            Some(below) => without(value, below, ty.field(name))?,
            None if fields.contains(std::slice::from_ref(&element)) && is_leaf(value, ty.field(name)) => return None,
            None => value.clone(),
        };
        Some((name.clone(), left))
    });
    let left: Map<String, Value> = left.collect();
    (!left.is_empty() || members.is_empty()).then_some(Value::Object(left))
}

/// Whether nothing is owned below a value.
fn is_leaf(value: &Value, ty: Type<'_>) -> bool {
    all_fields(value, ty).is_empty()
}

fn lists(items: &[Value], fields: &FieldSet, ty: ListType<'_>) -> Option<Value> {
    let left: Vec<Value> = items.iter().filter_map(|item| self::item(item, fields, ty)).collect();
    (!left.is_empty() || items.is_empty()).then_some(Value::Array(left))
}

fn item(item: &Value, fields: &FieldSet, ty: ListType<'_>) -> Option<Value> {
    let Some(element) = ty.element(item) else { return Some(item.clone()) };
    let goes = fields.contains(std::slice::from_ref(&element));
    let own = all_fields(item, ty.item());
    let below = fields.below(&element).cloned().unwrap_or_default();
    if goes && own.difference(&below).is_empty() {
        return None;
    }
    let keys: Vec<PathElement> = match &element {
        PathElement::Key(keys) => keys.iter().map(|(name, _)| PathElement::field(name.as_str())).collect(),
        _ => Vec::new(),
    };
    let below = below.difference(&FieldSet::from_paths(keys.into_iter().map(|it| vec![it].into())));
    without(item, &below, ty.item())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::structured::{FieldPath, Schemas, field_set};

    /// What is left of the spec of a Pod.
    fn left(spec: Value, paths: &[&str]) -> Value {
        let object = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "p" }, "spec": spec });
        let fields = FieldSet::from_paths(paths.iter().map(|it| it.parse::<FieldPath>().unwrap()));
        let schemas = Schemas::builtin();
        let ty = schemas.of_object(&object);
        let left = leave_out(&object, &fields, ty);
        assert!(field_set(&left, ty).intersection(&fields.leaves()).difference(&keys()).is_empty(), "{left}");
        left["spec"].clone()
    }

    /// Keys may be asked for and stay all the same.
    fn keys() -> FieldSet {
        FieldSet::from_paths([r#".spec.containers[name="a"].name"#.parse::<FieldPath>().unwrap()])
    }

    #[test]
    fn a_leaf_goes_and_its_neighbours_stay() {
        let spec = json!({ "nodeName": "n", "hostname": "h" });
        assert_eq!(left(spec, &[".spec.hostname", ".spec.absent"]), json!({ "nodeName": "n" }));
    }

    #[test]
    fn a_map_that_loses_everything_goes() {
        let spec = json!({ "securityContext": { "fsGroup": 1 } });
        assert_eq!(left(spec, &[".spec.securityContext.fsGroup"]), json!(null));
        let spec = json!({ "hostname": "h", "securityContext": { "fsGroup": 1 } });
        assert_eq!(left(spec, &[".spec.securityContext.fsGroup"]), json!({ "hostname": "h" }));
    }

    #[test]
    fn an_item_keeps_its_keys() {
        let spec = || json!({ "containers": [{ "name": "a", "image": "i" }, { "name": "b", "image": "i" }] });
        let image = r#".spec.containers[name="a"].image"#;
        let rest = json!({ "containers": [{ "name": "a" }, { "name": "b", "image": "i" }] });
        assert_eq!(left(spec(), &[image]), rest);
        assert_eq!(left(spec(), &[image, r#".spec.containers[name="a"].name"#]), rest, "the item itself is not given");
        assert_eq!(left(spec(), &[r#".spec.containers[name="a"]"#, image]), rest, "its name is not given");
    }

    #[test]
    fn an_item_goes_as_a_whole() {
        let spec = json!({ "containers": [{ "name": "a", "image": "i" }, { "name": "b" }] });
        let item = r#".spec.containers[name="a"]"#;
        let all = [item.to_owned(), format!("{item}.name"), format!("{item}.image")];
        assert_eq!(left(spec, &all.each_ref().map(String::as_str)), json!({ "containers": [{ "name": "b" }] }));
    }

    #[test]
    fn a_key_that_is_left_to_its_default_names_the_item_too() {
        let ports = json!([{ "containerPort": 80, "name": "http" }]);
        let spec = json!({ "containers": [{ "name": "a", "ports": ports }] });
        let name = r#".spec.containers[name="a"].ports[containerPort=80,protocol="TCP"].name"#;
        assert_eq!(left(spec, &[name])["containers"][0]["ports"], json!([{ "containerPort": 80 }]));
    }

    #[test]
    fn what_is_one_leaf_goes_as_one() {
        let spec = || json!({ "containers": [{ "name": "a", "args": ["x", "y"] }] });
        let rest = json!({ "containers": [{ "name": "a" }] });
        assert_eq!(left(spec(), &[r#".spec.containers[name="a"].args"#]), rest);
        assert_eq!(left(spec(), &[r#".spec.containers[name="a"].args[0]"#]), spec());
    }

    #[test]
    fn a_set_loses_items() {
        let object = json!({ "apiVersion": "v1", "kind": "Pod",
            "metadata": { "name": "p", "finalizers": ["a/x", "b/y"] } });
        let schemas = Schemas::builtin();
        let fields = FieldSet::from_paths([r#".metadata.finalizers[="a/x"]"#.parse::<FieldPath>().unwrap()]);
        let left = leave_out(&object, &fields, schemas.of_object(&object));
        assert_eq!(left["metadata"], json!({ "name": "p", "finalizers": ["b/y"] }));
    }

    #[test]
    fn in_an_unknown_kind_lists_are_leaves_and_maps_are_not() {
        let object = json!({ "apiVersion": "x.example/v1", "kind": "X", "metadata": { "name": "x" },
            "spec": { "a": { "b": [1], "c": {} } } });
        let schemas = Schemas::builtin();
        let ty = schemas.of_object(&object);
        let out = |paths: &[&str]| {
            let fields = FieldSet::from_paths(paths.iter().map(|it| it.parse::<FieldPath>().unwrap()));
            leave_out(&object, &fields, ty)["spec"].clone()
        };
        assert_eq!(out(&[".spec.a.b"]), json!({ "a": { "c": {} } }));
        assert_eq!(out(&[".spec.a.c"]), json!({ "a": { "b": [1] } }));
        assert_eq!(out(&[".spec", ".spec.a"]), json!({ "a": { "b": [1], "c": {} } }), "no leaf is given");
        assert_eq!(out(&[".spec.a.b", ".spec.a.c"]), json!(null));
    }
}
