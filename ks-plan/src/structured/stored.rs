//! What the server stores of a value of a built-in kind: one spelling, without the zero values that are left out, with what is
//! always there and with what the server fills in.
//!
//! Fields that others may own are compared one by one, and what the server fills in there does not count. A list or map that is
//! owned as a whole is compared as a whole, so here all of it has to be known.

use serde_json::{Map, Value, json};

use super::canonical::respelled;
use super::schema::{MapType, Shape, Type};
use super::types::{Presence, Rule, Zero};
use super::value::equal;

const ROLES: &str = "rbac.authorization.k8s.io";

/// What the server stores of a value.
pub(super) fn stored(value: &Value, ty: Type<'_>) -> Value {
    if ty.is_opaque() {
        return value.clone();
    }
    match (ty.shape(value), value) {
        (Shape::Map(map), Value::Object(entries)) => Value::Object(stored_map(entries, map)),
        (Shape::List(list), Value::Array(items)) => items.iter().map(|item| stored(item, list.item())).collect(),
        (Shape::Scalar(scalar), value) => respelled(value, scalar).unwrap_or_else(|| value.clone()),
        _ => value.clone(),
    }
}

/// What the server stores of a field that an object mentions; absent when nothing. `beside` are the fields beside it.
pub(super) fn stored_field(value: &Value, name: &str, beside: &Map<String, Value>, map: MapType<'_>) -> Option<Value> {
    let ty = map.field(name);
    let Some(field) = map.known(name) else {
        return (!value.is_null()).then(|| stored(value, ty));
    };
    let filled_in = || field.default.clone().or_else(|| filled_in(name, beside, map.rule()?));
    if value.is_null() || (field.zero != Zero::Kept && is_zero(value)) {
        return filled_in().or_else(|| match &field.zero {
            Zero::Written(zero) => Some(zero.clone()),
            Zero::Kept | Zero::Omitted | Zero::Chosen => None,
        });
    }
    let is_empty = match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty() && ty.as_map().is_some_and(|map| map.is_free()),
        _ => false,
    };
    if is_empty { filled_in() } else { Some(stored(value, ty)) }
}

/// Tells whether a field leaves a value to the server, which has chosen one and stays with it.
pub(super) fn is_chosen(value: &Value, name: &str, map: MapType<'_>) -> bool {
    let is_empty = value.is_null() || is_zero(value) || value.as_array().is_some_and(Vec::is_empty);
    is_empty && map.known(name).is_some_and(|field| field.zero == Zero::Chosen)
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Bool(is) => !is,
        Value::Number(number) => number.as_f64() == Some(0.0),
        _ => false,
    }
}

/// What the server fills in for a field that is empty, where that depends on the fields beside it.
fn filled_in(name: &str, beside: &Map<String, Value>, rule: Rule) -> Option<Value> {
    let text = |name: &str| beside.get(name).and_then(Value::as_str);
    match (rule, name) {
        (Rule::Subject, "apiGroup") => matches!(text("kind"), Some("User" | "Group")).then(|| json!(ROLES)),
        (Rule::ClaimTemplate, "apiVersion") => Some(json!("v1")),
        (Rule::ClaimTemplate, "kind") => Some(json!("PersistentVolumeClaim")),
        (Rule::Container, "imagePullPolicy") => {
            Some(json!(if may_move(text("image")?) { "Always" } else { "IfNotPresent" }))
        }
        (Rule::Names, "singular") => Some(json!(text("kind")?.to_lowercase())),
        (Rule::Names, "listKind") => Some(json!(format!("{}List", text("kind")?))),
        (Rule::ServicePort, "targetPort") => beside.get("port").cloned(),
        (Rule::NetworkPolicy, "policyTypes") => {
            let has_egress = beside.get("egress").and_then(Value::as_array).is_some_and(|rules| !rules.is_empty());
            Some(if has_egress { json!(["Ingress", "Egress"]) } else { json!(["Ingress"]) })
        }
        _ => None,
    }
}

/// Whether an image has no tag, or the tag `latest`.
fn may_move(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or(image);
    !image.contains('@') && name.split_once(':').is_none_or(|(_, tag)| tag == "latest")
}

fn stored_map(entries: &Map<String, Value>, map: MapType<'_>) -> Map<String, Value> {
    let stored_entry =
        |(name, value): (&String, &Value)| Some((name.clone(), stored_field(value, name, entries, map)?));
    let mut result: Map<String, Value> = entries.iter().filter_map(stored_entry).collect();
    for (name, field, ty) in map.named() {
        if result.contains_key(name) {
            continue;
        }
        let value = match (&field.default, &field.zero, field.presence) {
            (Some(default), ..) => Some(default.clone()),
            (None, Zero::Written(zero), _) => Some(zero.clone()),
            (None, _, Presence::Struct) => Some(stored(&Value::Object(Map::new()), ty)),
            _ => map.rule().and_then(|rule| filled_in(name, &result, rule)),
        };
        result.extend(value.map(|value| (name.to_owned(), value)));
    }
    match map.rule() {
        Some(Rule::LimitRangeItem) => complete_limit(&mut result),
        Some(Rule::NameOnly) => result.retain(|name, _| name == "name"),
        _ => {}
    }
    result
}

/// A limit for containers: the most is the default, the default or the least is what is asked for.
fn complete_limit(limit: &mut Map<String, Value>) {
    if limit.get("type").and_then(Value::as_str) != Some("Container") {
        return;
    }
    for (to, from) in [("default", "max"), ("defaultRequest", "default"), ("defaultRequest", "min")] {
        let Some(Value::Object(amounts)) = limit.get(from).cloned() else { continue };
        let target = limit.entry(to).or_insert_with(|| json!({}));
        for (name, amount) in amounts {
            if let Some(target) = target.as_object_mut() {
                target.entry(name).or_insert(amount);
            }
        }
    }
}

/// Tells whether a live value is what the server would store, nulls and absent fields being the same.
pub(super) fn is_stored(expected: &Value, live: &Value) -> bool {
    match (expected, live) {
        (Value::Object(expected), Value::Object(live)) => {
            let is_there = |map: &Map<String, Value>, name: &str| map.get(name).is_some_and(|value| !value.is_null());
            expected
                .iter()
                .all(|(name, value)| value.is_null() || live.get(name).is_some_and(|live| is_stored(value, live)))
                && live.iter().all(|(name, value)| value.is_null() || is_there(expected, name))
        }
        (Value::Array(expected), Value::Array(live)) => {
            expected.len() == live.len() && expected.iter().zip(live).all(|(expected, live)| is_stored(expected, live))
        }
        _ => equal(expected, live),
    }
}
