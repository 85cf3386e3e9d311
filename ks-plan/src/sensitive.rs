//! Values that never leave the process: masked, with a fingerprint so that a change is still visible.

use std::borrow::Cow;

use ks_model::GroupKind;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::generated;
use crate::structured::{FieldPath, PathElement};

/// Where `kubectl apply` keeps the whole object as it was applied.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Masks the secret values of one cluster's plan.
///
/// The fingerprint is keyed by the cluster, so that equal values show as equal within a plan and nothing can be looked
/// up across clusters.
#[derive(Clone, Debug, Default)]
pub struct Mask {
    key: String,
}

impl Mask {
    /// Makes a mask whose fingerprints hold within the cluster of this UID.
    pub fn keyed(cluster_uid: Option<&str>) -> Self {
        Self { key: cluster_uid.unwrap_or_default().to_owned() }
    }

    /// Whether objects of a kind hold secret values at all.
    pub fn guards(kind: &GroupKind) -> bool {
        kind.is("", "Secret")
    }

    /// Whether the value of one field is secret: everything under `data` and `stringData` of a Secret, and the copy of both
    /// that `kubectl apply` leaves in an annotation.
    pub fn hides(kind: &GroupKind, path: &FieldPath) -> bool {
        let name = |at: usize| match path.0.get(at) {
            Some(PathElement::Field(name)) => Some(name.as_str()),
            _ => None,
        };
        let is_secret = match name(0) {
            Some("data" | "stringData") => true,
            Some("metadata") => name(1) == Some("annotations") && name(2).is_none_or(|it| it == LAST_APPLIED),
            _ => false,
        };
        Self::guards(kind) && is_secret
    }

    /// Replaces a value by its fingerprint; one that apply makes has none yet.
    pub fn mask(&self, value: &Value) -> Value {
        if let (Value::String(_), Cow::Owned(shown)) = (value, generated::shown(value)) {
            return shown;
        }
        let text = value.to_string();
        let digest = Sha256::new().chain_update(&self.key).chain_update([0]).chain_update(&text).finalize();
        let short: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        Value::from(format!("<secret {short}>"))
    }

    /// An object as it may be shown: secret values masked, server-owned bookkeeping left out.
    pub fn object(&self, kind: &GroupKind, object: &Value) -> Value {
        let mut shown = object.clone();
        if let Some(metadata) = shown.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.shift_remove("managedFields");
        }
        if !Self::guards(kind) {
            return match generated::shown(&shown) {
                Cow::Owned(without) => without,
                Cow::Borrowed(_) => shown,
            };
        }
        if let Some(annotations) = shown.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
            annotations.shift_remove(LAST_APPLIED);
        }
        for field in ["data", "stringData"] {
            match shown.get_mut(field) {
                Some(Value::Object(data)) => data.values_mut().for_each(|value| *value = self.mask(value)),
                Some(odd) => *odd = self.mask(odd),
                None => {}
            }
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_shows_its_keys_and_not_its_values() {
        let secret =
            json!({ "metadata": { "name": "s", "managedFields": [] }, "data": { "a": "cGFzcw==", "b": "cGFzcw==" } });
        let shown = Mask::keyed(Some("uid")).object(&GroupKind::new("", "Secret"), &secret);
        assert!(!shown.to_string().contains("cGFzcw"));
        assert_eq!(shown["data"]["a"], shown["data"]["b"]);
    }

    #[test]
    fn what_kubectl_left_in_an_annotation_is_secret_too() {
        let kind = GroupKind::new("", "Secret");
        let path = |names: &[&str]| FieldPath(names.iter().map(|it| PathElement::field(*it)).collect());
        assert!(Mask::hides(&kind, &path(&["metadata", "annotations", LAST_APPLIED])));
        assert!(Mask::hides(&kind, &path(&["metadata", "annotations"])));
        assert!(Mask::hides(&kind, &path(&["stringData", "a"])) && Mask::hides(&kind, &path(&["data"])));
        assert!(!Mask::hides(&kind, &path(&["metadata", "labels", "a"])) && !Mask::hides(&kind, &path(&["type"])));
        assert!(!Mask::hides(&GroupKind::new("", "ConfigMap"), &path(&["data", "a"])));
        let annotations = json!({ LAST_APPLIED: "{\"data\":{\"a\":\"cGFzcw==\"}}" });
        let secret = json!({ "metadata": { "annotations": annotations }, "data": "cGFzcw==" });
        assert!(!Mask::default().object(&kind, &secret).to_string().contains("cGFzcw"));
    }

    #[test]
    fn fingerprints_differ_between_clusters() {
        let value = json!("x");
        assert_ne!(Mask::keyed(Some("a")).mask(&value), Mask::keyed(Some("b")).mask(&value));
    }
}
