//! Which fields of an object are secret.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::{GroupKind, LiveField, ObjectRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::structured::{FieldPath, PathElement};

/// Where `kubectl apply` keeps the whole object as it was applied.
const LAST_APPLIED: &str = "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration";
/// Where a Secret keeps what it is for.
const OF_SECRETS: [&str; 3] = ["/data/*", "/stringData/*", LAST_APPLIED];

/// The fields that a catalogue marks as sensitive, object by object: RFC 6901 pointers in which `*` stands for every
/// member or item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks(BTreeMap<ObjectRef, BTreeSet<String>>);

impl Marks {
    /// Marks one field.
    pub fn mark(&mut self, field: &LiveField) {
        self.0.entry(field.object.clone()).or_default().insert(field.pointer.clone());
    }

    /// What is secret of an object.
    pub fn of(&self, object: &ObjectRef) -> Secrecy {
        Secrecy::of(&object.kind, self.0.get(object).into_iter().flatten().map(String::as_str))
    }
}

/// Says which fields of one object are secret: pointers in which `*` stands for every member or item. What is below such a
/// field is secret too.
///
/// # Example
/// ```
/// use ks_model::GroupKind;
/// use ks_plan::sensitive::Secrecy;
/// assert!(!Secrecy::of(&GroupKind::new("", "Secret"), []).is_empty());
/// assert!(Secrecy::of(&GroupKind::new("", "ConfigMap"), []).is_empty());
/// assert!(!Secrecy::of(&GroupKind::new("", "ConfigMap"), ["/data/password"]).is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Secrecy(Vec<String>);

impl Secrecy {
    /// Joins what is secret in every object of a kind with what is marked in this one.
    pub fn of<'m>(kind: &GroupKind, marked: impl IntoIterator<Item = &'m str>) -> Self {
        let mut fields: Vec<String> = marked.into_iter().map(str::to_owned).collect();
        if kind.is("", "Secret") {
            fields.extend(OF_SECRETS.map(str::to_owned));
        } else if !fields.is_empty() {
            fields.push(LAST_APPLIED.to_owned());
        }
        Self(fields)
    }

    /// Whether nothing of the object is secret.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the whole value of a field is secret.
    pub fn hides(&self, path: &FieldPath) -> bool {
        self.0.iter().any(|pointer| {
            let segments = segments(pointer);
            segments.len() <= path.0.len() && segments.iter().zip(&path.0).all(|(it, element)| leads(it, element))
        })
    }

    /// Whether the value at a pointer is secret, or has something secret in it.
    pub fn hides_pointer(&self, pointer: &str) -> bool {
        let wanted = segments(pointer);
        self.0.iter().any(|it| segments(it).iter().zip(&wanted).all(|(a, b)| a == "*" || a == b))
    }

    /// Replaces what is secret in the value of a field; of the whole object, at the empty path.
    pub fn replace(&self, path: &FieldPath, value: &mut Value, with: &mut impl FnMut(&Value) -> Value) {
        for pointer in &self.0 {
            let segments = segments(pointer);
            let shared = segments.len().min(path.0.len());
            if segments.iter().zip(&path.0).all(|(it, element)| leads(it, element)) {
                replace_below(value, &segments[shared..], with);
            }
        }
    }
}

fn segments(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|it| it.replace("~1", "/").replace("~0", "~")).collect()
}

fn leads(segment: &str, element: &PathElement) -> bool {
    match element {
        PathElement::Field(name) => segment == "*" || segment == name,
        _ => segment == "*",
    }
}

fn replace_below(value: &mut Value, segments: &[String], with: &mut impl FnMut(&Value) -> Value) {
    match (segments.split_first(), value) {
        (_, Value::Null) => {}
        (Some((first, rest)), Value::Object(members)) => {
            let chosen = members.iter_mut().filter(|(name, _)| first == "*" || first == *name);
            chosen.for_each(|(_, it)| replace_below(it, rest, with));
        }
        (Some((first, rest)), Value::Array(items)) if first == "*" => {
            items.iter_mut().for_each(|it| replace_below(it, rest, with));
        }
        // A field that should have others below it and has none: odd, and secret as a whole.
        (_, value) => *value = with(value),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(names: &[&str]) -> FieldPath {
        FieldPath(names.iter().map(|it| PathElement::field(*it)).collect())
    }

    fn hidden(secrecy: &Secrecy, at: &[&str], mut value: Value) -> Value {
        secrecy.replace(&path(at), &mut value, &mut |_| json!("x"));
        value
    }

    #[test]
    fn a_field_is_hidden_with_all_below_it_and_its_neighbours_are_not() {
        let secrecy = Secrecy::of(&GroupKind::new("", "ConfigMap"), ["/data/password"]);
        assert!(secrecy.hides(&path(&["data", "password"])) && secrecy.hides(&path(&["data", "password", "a"])));
        assert!(!secrecy.hides(&path(&["data"])) && !secrecy.hides(&path(&["data", "user"])));
        let whole = json!({ "data": { "password": "p", "user": "u" } });
        assert_eq!(hidden(&secrecy, &[], whole), json!({ "data": { "password": "x", "user": "u" } }));
        assert_eq!(hidden(&secrecy, &["data"], json!({ "password": { "a": 1 } })), json!({ "password": "x" }));
        assert_eq!(hidden(&secrecy, &["data", "password", "a"], json!("p")), json!("x"));
        assert_eq!(hidden(&secrecy, &["data", "user"], json!("u")), json!("u"));
    }

    #[test]
    fn a_star_stands_for_every_item_of_a_list() {
        let secrecy = Secrecy::of(&GroupKind::new("a", "B"), ["/spec/writers/*/token"]);
        let spec = json!({ "writers": [{ "token": "t", "url": "u" }, { "url": "v" }, { "token": null }] });
        let shown = json!({ "writers": [{ "token": "x", "url": "u" }, { "url": "v" }, { "token": null }] });
        assert_eq!(hidden(&secrecy, &["spec"], spec), shown);
        let item = vec![PathElement::field("spec"), PathElement::field("writers"), PathElement::Index(0)];
        assert!(secrecy.hides(&FieldPath(item).child(PathElement::field("token"))));
    }

    #[test]
    fn of_a_secret_all_data_and_what_kubectl_left_are_hidden() {
        let secrecy = Secrecy::of(&GroupKind::new("", "Secret"), []);
        let annotation = "kubectl.kubernetes.io/last-applied-configuration";
        assert!(secrecy.hides(&path(&["metadata", "annotations", annotation])));
        assert!(secrecy.hides(&path(&["stringData", "a"])) && !secrecy.hides(&path(&["type"])));
        assert_eq!(hidden(&secrecy, &[], json!({ "data": "odd", "type": "t" })), json!({ "data": "x", "type": "t" }));
        let annotations = json!({ annotation: "{}", "b": "c" });
        assert_eq!(hidden(&secrecy, &["metadata", "annotations"], annotations), json!({ annotation: "x", "b": "c" }));
    }
}
