//! Values that never leave the process: masked, with a fingerprint so that a change is still visible.

use ks_model::GroupKind;
use serde_json::Value;
use sha2::{Digest, Sha256};

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

    /// Whether the values below a field of a kind are secret: everything under `data` and `stringData` of a Secret.
    pub fn is_secret(kind: &GroupKind, first_field: Option<&str>) -> bool {
        kind.is("", "Secret") && matches!(first_field, Some("data" | "stringData"))
    }

    /// Replaces a value by its fingerprint.
    pub fn mask(&self, value: &Value) -> Value {
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
            let annotations = metadata.get_mut("annotations").and_then(Value::as_object_mut);
            if let Some(annotations) = annotations.filter(|_| kind.is("", "Secret")) {
                annotations.shift_remove("kubectl.kubernetes.io/last-applied-configuration");
            }
        }
        for field in ["data", "stringData"] {
            if Self::is_secret(kind, Some(field))
                && let Some(data) = shown.get_mut(field).and_then(Value::as_object_mut)
            {
                data.values_mut().for_each(|value| *value = self.mask(value));
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
    fn fingerprints_differ_between_clusters() {
        let value = json!("x");
        assert_ne!(Mask::keyed(Some("a")).mask(&value), Mask::keyed(Some("b")).mask(&value));
    }
}
