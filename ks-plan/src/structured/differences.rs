//! Which leaves differ between two objects, for people to read.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::canonical::{same_scalar, vanishes};
use super::changes::pair_items;
use super::path::{FieldPath, PathElement};
use super::schema::{ListType, MapType, Shape, Type};
use super::value::equal;

/// One field that differs between two objects.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldDifference {
    /// The field.
    pub path: FieldPath,
    /// Its value before; absent when it was added.
    pub before: Option<Value>,
    /// Its value after; absent when it was removed.
    pub after: Option<Value>,
}

/// What the server keeps book of by itself, on each write.
const BOOKKEEPING: [&str; 5] = ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp"];

/// Lists the leaves that differ between two objects, items of keyed lists matched by their keys.
///
/// An atomic list or map is one leaf. When only the order of the items of a keyed list differs, the list is the difference. What
/// the server keeps book of by itself is left out: `managedFields`, `resourceVersion`, `generation`, `uid`, `creationTimestamp`.
///
/// ```
/// use ks_plan::structured::{Schemas, differences};
/// use serde_json::json;
///
/// let before = json!({"apiVersion": "v1", "kind": "Service", "spec": {"ports": [{"port": 80, "name": "a"}, {"port": 81}]}});
/// let after = json!({"apiVersion": "v1", "kind": "Service", "spec": {"ports": [{"port": 80, "name": "b"}, {"port": 81}]}});
/// let schemas = Schemas::builtin();
/// let found = differences(&before, &after, schemas.of_object(&before));
/// assert_eq!(found.len(), 1);
/// assert_eq!(found[0].path.to_string(), r#".spec.ports[port=80,protocol="TCP"].name"#);
/// assert_eq!((found[0].before.clone(), found[0].after.clone()), (Some("a".into()), Some("b".into())));
/// ```
pub fn differences(before: &Value, after: &Value, ty: Type<'_>) -> Vec<FieldDifference> {
    let mut walk = Walk { is_typed: ty.traits().is_typed, path: Vec::new(), found: Vec::new() };
    walk.either(Some(before), Some(after), ty);
    walk.found
}

struct Walk {
    is_typed: bool,
    path: Vec<PathElement>,
    found: Vec<FieldDifference>,
}

impl Walk {
    fn either(&mut self, before: Option<&Value>, after: Option<&Value>, ty: Type<'_>) {
        let (before, after) = (self.present(before, ty), self.present(after, ty));
        let Some(value) = after.or(before) else { return };
        let has_same_form = match (before, after) {
            (Some(before), Some(after)) => ty.has_same_form(before, after),
            _ => true,
        };
        match ty.shape(value) {
            Shape::Map(map) if !map.is_atomic() && has_same_form => self.maps(before, after, map),
            Shape::List(list) if !list.is_atomic() && has_same_form => self.lists(before, after, list),
            Shape::Scalar(scalar) => {
                let is_same = |a, b| equal(a, b) || (self.is_typed && same_scalar(a, b, scalar));
                let is_same = before.zip(after).is_some_and(|(before, after)| is_same(before, after));
                self.leaf(before, after, is_same);
            }
            _ => self.leaf(before, after, before.zip(after).is_some_and(|(before, after)| equal(before, after))),
        }
    }

    /// To the server, a null or an empty free map of a built-in kind is not there.
    fn present<'a>(&self, value: Option<&'a Value>, ty: Type<'_>) -> Option<&'a Value> {
        value.filter(|value| !(self.is_typed && vanishes(value, ty)))
    }

    fn leaf(&mut self, before: Option<&Value>, after: Option<&Value>, is_same: bool) {
        if !is_same {
            let path = FieldPath(self.path.clone());
            self.found.push(FieldDifference { path, before: before.cloned(), after: after.cloned() });
        }
    }

    fn maps(&mut self, before: Option<&Value>, after: Option<&Value>, ty: MapType<'_>) {
        let nothing = Map::new();
        let old = before.and_then(Value::as_object).unwrap_or(&nothing);
        let new = after.and_then(Value::as_object).unwrap_or(&nothing);
        if old.is_empty() && new.is_empty() {
            let is_same = before.zip(after).is_some_and(|(before, after)| equal(before, after));
            return self.leaf(before, after, is_same);
        }
        let is_metadata = matches!(self.path.as_slice(), [PathElement::Field(name)] if name == "metadata");
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names {
            if !(is_metadata && BOOKKEEPING.contains(&name.as_str())) {
                self.path.push(PathElement::field(name.as_str()));
                self.either(old.get(name), new.get(name), ty.field(name));
                self.path.pop();
            }
        }
    }

    fn lists(&mut self, before: Option<&Value>, after: Option<&Value>, ty: ListType<'_>) {
        let is_filled = |value: Option<&Value>| value.and_then(Value::as_array).is_some_and(|items| !items.is_empty());
        if !is_filled(before) && !is_filled(after) {
            let is_same = before.zip(after).is_some_and(|(before, after)| equal(before, after));
            return self.leaf(before, after, is_same);
        }
        let count = self.found.len();
        let pairs = pair_items(before, after, ty);
        let is_keyed = pairs.values().all(|(old, new)| old.len() < 2 && new.len() < 2);
        if is_keyed {
            for (element, (old, new)) in pairs {
                self.path.push(element);
                self.either(old.first().copied(), new.first().copied(), ty.item());
                self.path.pop();
            }
        }
        // Nothing below tells of a new order, nor of items that share a key.
        if self.found.len() == count {
            let is_same = before.zip(after).is_some_and(|(before, after)| self.is_same_list(before, after, ty));
            self.leaf(before, after, is_same);
        }
    }

    fn is_same_list(&self, before: &Value, after: &Value, ty: ListType<'_>) -> bool {
        let elements = |list: &Value| -> Vec<_> {
            list.as_array().into_iter().flatten().map(|item| ty.element(item).ok_or_else(|| item.clone())).collect()
        };
        let (old, new) = (elements(before), elements(after));
        let is_single =
            old.iter().filter_map(|element| element.as_ref().ok()).collect::<BTreeSet<_>>().len() == old.len();
        old == new && (is_single || equal(before, after))
    }
}
