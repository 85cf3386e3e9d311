//! A live claim, as far as it is compared.

use ks_model::{Manifest, ObjectRef, Quantity};
use serde_json::{Value, json};

use super::{ClaimTemplate, claim_kind};

/// The class of claims that were made before the field for it.
const BETA_CLASS: &str = "volume.beta.kubernetes.io/storage-class";

/// What a claim asks for, and how far it is.
#[derive(Clone, Debug)]
pub(crate) struct LiveClaim<'a> {
    /// The whole object.
    pub value: &'a Value,
    object: ObjectRef,
    uid: &'a str,
    /// Its class; empty for one that takes none.
    pub class: &'a str,
    /// The size that it asks for, as it is written there.
    pub size: Option<&'a Value>,
}

impl<'a> LiveClaim<'a> {
    /// Reads a live claim; what has no identity is none.
    pub fn read(value: &'a Value) -> Option<Self> {
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
        let annotated = || value.pointer("/metadata/annotations")?.get(BETA_CLASS)?.as_str();
        Some(Self {
            value,
            object: ObjectRef::namespaced(claim_kind(), text("/metadata/namespace")?, text("/metadata/name")?),
            uid: text("/metadata/uid")?,
            class: text("/spec/storageClassName").or_else(annotated).unwrap_or_default(),
            size: value.pointer("/spec/resources/requests/storage"),
        })
    }

    /// The amount that it asks for.
    pub fn amount(&self) -> Option<Quantity> {
        Quantity::try_from(self.size?).ok()
    }

    /// Whether it has a volume, and hence data.
    pub fn has_volume(&self) -> bool {
        self.value.pointer("/spec/volumeName").and_then(Value::as_str).is_some_and(|it| !it.is_empty())
    }

    /// Whether it can grow now: the server lets bound claims only.
    pub fn is_bound(&self) -> bool {
        self.value.pointer("/status/phase").and_then(Value::as_str) == Some("Bound")
    }

    /// Whether it goes as soon as no pod holds it any more.
    pub fn is_leaving(&self) -> bool {
        self.value.pointer("/metadata/deletionTimestamp").is_some()
    }

    /// What makes this very claim grow to the size of a template, and nothing else.
    pub fn expanded(&self, template: &ClaimTemplate) -> Option<Manifest> {
        let ObjectRef { namespace, name, .. } = &self.object;
        let patch = json!({
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": { "name": name, "namespace": namespace },
            "spec": { "resources": { "requests": { "storage": template.size.as_ref()? } } },
        });
        Some(Manifest::parse(patch).ok()?.pinned_to(self.uid))
    }

    /// The claim that a controller makes of a template in place of this one.
    pub fn made_anew(&self, template: &ClaimTemplate) -> Value {
        let mut value = self.value.clone();
        if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.retain(|key, _| matches!(key.as_str(), "name" | "namespace" | "labels"));
        }
        if let Some(spec) = value.get_mut("spec").and_then(Value::as_object_mut) {
            spec.shift_remove("volumeName");
            if let Some(class) = &template.class {
                spec.insert("storageClassName".to_owned(), Value::from(class.as_str()));
            }
            if let Some(size) = &template.size {
                spec.insert("resources".to_owned(), json!({ "requests": { "storage": size } }));
            }
        }
        if let Some(claim) = value.as_object_mut() {
            claim.shift_remove("status");
        }
        value
    }
}
