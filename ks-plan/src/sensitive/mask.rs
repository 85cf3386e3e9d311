//! Fingerprints in the place of secret values, so that a change is still visible.

use std::borrow::Cow;

use ks_model::{Facts, ObjectRef};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Secrecy;
use crate::generated::{self, Generated};
use crate::structured::FieldPath;

/// How long a fingerprint is, in bytes: enough to tell two values of a plan apart. Whoever knows the cluster and can guess a value
/// can check the guess; a value that can be guessed is no secret.
const LENGTH: usize = 4;

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

    /// Replaces a value by its fingerprint. One that apply makes has none yet, and a fingerprint stays what it is.
    pub fn mask(&self, value: &Value) -> Value {
        if is_fingerprint(value) {
            return value.clone();
        }
        if let (Value::String(_), Cow::Owned(shown)) = (value, generated::shown(value)) {
            return shown;
        }
        let text = value.to_string();
        let digest = Sha256::new().chain_update(&self.key).chain_update([0]).chain_update(&text).finalize();
        let short: String = digest.iter().take(LENGTH).map(|byte| format!("{byte:02x}")).collect();
        Value::from(format!("<secret {short}>"))
    }

    /// The value of a field as it may be shown.
    pub fn field(&self, secrecy: &Secrecy, path: &FieldPath, value: &Value) -> Value {
        let mut shown = value.clone();
        secrecy.replace(path, &mut shown, &mut |it| self.mask(it));
        generated::shown(&shown).into_owned()
    }

    /// An object as it may be shown: secret values masked, server-owned bookkeeping left out.
    pub fn object(&self, secrecy: &Secrecy, object: &Value) -> Value {
        let mut shown = object.clone();
        if let Some(metadata) = shown.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.shift_remove("managedFields");
        }
        secrecy.replace(&FieldPath::default(), &mut shown, &mut |it| self.mask(it));
        match generated::shown(&shown) {
            Cow::Owned(without) => without,
            Cow::Borrowed(_) => shown,
        }
    }

    /// Masks what settings took from secret fields; `secrecy` tells which those of an object are.
    pub fn facts(&self, facts: &mut Facts, secrecy: impl Fn(&ObjectRef) -> Secrecy) {
        for (field, value) in &mut facts.kept {
            if secrecy(&field.object).hides_pointer(&field.pointer) {
                *value = self.mask(value);
            }
        }
        for (search, found) in &mut facts.found {
            for found in found {
                let (kind, namespace) = (search.kind.clone(), found.namespace.clone());
                let object = ObjectRef { kind, namespace, name: found.name.clone() };
                if secrecy(&object).hides_pointer(&search.pointer) {
                    found.value = self.mask(&found.value);
                }
            }
        }
    }

    /// An object as it may be stored: secret values masked, everything else as it is. What apply will make stays asked for.
    pub fn stored(&self, secrecy: &Secrecy, object: &mut Value) {
        secrecy.replace(&FieldPath::default(), object, &mut |it| {
            let is_made = it.as_str().is_some_and(|text| Generated::parse(text).is_some());
            if is_made { it.clone() } else { self.mask(it) }
        });
    }
}

/// Whether a value is the fingerprint of a secret one.
pub(crate) fn is_fingerprint(value: &Value) -> bool {
    let digest = value.as_str().and_then(|it| it.strip_prefix("<secret ")?.strip_suffix('>'));
    digest.is_some_and(|it| it.len() == 2 * LENGTH && it.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f')))
}

#[cfg(test)]
mod tests {
    use ks_model::GroupKind;
    use serde_json::json;

    use super::*;

    fn secrecy() -> Secrecy {
        Secrecy::of(&GroupKind::new("", "Secret"), [])
    }

    #[test]
    fn a_secret_shows_its_keys_and_not_its_values() {
        let secret =
            json!({ "metadata": { "name": "s", "managedFields": [] }, "data": { "a": "cGFzcw==", "b": "cGFzcw==" } });
        let shown = Mask::keyed(Some("uid")).object(&secrecy(), &secret);
        assert!(!shown.to_string().contains("cGFzcw"));
        assert_eq!(shown["data"]["a"], shown["data"]["b"]);
    }

    #[test]
    fn a_fingerprint_stays_what_it_is() {
        let mask = Mask::keyed(Some("uid"));
        let once = mask.mask(&json!("x"));
        assert!(is_fingerprint(&once));
        assert_eq!(mask.mask(&once), once);
        assert!(
            ["<secret >", "<secret 12345678", "secret", "<secret 1234567G>"]
                .iter()
                .all(|it| !is_fingerprint(&json!(it)))
        );
    }

    #[test]
    fn what_is_stored_still_asks_for_what_apply_makes() {
        let secret = ks_model::SecretName { namespace: "a".into(), name: "b".into() };
        let placeholder = Generated::LiveKey { secret }.placeholder();
        let mut object = json!({ "data": { "tls.key": placeholder, "other": "dmFsdWU=" } });
        Mask::default().stored(&secrecy(), &mut object);
        assert_eq!(object["data"]["tls.key"], json!(placeholder));
        assert!(is_fingerprint(&object["data"]["other"]));
    }

    #[test]
    fn fingerprints_differ_between_clusters() {
        let value = json!("x");
        assert_ne!(Mask::keyed(Some("a")).mask(&value), Mask::keyed(Some("b")).mask(&value));
    }
}
