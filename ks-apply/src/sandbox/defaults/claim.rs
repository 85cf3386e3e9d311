//! PersistentVolumeClaims.

use serde_json::{Value, json};

use super::fields::{absent, at};
use super::{Filling, container};
use crate::sandbox::object;
use crate::sandbox::state::State;

/// Keeps a claim while a pod uses it.
pub(in crate::sandbox) const PROTECTION: &str = "kubernetes.io/pvc-protection";

/// Completes a claim; a claim that names no class gets the default one.
pub(super) fn fill(filling: &mut Filling<'_>) {
    at(filling.object, "/spec", fill_spec);
    absent(filling.object, &["status", "phase"], "Pending");
    if let Some(live) = filling.live {
        for field in ["volumeName", "storageClassName"] {
            if let Some(value) = live["spec"].get(field) {
                absent(filling.object, &["spec", field], value.clone());
            }
        }
        return;
    }
    if let Some(class) = default_class(filling.state) {
        absent(filling.object, &["spec", "storageClassName"], class);
    }
    absent(filling.object, &["metadata", "finalizers"], json!([PROTECTION]));
}

/// Completes the spec of a claim or of a template for claims.
pub(super) fn fill_spec(spec: &mut Value) {
    absent(spec, &["volumeMode"], "Filesystem");
    at(spec, "/resources", container::fill_resources);
}

fn default_class(state: &State) -> Option<String> {
    let is_default =
        |class: &Value| class["metadata"]["annotations"]["storageclass.kubernetes.io/is-default-class"] == "true";
    state.of_kind("storage.k8s.io", "StorageClass").find(|(_, class)| is_default(class)).map(|(at, _)| at.name.clone())
}

/// The storage that a claim asks for.
pub(in crate::sandbox) fn size(claim: &Value) -> &str {
    object::text(claim, "/spec/resources/requests/storage")
}
