//! A manifest: one Kubernetes object that a component wants, checked once, at parse.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{GroupKind, ObjectRef, at, member};

mod prepared;

pub use prepared::Prepared;
use prepared::Whole;

/// Holds one desired object whose identity is proven.
///
/// Parsing is the only way in, so code that holds a manifest never asks again whether it has a kind or a name.
///
/// Copies share one object: what is wanted, its graph and its plan hold each tree once. What changes a copy makes a tree of its own.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Value", into = "Value")]
#[schemars(with = "Value")]
pub struct Manifest(Arc<Parsed>);

/// What all copies of a manifest share.
#[derive(Clone)]
struct Parsed {
    object: ObjectRef,
    api_version: String,
    /// The object; of a prepared one, its outline.
    value: Value,
    whole: Option<Whole>,
}

impl PartialEq for Parsed {
    fn eq(&self, other: &Self) -> bool {
        self.object == other.object && self.api_version == other.api_version && self.value() == other.value()
    }
}

// With it, copies that share one object are equal without a look into it.
impl Eq for Parsed {}

impl Parsed {
    fn value(&self) -> &Value {
        self.whole.as_ref().map_or(&self.value, |it| it.read(&self.value))
    }
}

/// Says why a value is no manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// The value is not a mapping.
    #[error("an object must be a mapping")]
    NotAMapping,
    /// A field that identifies the object is absent, empty or not a string.
    #[error("`{0}` must be a non-empty string")]
    Missing(&'static str),
    /// The `apiVersion` has more than one slash or an empty part.
    #[error("`{0}` is no apiVersion")]
    ApiVersion(String),
}

impl Manifest {
    /// Checks the identity of `value` and takes it over.
    ///
    /// Null members of mappings are dropped: server-side apply treats them as absent. So are empty `parameters` of a StorageClass,
    /// which the server stores as none and then takes for a forbidden change, each time that they are written again.
    ///
    /// # Errors
    /// When `apiVersion`, `kind` or `metadata.name` is missing or malformed.
    ///
    /// # Example
    /// ```
    /// let manifest = ks_model::Manifest::parse(serde_json::json!({
    ///     "apiVersion": "apps/v1", "kind": "Deployment",
    ///     "metadata": { "name": "prometheus-operator", "namespace": "kubesphere-monitoring-system" },
    /// }))?;
    /// assert_eq!(manifest.object().to_string(), "Deployment.apps kubesphere-monitoring-system/prometheus-operator");
    /// # Ok::<(), ks_model::ManifestError>(())
    /// ```
    pub fn parse(mut value: Value) -> Result<Self, ManifestError> {
        drop_nulls(&mut value);
        let map = value.as_object().ok_or(ManifestError::NotAMapping)?;
        let api_version = text(map.get("apiVersion"), "apiVersion")?;
        let kind = text(map.get("kind"), "kind")?;
        let metadata = map.get("metadata").and_then(Value::as_object).ok_or(ManifestError::Missing("metadata.name"))?;
        let name = text(metadata.get("name"), "metadata.name")?;
        let namespace = metadata.get("namespace").map(|it| text(Some(it), "metadata.namespace")).transpose()?;
        let group = group_of(&api_version)?;
        let object = ObjectRef { kind: GroupKind::new(group, kind), namespace, name };
        if object.kind.is("storage.k8s.io", "StorageClass") {
            drop_empty(&mut value, "parameters");
        }
        Ok(Self(Arc::new(Parsed { object, api_version, value, whole: None })))
    }

    /// Takes over an object that is read when somebody looks at it.
    ///
    /// # Errors
    /// When its outline has no identity.
    pub fn prepared(prepared: &'static Prepared) -> Result<Self, ManifestError> {
        let outline = serde_json::from_str(prepared.outline).map_err(|_| ManifestError::NotAMapping)?;
        let mut manifest = Self::parse(outline)?;
        Arc::make_mut(&mut manifest.0).whole = Some(Whole::new(prepared));
        Ok(manifest)
    }

    /// The pieces of a prepared object. Its metadata are as [`Self::outline`] has them, all else is as it was prepared.
    pub fn pieces(&self) -> Option<&'static Prepared> {
        self.0.whole.as_ref().map(|it| it.prepared)
    }

    /// Whether both are copies of one manifest, and neither was changed since.
    pub fn is_copy_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether all of the object is read: of a prepared one, whether somebody has looked at it.
    pub fn is_read(&self) -> bool {
        self.0.whole.as_ref().is_none_or(Whole::is_read)
    }

    /// The object without the bulk that need not be read: of a prepared CustomResourceDefinition, the schemas. Of every other
    /// object it is all of it.
    pub fn outline(&self) -> &Value {
        &self.0.value
    }

    /// The identity of the object.
    pub fn object(&self) -> &ObjectRef {
        &self.0.object
    }

    /// The `apiVersion` in which it is written, such as `apps/v1`.
    pub fn api_version(&self) -> &str {
        &self.0.api_version
    }

    /// The version part of the `apiVersion`, such as `v1`.
    pub fn version(&self) -> &str {
        self.0.api_version.rsplit('/').next().unwrap_or(&self.0.api_version)
    }

    /// The object itself.
    pub fn value(&self) -> &Value {
        self.0.value()
    }

    /// The same object with other texts in the places where `replace` gives one; `None` when it gives none.
    ///
    /// `apiVersion`, `kind` and `metadata` stay as they are, and with them the identity.
    pub fn with_texts(&self, replace: &mut dyn FnMut(&str) -> Option<String>) -> Option<Self> {
        let map = self.value().as_object()?;
        let mut value: Option<Map<String, Value>> = None;
        for (field, member) in map.iter().filter(|(it, _)| !matches!(it.as_str(), "apiVersion" | "kind" | "metadata")) {
            if let Some(replaced) = with_texts(member, replace) {
                value.get_or_insert_with(|| map.clone()).insert(field.clone(), replaced);
            }
        }
        Some(self.with_value(Value::Object(value?)))
    }

    /// Another object with the same identity.
    fn with_value(&self, value: Value) -> Self {
        let Parsed { object, api_version, .. } = &*self.0;
        Self(Arc::new(Parsed { object: object.clone(), api_version: api_version.clone(), value, whole: None }))
    }

    fn edit_metadata(&mut self, edit: impl Fn(&mut Map<String, Value>)) {
        let Parsed { value, whole, .. } = Arc::make_mut(&mut self.0);
        value.get_mut("metadata").and_then(Value::as_object_mut).into_iter().for_each(&edit);
        whole.as_mut().and_then(Whole::metadata_mut).into_iter().for_each(&edit);
    }

    /// Sets a label, replacing a value that it may have had. One that is there already makes no copy.
    pub fn set_label(&mut self, key: &str, value: &str) {
        let labels = at(self.outline(), "/metadata/labels").and_then(Value::as_object);
        if labels.and_then(|it| member(it, key)).and_then(Value::as_str) == Some(value) {
            return;
        }
        self.edit_metadata(|metadata| {
            let labels = metadata.entry("labels").or_insert_with(|| Value::Object(Map::new()));
            if let Some(labels) = labels.as_object_mut() {
                labels.insert(key.to_owned(), Value::from(value));
            }
        });
    }

    /// The same object, to be written only to the live object that has this UID: the API server refuses to make a new one.
    #[must_use]
    pub fn pinned_to(&self, uid: &str) -> Self {
        let mut pinned = self.clone();
        pinned.edit_metadata(|metadata| {
            metadata.insert("uid".to_owned(), Value::from(uid));
        });
        pinned
    }

    /// The same object, to be written only to the live object as it was in this `resourceVersion`.
    #[must_use]
    pub fn as_of(&self, revision: &str) -> Self {
        let mut fixed = self.clone();
        fixed.edit_metadata(|metadata| {
            metadata.insert("resourceVersion".to_owned(), Value::from(revision));
        });
        fixed
    }

    /// The `resourceVersion` of the live object that it is meant for, where it names one.
    pub fn revision(&self) -> Option<&str> {
        at(self.outline(), "/metadata/resourceVersion").and_then(Value::as_str)
    }

    /// Whether it is meant for one live object only.
    pub fn is_pinned(&self) -> bool {
        at(self.outline(), "/metadata/uid").is_some()
    }

    /// The same object under another name, to ask whether a new one could be made.
    #[must_use]
    pub fn named(&self, name: &str) -> Self {
        let mut renamed = self.clone();
        name.clone_into(&mut Arc::make_mut(&mut renamed.0).object.name);
        renamed.edit_metadata(|metadata| {
            metadata.insert("name".to_owned(), Value::from(name));
        });
        renamed
    }

    /// The identity alone. Applied, it gives back every field that its manager owns.
    #[must_use]
    pub fn bare(&self) -> Self {
        let mut metadata = Map::from_iter([("name".to_owned(), Value::from(self.object().name.as_str()))]);
        metadata.extend(self.object().namespace.as_deref().map(|it| ("namespace".to_owned(), Value::from(it))));
        let value = json!({ "apiVersion": self.api_version(), "kind": self.object().kind.kind, "metadata": metadata });
        self.with_value(value)
    }
}

impl TryFrom<Value> for Manifest {
    type Error = ManifestError;

    fn try_from(value: Value) -> Result<Self, ManifestError> {
        Self::parse(value)
    }
}

impl From<Manifest> for Value {
    fn from(manifest: Manifest) -> Self {
        let Parsed { value, whole, .. } = Arc::unwrap_or_clone(manifest.0);
        match whole {
            Some(whole) => whole.into_value(&value),
            None => value,
        }
    }
}

/// Prints the identity only: an object may hold secrets, and those never reach a log or a panic.
impl fmt::Debug for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Manifest({})", self.object())
    }
}

fn text(value: Option<&Value>, field: &'static str) -> Result<String, ManifestError> {
    match value.and_then(Value::as_str) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(ManifestError::Missing(field)),
    }
}

fn group_of(api_version: &str) -> Result<String, ManifestError> {
    let parts: Vec<&str> = api_version.split('/').collect();
    match parts.as_slice() {
        [version] if !version.is_empty() => Ok(String::new()),
        [group, version] if !group.is_empty() && !version.is_empty() => Ok((*group).to_owned()),
        _ => Err(ManifestError::ApiVersion(api_version.to_owned())),
    }
}

/// The value with other texts where `replace` gives one; `None` when it gives none.
pub fn with_texts(value: &Value, replace: &mut dyn FnMut(&str) -> Option<String>) -> Option<Value> {
    match value {
        Value::String(text) => replace(text).map(Value::from),
        Value::Array(items) => {
            let replaced: Vec<Option<Value>> = items.iter().map(|it| with_texts(it, replace)).collect();
            replaced.iter().any(Option::is_some).then(|| {
                let item = |(new, old): (Option<Value>, &Value)| new.unwrap_or_else(|| old.clone());
                replaced.into_iter().zip(items).map(item).collect()
            })
        }
        Value::Object(members) => {
            let replaced: Vec<Option<Value>> = members.values().map(|it| with_texts(it, replace)).collect();
            replaced.iter().any(Option::is_some).then(|| {
                let member = |(new, (name, old)): (Option<Value>, (&String, &Value))| {
                    (name.clone(), new.unwrap_or_else(|| old.clone()))
                };
                replaced.into_iter().zip(members).map(member).collect()
            })
        }
        _ => None,
    }
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, member| !member.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

fn drop_empty(value: &mut Value, name: &str) {
    if value.get(name).and_then(Value::as_object).is_some_and(Map::is_empty)
        && let Some(map) = value.as_object_mut()
    {
        map.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_without_a_name_is_refused() {
        let error = Manifest::parse(json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": {} })).unwrap_err();
        assert_eq!(error, ManifestError::Missing("metadata.name"));
    }

    #[test]
    fn two_slashes_are_no_api_version() {
        let value = json!({ "apiVersion": "a/b/c", "kind": "X", "metadata": { "name": "n" } });
        assert_eq!(Manifest::parse(value).unwrap_err(), ManifestError::ApiVersion("a/b/c".into()));
    }

    #[test]
    fn texts_are_replaced_at_any_depth_and_the_identity_stays() {
        let value = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a" },
            "data": { "x": "a", "y": "b" }, "list": [{ "z": "a" }, 1] });
        let manifest = Manifest::parse(value).unwrap();
        let replaced = manifest.with_texts(&mut |it| (it == "a").then(|| "c".to_owned())).unwrap();
        assert_eq!(replaced.object(), manifest.object());
        assert_eq!(replaced.value()["data"], json!({ "x": "c", "y": "b" }));
        assert_eq!(replaced.value()["list"], json!([{ "z": "c" }, 1]));
        assert!(manifest.with_texts(&mut |_| None).is_none());
    }

    #[test]
    fn null_members_count_as_absent() {
        let value = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "n", "labels": null } });
        assert_eq!(Manifest::parse(value).unwrap().value()["metadata"], json!({ "name": "n" }));
    }

    #[test]
    fn empty_parameters_of_a_storage_class_count_as_absent() {
        let class = |kind: &str, parameters: Value| {
            let value = json!({ "apiVersion": "storage.k8s.io/v1", "kind": kind, "metadata": { "name": "n" }, "parameters": parameters });
            Manifest::parse(value).unwrap().value().get("parameters").cloned()
        };
        assert_eq!(class("StorageClass", json!({})), None);
        assert_eq!(class("StorageClass", json!({ "a": "b" })), Some(json!({ "a": "b" })));
        assert_eq!(class("Other", json!({})), Some(json!({})));
    }
}
