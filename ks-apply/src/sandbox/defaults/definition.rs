//! CustomResourceDefinitions.

use serde_json::{Value, json};

use super::Filling;
use super::fields::absent;
use crate::sandbox::object;

/// Completes a definition; its conditions come from the controller.
pub(super) fn fill(filling: &mut Filling<'_>) {
    let kind = object::text(filling.object, "/spec/names/kind").to_owned();
    absent(filling.object, &["spec", "names", "singular"], kind.to_lowercase());
    absent(filling.object, &["spec", "names", "listKind"], format!("{kind}List"));
    absent(filling.object, &["spec", "conversion", "strategy"], "None");
    if filling.object.pointer("/spec/conversion/webhook/clientConfig/service").is_some() {
        absent(filling.object, &["spec", "conversion", "webhook", "clientConfig", "service", "port"], 443);
    }
    let versions = object::items(filling.object, "/spec/versions");
    let stored: Vec<Value> =
        versions.iter().filter(|it| it["storage"] == Value::Bool(true)).map(|it| it["name"].clone()).collect();
    absent(filling.object, &["status", "acceptedNames"], json!({ "kind": "", "plural": "" }));
    absent(filling.object, &["status", "storedVersions"], stored);
}
