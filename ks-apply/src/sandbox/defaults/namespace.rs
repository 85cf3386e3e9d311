//! Namespaces.

use serde_json::json;

use super::Filling;
use super::fields::absent;
use crate::sandbox::object;

/// Completes a Namespace: its name is a label too.
pub(super) fn fill(filling: &mut Filling<'_>) {
    let name = filling.object["metadata"]["name"].clone();
    object::mapping_mut(filling.object, &["metadata", "labels"]).insert("kubernetes.io/metadata.name".into(), name);
    absent(filling.object, &["spec", "finalizers"], json!(["kubernetes"]));
    absent(filling.object, &["status", "phase"], "Active");
}
