//! Is it unchanged, and if not, what differs.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::canonical::{encode, is_secret, same_scalar, vanishes};
use super::field_set::FieldSet;
use super::fields::{STRIPPED_METADATA, field_set};
use super::managed_fields::{ManagedFields, applier_entry};
use super::path::PathElement;
use super::schema::{ListType, MapType, Shape, Type};
use super::value::equal;

/// What a comparison without the server can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// An apply would change nothing. Only said when certain.
    Unchanged,
    /// An apply would change something, or might.
    Differs,
}

/// Tells, without asking the server, whether an apply of `desired` would leave `live` as it is.
///
/// It would when `manager` owns exactly the fields that the apply mentions, in the same version, and when each of them has in `live`
/// the value that the server would make of the desired one. Fields that others own or that the server filled in do not count, nor does
/// an empty list that the server does not store.
///
/// ```
/// use ks_plan::structured::{Schemas, Verdict, compare};
/// use serde_json::json;
///
/// let desired = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"b": "c"}});
/// let schemas = Schemas::builtin();
/// let ty = schemas.of_object(&desired);
/// assert_eq!(compare(&desired, &desired, "ks", ty), Verdict::Differs, "nobody owns a field");
/// ```
pub fn compare(desired: &Value, live: &Value, manager: &str, ty: Type<'_>) -> Verdict {
    compare_defaulted(desired, desired, live, manager, ty)
}

/// Tells the same of a custom resource whose schema has defaults: `defaulted` is `desired` with these filled in.
///
/// Which fields an apply owns follows from what it mentions; the values that the server makes of them have the defaults in
/// them, which matters inside lists and maps that are compared as a whole.
pub fn compare_defaulted(desired: &Value, defaulted: &Value, live: &Value, manager: &str, ty: Type<'_>) -> Verdict {
    if is_unchanged(desired, defaulted, live, manager, ty) { Verdict::Unchanged } else { Verdict::Differs }
}

fn is_unchanged(desired: &Value, defaulted: &Value, live: &Value, manager: &str, ty: Type<'_>) -> bool {
    let same = |pointer: &str| desired.pointer(pointer) == live.pointer(pointer);
    let same_or_silent = |pointer: &str| desired.pointer(pointer).is_none() || same(pointer);
    let is_same_object =
        same("/apiVersion") && same("/kind") && same("/metadata/name") && same_or_silent("/metadata/namespace");
    if !is_same_object || desired.pointer("/metadata/managedFields").is_some() {
        return false;
    }
    let fields = field_set(desired, ty);
    let owns_exactly = match applier_entry(live, manager) {
        Some(entry) => {
            let version = desired.get("apiVersion").and_then(Value::as_str);
            version == Some(entry.api_version.as_str()) && entry.fields == fields
        }
        // Who mentions nothing has no entry. Without any entry, the first apply would write down who was there before it.
        None => fields.is_empty() && live.pointer("/metadata/managedFields/0").is_some(),
    };
    owns_exactly && has_values(defaulted, live, manager, ty)
}

fn has_values(desired: &Value, live: &Value, manager: &str, ty: Type<'_>) -> bool {
    let mut walk = Walk { is_typed: ty.traits().is_typed, path: Vec::new(), respelled: FieldSet::EMPTY };
    walk.object(desired, live, ty) && !is_contested(&walk.respelled, live, manager)
}

/// A value that is equal only in the server's spelling, or empty and not stored, counts as changed to the managers that share the field, so they would conflict.
fn is_contested(respelled: &FieldSet, live: &Value, manager: &str) -> bool {
    if respelled.is_empty() {
        return false;
    }
    let others = ManagedFields::of(live).unwrap_or_default().entries;
    others.iter().any(|entry| !entry.is_applier(manager) && !entry.fields.intersection(respelled).is_empty())
}

struct Walk {
    is_typed: bool,
    path: Vec<PathElement>,
    /// The leaves whose text differs although their value does not.
    respelled: FieldSet,
}

impl Walk {
    fn object(&mut self, desired: &Value, live: &Value, ty: Type<'_>) -> bool {
        let (Some(desired_map), Some(live_map), Some(map)) = (desired.as_object(), live.as_object(), ty.as_map())
        else {
            return false;
        };
        let resets_status = ty.traits().resets_status;
        desired_map.iter().all(|(name, value)| match name.as_str() {
            "apiVersion" | "kind" => true,
            "status" if resets_status => true,
            "metadata" => self.metadata(value, live_map.get(name), map.field(name)),
            "stringData" if is_secret(desired) => is_in_data(value, live),
            _ => self.field(name, value, live_map.get(name), map),
        })
    }

    /// What the server writes into the metadata by itself does not count.
    fn metadata(&mut self, desired: &Value, live: Option<&Value>, ty: Type<'_>) -> bool {
        let (Some(desired), Some(live), Some(map)) =
            (desired.as_object(), live.and_then(Value::as_object), ty.as_map())
        else {
            return false;
        };
        let is_typed = std::mem::replace(&mut self.is_typed, true);
        self.path.push(PathElement::field("metadata"));
        let counts = |name: &str| !STRIPPED_METADATA.contains(&name);
        let is_same = desired.iter().all(|(name, value)| !counts(name) || self.field(name, value, live.get(name), map));
        self.path.pop();
        self.is_typed = is_typed;
        is_same
    }

    fn field(&mut self, name: &str, desired: &Value, live: Option<&Value>, ty: MapType<'_>) -> bool {
        let ty = ty.field(name);
        self.path.push(PathElement::field(name));
        let is_same = match live {
            Some(live) => self.value(desired, live, ty),
            // A null, an empty list and an empty free map are nothing to a built-in kind: the server counts a write and stores what
            // it had. It is a change all the same to whoever else applied the empty field.
            None => self.is_typed && vanishes(desired, ty) && self.respell(),
        };
        self.path.pop();
        is_same
    }

    fn value(&mut self, desired: &Value, live: &Value, ty: Type<'_>) -> bool {
        match (ty.shape(desired), desired, live) {
            (Shape::Map(map), Value::Object(desired), Value::Object(live)) => self.maps(desired, live, map),
            (Shape::List(list), Value::Array(desired), Value::Array(live)) => self.lists(desired, live, list),
            (Shape::Scalar(scalar), _, _) => {
                equal(desired, live) || (self.is_typed && same_scalar(desired, live, scalar) && self.respell())
            }
            _ => equal(desired, live),
        }
    }

    fn respell(&mut self) -> bool {
        // Inside of an atomic list or map the leaf is further up: each parent is noted, and only a leaf is in another set without members below.
        (1..=self.path.len()).for_each(|length| self.respelled.insert(&self.path[..length]));
        true
    }

    fn maps(&mut self, desired: &Map<String, Value>, live: &Map<String, Value>, ty: MapType<'_>) -> bool {
        // An empty map is a leaf, and so is an atomic one: nothing more may be in it.
        let is_whole = ty.is_atomic();
        (!is_whole || live.keys().all(|name| desired.contains_key(name)))
            && desired.iter().all(|(name, value)| self.field(name, value, live.get(name), ty))
    }

    fn lists(&mut self, desired: &[Value], live: &[Value], ty: ListType<'_>) -> bool {
        if ty.is_atomic() {
            return desired.len() == live.len()
                && desired.iter().zip(live).all(|(desired, live)| self.whole(desired, live, ty.item()));
        }
        let mut places: BTreeMap<PathElement, (usize, bool)> = BTreeMap::new();
        for (place, item) in live.iter().enumerate() {
            if let Some(element) = ty.element(item) {
                places.entry(element).and_modify(|(_, is_single)| *is_single = false).or_insert((place, true));
            }
        }
        let mut next = 0;
        desired.iter().all(|item| {
            let Some(element) = ty.element(item) else { return false };
            // The live items stand in the desired order, or the merge would move them; and each stands there once.
            let place = places.get(&element).filter(|(place, is_single)| *is_single && *place >= next);
            let Some((place, other)) = place.and_then(|(place, _)| Some((*place, live.get(*place)?))) else {
                return false;
            };
            next = place + 1;
            self.path.push(element);
            let is_same = self.value(item, other, ty.item());
            self.path.pop();
            is_same
        })
    }

    /// Compares what is below an atomic list or map: there a field too many is a difference as well.
    fn whole(&mut self, desired: &Value, live: &Value, ty: Type<'_>) -> bool {
        match (ty.shape(desired), desired, live) {
            (Shape::Map(map), Value::Object(desired), Value::Object(live)) => {
                let field = |name: &String| (desired.get(name), live.get(name), map.field(name));
                let names = desired.keys().chain(live.keys().filter(|name| !desired.contains_key(*name)));
                names.map(field).all(|(desired, live, ty)| match (desired, live) {
                    (Some(desired), Some(live)) => self.whole(desired, live, ty),
                    (Some(value), None) | (None, Some(value)) => self.is_typed && value.is_null(),
                    (None, None) => true,
                })
            }
            (Shape::List(list), Value::Array(desired), Value::Array(live)) => {
                desired.len() == live.len()
                    && desired.iter().zip(live).all(|(desired, live)| self.whole(desired, live, list.item()))
            }
            _ => self.value(desired, live, ty),
        }
    }
}

/// `stringData` of a Secret is never in the answer of the server: it has become `data`.
fn is_in_data(texts: &Value, live: &Value) -> bool {
    let data = live.get("data");
    texts.as_object().is_some_and(|texts| {
        texts.iter().all(|(name, text)| {
            text.as_str().is_some_and(|text| data.and_then(|data| data.get(name)) == Some(&encode(text)))
        })
    })
}
