//! Which leaves of an object differ in another rendering of the same template.
//!
//! Unlike [`differences`](super::differences()), which compares two states of a cluster, both objects here come from one
//! template: lists of equal length hold the same items at the same places, even when the keys of the items differ.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::path::{FieldPath, PathElement};
use super::schema::{ListType, MapType, Shape, Type};
use super::value::equal;

/// The fields of `base` that differ in `other`, named as they are in `base`.
///
/// An atomic list or map is one field, and so is whatever only one of the two has. Keys for which `is_foreign` holds
/// are those of made-up values: what they add is a difference of the map that they stand in.
pub(crate) fn altered(
    base: &Value,
    other: &Value,
    ty: Type<'_>,
    is_foreign: &dyn Fn(&str) -> bool,
) -> BTreeSet<FieldPath> {
    let mut walk = Walk { is_foreign, path: Vec::new(), found: BTreeSet::new() };
    walk.both(base, other, ty);
    walk.found
}

struct Walk<'a> {
    is_foreign: &'a dyn Fn(&str) -> bool,
    path: Vec<PathElement>,
    found: BTreeSet<FieldPath>,
}

impl Walk<'_> {
    fn both(&mut self, base: &Value, other: &Value, ty: Type<'_>) {
        match (ty.shape(base), base, other) {
            (Shape::Map(map), Value::Object(old), Value::Object(new)) if !map.is_atomic() => self.maps(old, new, map),
            (Shape::List(list), Value::Array(old), Value::Array(new)) if !list.is_atomic() => {
                self.lists(old, new, list);
            }
            _ if equal(base, other) => {}
            _ => self.here(),
        }
    }

    fn here(&mut self) {
        self.found.insert(FieldPath(self.path.clone()));
    }

    fn below(&mut self, element: PathElement, look: impl FnOnce(&mut Self)) {
        self.path.push(element);
        look(self);
        self.path.pop();
    }

    fn maps(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, ty: MapType<'_>) {
        for name in old.keys().chain(new.keys().filter(|name| !old.contains_key(*name))) {
            let element = || PathElement::field(name.as_str());
            match (old.get(name), new.get(name)) {
                (Some(a), Some(b)) => self.below(element(), |it| it.both(a, b, ty.field(name))),
                (None, _) if (self.is_foreign)(name) => self.here(),
                _ => self.below(element(), Self::here),
            }
        }
    }

    fn lists(&mut self, old: &[Value], new: &[Value], ty: ListType<'_>) {
        let name = |index: usize, item: &Value| ty.element(item).unwrap_or(PathElement::Index(index));
        if old.len() == new.len() {
            for (index, (a, b)) in old.iter().zip(new).enumerate() {
                self.below(name(index, a), |it| it.both(a, b, ty.item()));
            }
            return;
        }
        let names = |items: &[Value]| -> Option<Vec<PathElement>> {
            let names: Vec<_> = items.iter().map(|item| ty.element(item)).collect::<Option<_>>()?;
            (names.iter().collect::<BTreeSet<_>>().len() == names.len()).then_some(names)
        };
        let (Some(old_names), Some(new_names)) = (names(old), names(new)) else { return self.here() };
        for (element, a) in old_names.iter().zip(old) {
            match new_names.iter().position(|it| it == element).and_then(|at| new.get(at)) {
                Some(b) => self.below(element.clone(), |it| it.both(a, b, ty.item())),
                None => self.below(element.clone(), Self::here),
            }
        }
        if new_names.iter().any(|it| !old_names.contains(it)) {
            self.here();
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::structured::Schemas;

    fn told(base: Value, other: Value) -> Vec<String> {
        let schemas = Schemas::builtin();
        let object = |spec: Value| json!({ "apiVersion": "apps/v1", "kind": "Deployment", "spec": spec });
        let (base, other) = (object(base), object(other));
        let is_foreign = |name: &str| name == "made-up";
        altered(&base, &other, schemas.of_object(&base), &is_foreign).iter().map(ToString::to_string).collect()
    }

    fn pod(containers: Value) -> Value {
        json!({ "template": { "spec": { "containers": containers } } })
    }

    #[test]
    fn an_item_whose_key_differs_stays_the_same_item() {
        let port = |port: u32| pod(json!([{ "name": "a", "ports": [{ "containerPort": port, "name": "http" }] }]));
        assert_eq!(
            told(port(80), port(81)),
            [r#".spec.template.spec.containers[name="a"].ports[containerPort=80,protocol="TCP"].containerPort"#]
        );
    }

    #[test]
    fn what_only_one_has_is_one_field() {
        let one = json!({ "replicas": 1, "strategy": { "rollingUpdate": { "maxSurge": 1 } } });
        assert_eq!(told(one, json!({ "replicas": 1 })), [".spec.strategy"]);
        assert_eq!(told(json!({}), json!({ "paused": true })), [".spec.paused"]);
        assert_eq!(told(json!({ "selector": {} }), json!({ "selector": { "made-up": 1 } })), [".spec.selector"]);
    }

    #[test]
    fn items_that_come_and_go_are_told_by_their_keys() {
        let (a, b) = (json!({ "name": "a" }), json!({ "name": "b" }));
        assert_eq!(told(pod(json!([a, b])), pod(json!([b]))), [r#".spec.template.spec.containers[name="a"]"#]);
        assert_eq!(told(pod(json!([b])), pod(json!([a, b]))), [".spec.template.spec.containers"]);
    }

    #[test]
    fn an_atomic_list_is_one_field() {
        let args = |args: &[&str]| pod(json!([{ "name": "a", "args": args }]));
        assert_eq!(
            told(args(&["--a", "--b"]), args(&["--a", "--c"])),
            [r#".spec.template.spec.containers[name="a"].args"#]
        );
    }
}
