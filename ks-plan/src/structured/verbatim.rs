//! Whether the text of a live object holds all that is wanted in the same words, told without making a tree of it.
//!
//! [`compare`](super::compare()) tells more, of a tree. Of most objects of most plans this here is all that is asked, and to read
//! the text once is less than to make its tree.

use std::borrow::Cow;
use std::fmt;

use ks_model::at;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::canonical::is_secret;
use super::fields::STRIPPED_METADATA;
use super::owned_text::owned_text;
use super::schema::{ListType, Shape, Type};

/// Tells, without asking the server, that an apply of `desired` would leave the object as it is that is written in `text`, which
/// may leave out `apiVersion` and `kind` where a list says them for all. `true` is only said when certain.
///
/// It would when `manager` owns exactly the fields that the apply mentions, in the same version, and when each of them has the
/// same value.
///
/// ```
/// use ks_plan::structured::{Schemas, is_verbatim};
/// use serde_json::json;
///
/// let desired = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"b": "c"}});
/// let text = r#"{"metadata":{"name":"a","managedFields":[{"manager":"ks","operation":"Apply","apiVersion":"v1",
///     "fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:b":{}}}}]},"data":{"b":"c","d":"e"}}"#;
/// let schemas = Schemas::builtin();
/// let ty = schemas.of_object(&desired);
/// assert!(is_verbatim(&desired, text, "ks", ty));
/// assert!(!is_verbatim(&desired, text, "somebody", ty));
/// ```
pub fn is_verbatim(desired: &Value, text: &str, manager: &str, ty: Type<'_>) -> bool {
    let version = at(desired, "/apiVersion").and_then(Value::as_str);
    let is_plain = desired.get("status").is_none() && !(is_secret(desired) && desired.get("stringData").is_some());
    let (Some(version), Some(owned), true) = (version, owned_text(desired, ty), is_plain) else { return false };
    let owner = Owner { manager, version, owned: &owned };
    let mut reader = serde_json::Deserializer::from_str(text);
    With(Object { desired, ty, owner }).deserialize(&mut reader).is_ok() && reader.end().is_ok()
}

/// Ends the reading: what is there is not what is wanted, or cannot be told here.
fn other<E: Error>() -> E {
    E::custom("not the same words")
}

/// Reads the next value with a visitor.
struct With<V>(V);

impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for With<V> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<V::Value, D::Error> {
        reader.deserialize_any(self.0)
    }
}

/// The entry of `managedFields` that is to be there.
#[derive(Clone, Copy)]
struct Owner<'a> {
    manager: &'a str,
    version: &'a str,
    owned: &'a str,
}

/// The fields of a map, each of which is to be there once.
struct Fields<'a> {
    wanted: &'a Map<String, Value>,
    /// A bit for each that is there.
    found: u128,
}

impl<'a> Fields<'a> {
    fn of<E: Error>(wanted: &'a Map<String, Value>) -> Result<Self, E> {
        if wanted.len() > 128 { Err(other()) } else { Ok(Self { wanted, found: 0 }) }
    }

    /// The wanted value of a field that is there, if it is wanted.
    fn find(&mut self, name: &str) -> Option<&'a Value> {
        let (place, (_, value)) = self.wanted.iter().enumerate().find(|(_, (key, _))| *key == name)?;
        self.found |= 1 << place;
        Some(value)
    }

    /// All are there, but for those that may be left out.
    fn end<E: Error>(&self, is_optional: impl Fn(&str) -> bool) -> Result<(), E> {
        let lacks = |(place, (key, _)): (usize, (&String, _))| self.found & (1 << place) == 0 && !is_optional(key);
        if self.wanted.iter().enumerate().any(lacks) { Err(other()) } else { Ok(()) }
    }
}

/// A whole object.
struct Object<'a> {
    desired: &'a Value,
    ty: Type<'a>,
    owner: Owner<'a>,
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut live: A) -> Result<(), A::Error> {
        let (Some(wanted), Some(map)) = (self.desired.as_object(), self.ty.as_map()) else { return Err(other()) };
        let mut fields = Fields::of(wanted)?;
        while let Some(Name(name)) = live.next_key()? {
            match fields.find(&name) {
                Some(Value::Object(wanted)) if name == "metadata" => {
                    live.next_value_seed(With(Metadata { wanted, ty: map.field(&name), owner: self.owner }))?;
                }
                Some(value) => live.next_value_seed(With(Part::of(value, map.field(&name))))?,
                None => drop(live.next_value::<IgnoredAny>()?),
            }
        }
        fields.end(|name| matches!(name, "apiVersion" | "kind"))
    }
}

/// The metadata of an object.
struct Metadata<'a> {
    wanted: &'a Map<String, Value>,
    ty: Type<'a>,
    owner: Owner<'a>,
}

impl<'de> Visitor<'de> for Metadata<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("metadata")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut live: A) -> Result<(), A::Error> {
        let map = self.ty.as_map().ok_or_else(other)?;
        let (mut fields, mut is_owned) = (Fields::of(self.wanted)?, false);
        while let Some(Name(name)) = live.next_key()? {
            match fields.find(&name) {
                // It goes away.
                _ if name == "deletionTimestamp" => return Err(other()),
                None if name == "managedFields" => is_owned = live.next_value_seed(With(self.owner))?,
                Some(_) if !matches!(&*name, "name" | "namespace") && STRIPPED_METADATA.contains(&&*name) => {
                    return Err(other());
                }
                Some(value) => live.next_value_seed(With(Part::of(value, map.field(&name))))?,
                None => drop(live.next_value::<IgnoredAny>()?),
            }
        }
        fields.end(|_| false)?;
        if is_owned { Ok(()) } else { Err(other()) }
    }
}

/// One entry of `managedFields`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    #[serde(borrow, default)]
    manager: Cow<'a, str>,
    #[serde(borrow, default)]
    operation: Cow<'a, str>,
    #[serde(borrow, default)]
    api_version: Cow<'a, str>,
    #[serde(borrow, default)]
    fields_type: Cow<'a, str>,
    #[serde(borrow, default)]
    fields_v1: Option<&'a RawValue>,
    #[serde(borrow, default)]
    subresource: Cow<'a, str>,
}

impl<'de> Visitor<'de> for Owner<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the managers of fields")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<bool, A::Error> {
        let mut is_owned = false;
        while let Some(entry) = entries.next_element::<Entry<'de>>()? {
            if entry.manager == self.manager && entry.operation == "Apply" && entry.subresource.is_empty() {
                is_owned = entry.fields_type == "FieldsV1"
                    && entry.api_version == self.version
                    && entry.fields_v1.is_some_and(|it| it.get() == self.owned);
            }
        }
        Ok(is_owned)
    }
}

/// A value below the top of an object.
struct Part<'a> {
    wanted: &'a Value,
    /// How it is looked into; absent for what is compared as a whole.
    ty: Option<Type<'a>>,
    /// The keys that tell a list item although it leaves them out, with what they stand for.
    implied: Vec<(&'a str, &'a Value)>,
}

impl<'a> Part<'a> {
    fn of(wanted: &'a Value, ty: Type<'a>) -> Self {
        Self { wanted, ty: Some(ty), implied: Vec::new() }
    }

    fn whole(wanted: &'a Value) -> Self {
        Self { wanted, ty: None, implied: Vec::new() }
    }

    fn item(wanted: &'a Value, list: ListType<'a>) -> Option<Self> {
        Some(Self { wanted, ty: Some(list.item()), implied: list.implied_keys(wanted)? })
    }

    fn is_same<E: Error>(&self, is_same: impl FnOnce(&Value) -> bool) -> Result<(), E> {
        if is_same(self.wanted) { Ok(()) } else { Err(other()) }
    }
}

impl<'de> Visitor<'de> for Part<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: Error>(self, live: bool) -> Result<(), E> {
        self.is_same(|it| it.as_bool() == Some(live))
    }

    fn visit_i64<E: Error>(self, live: i64) -> Result<(), E> {
        self.is_same(|it| it.as_i64() == Some(live))
    }

    fn visit_u64<E: Error>(self, live: u64) -> Result<(), E> {
        self.is_same(|it| it.as_u64() == Some(live))
    }

    fn visit_f64<E: Error>(self, live: f64) -> Result<(), E> {
        self.is_same(|it| it.is_f64() && it.as_f64() == Some(live))
    }

    fn visit_str<E: Error>(self, live: &str) -> Result<(), E> {
        self.is_same(|it| it.as_str() == Some(live))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut live: A) -> Result<(), A::Error> {
        let wanted = self.wanted.as_object().ok_or_else(other)?;
        let map = self.ty.and_then(|ty| match ty.shape(self.wanted) {
            Shape::Map(map) if !map.is_atomic() => Some(map),
            _ => None,
        });
        let mut fields = Fields::of(wanted)?;
        while let Some(Name(name)) = live.next_key()? {
            match (fields.find(&name), map) {
                (Some(value), Some(map)) => live.next_value_seed(With(Part::of(value, map.field(&name))))?,
                (Some(value), None) => live.next_value_seed(With(Part::whole(value)))?,
                // What only the live object has is not ours, but where a map is one value.
                (None, None) => return Err(other()),
                (None, Some(_)) => match self.implied.iter().find(|(key, _)| *key == name) {
                    Some((_, value)) => live.next_value_seed(With(Part::whole(value)))?,
                    None => drop(live.next_value::<IgnoredAny>()?),
                },
            }
        }
        fields.end(|_| false)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut live: A) -> Result<(), A::Error> {
        let wanted = self.wanted.as_array().ok_or_else(other)?;
        let list = self.ty.and_then(|ty| match ty.shape(self.wanted) {
            Shape::List(list) if !list.is_atomic() => Some(list),
            _ => None,
        });
        for item in wanted {
            let part = list.map_or_else(|| Some(Part::whole(item)), |list| Part::item(item, list));
            live.next_element_seed(With(part.ok_or_else(other)?))?.ok_or_else(other)?;
        }
        // Items that only the live list has are not ours either; where they stand is told by the tree.
        if live.next_element::<IgnoredAny>()?.is_none() { Ok(()) } else { Err(other()) }
    }
}

/// The name of a field, borrowed where it is written without escapes.
#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Operation, Schemas, field_set};
    use super::*;

    fn service() -> Value {
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a", "namespace": "b", "labels": {"c": "d"}},
            "spec": {"selector": {"e": "f"}, "ports": [{"port": 80, "targetPort": "web"}, {"port": 81, "protocol": "UDP"}]}})
    }

    /// What the server answers in a list once it was applied.
    fn listed() -> Value {
        let (service, schemas) = (service(), Schemas::builtin());
        let fields = field_set(&service, schemas.of_object(&service)).to_fields_v1();
        json!({"metadata": {"name": "a", "namespace": "b", "uid": "u", "labels": {"c": "d", "other": "x"}, "managedFields": [
                {"manager": "ks", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {}}},
                {"manager": "ks", "operation": Operation::Apply.as_str(), "apiVersion": "v1", "time": "2026-01-01T00:00:00Z", "fieldsType": "FieldsV1", "fieldsV1": fields},
                {"manager": "ks", "operation": "Apply", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": {}, "subresource": "status"}]},
            "spec": {"clusterIP": "10.0.0.1", "selector": {"e": "f"}, "ports": [
                {"port": 80, "protocol": "TCP", "targetPort": "web"}, {"protocol": "UDP", "port": 81, "targetPort": 81}]}, "status": {}})
    }

    fn is_told(live: &Value) -> bool {
        let (service, schemas) = (service(), Schemas::builtin());
        is_verbatim(&service, &live.to_string(), "ks", schemas.of_object(&service))
    }

    fn with(pointer: &str, value: Value) -> Value {
        let mut live = listed();
        *live.pointer_mut(pointer).unwrap() = value;
        live
    }

    #[test]
    fn what_others_added_does_not_count() {
        assert!(is_told(&listed()));
        let mut whole = listed();
        whole["apiVersion"] = json!("v1");
        assert!(is_told(&whole));
        whole["apiVersion"] = json!("v2");
        assert!(!is_told(&whole));
    }

    #[test]
    fn anything_else_is_not_told() {
        for (pointer, value) in [
            ("/metadata/name", json!("b")),
            ("/metadata/labels", json!({"other": "x"})),
            ("/metadata/labels/c", json!(null)),
            ("/metadata/managedFields/1/manager", json!("kubectl")),
            ("/metadata/managedFields/1/apiVersion", json!("v2")),
            ("/metadata/managedFields/1/fieldsType", json!("FieldsV2")),
            ("/metadata/managedFields/1/fieldsV1", json!({"f:spec": {}})),
            ("/metadata/managedFields/2/subresource", json!("")),
            ("/metadata/managedFields", json!([])),
            ("/metadata/managedFields", json!(null)),
            ("/spec/selector", json!({"e": "g"})),
            ("/spec/selector", json!([])),
            ("/spec/ports/0/port", json!("80")),
            // The key that the apply left out is another one.
            ("/spec/ports/0/protocol", json!("SCTP")),
            ("/spec/ports", json!([{"port": 80, "protocol": "TCP", "targetPort": "web"}])),
            ("/spec", json!(null)),
        ] {
            assert!(!is_told(&with(pointer, value.clone())), "{pointer}: {value}");
        }
        let mut leaving = listed();
        leaving["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
        assert!(!is_told(&leaving));
        let mut more = listed();
        more["spec"]["ports"].as_array_mut().unwrap().push(json!({"port": 82, "protocol": "TCP"}));
        assert!(!is_told(&more), "where items of others stand is for the tree to tell");
    }

    #[test]
    fn a_field_that_stands_there_twice_stands_for_itself_alone() {
        let (service, schemas) = (service(), Schemas::builtin());
        let text = listed().to_string();
        let ty = schemas.of_object(&service);
        assert!(is_verbatim(&service, &text, "ks", ty));
        let twice = text.replace(r#""labels":{"c":"d","other":"x"}"#, r#""labels":{"other":"d","other":"d"}"#);
        assert!(!is_verbatim(&service, &twice, "ks", ty));
        assert!(!is_verbatim(&service, &format!("{text} x"), "ks", ty));
        assert!(!is_verbatim(&service, &text[..text.len() - 1], "ks", ty));
    }

    #[test]
    fn a_list_that_is_one_value_is_compared_as_one() {
        let role = |rule: Value| json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "a"}, "rules": [rule]});
        let wanted = role(json!({"verbs": ["get"], "resources": ["pods"]}));
        let schemas = Schemas::builtin();
        let ty = schemas.of_object(&wanted);
        let is_told = |rule: Value| {
            let mut live = role(rule);
            live["metadata"]["managedFields"] = json!([{"manager": "ks", "operation": "Apply",
                "apiVersion": "rbac.authorization.k8s.io/v1", "fieldsType": "FieldsV1", "fieldsV1": {"f:rules": {}}}]);
            is_verbatim(&wanted, &live.to_string(), "ks", ty)
        };
        assert!(is_told(json!({"resources": ["pods"], "verbs": ["get"]})));
        assert!(!is_told(json!({"resources": ["pods"], "verbs": ["get"], "apiGroups": [""]})));
        assert!(!is_told(json!({"resources": ["pods"], "verbs": ["get", "list"]})));
    }
}
