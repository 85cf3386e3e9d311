//! Whether an object that cannot be changed in place could be made anew: what is deleted first must not be missed later.

use ks_model::Manifest;
use ks_plan::{DryRun, Refusal, trial_name};
use serde_json::Value;

use crate::cluster::{ApplyMode, Cluster};
use crate::discovery::ServedKind;
use crate::error::ClusterError;

/// Says more about an object of which the server `refused` to change fields in place.
///
/// The server is asked under another name, because its own is taken; some kinds have a say in their names, and nothing
/// more is known of them.
pub(super) async fn made_anew(
    cluster: &dyn Cluster,
    kind: &ServedKind,
    manifest: &Manifest,
    live: &Value,
    refused: Refusal,
) -> Result<DryRun, ClusterError> {
    let name = &manifest.object().name;
    let trial = trial_name(name);
    match cluster.apply(kind, &manifest.named(&trial), ApplyMode { dry_run: true, force: false }).await {
        // It would be deleted and made anew, and the next plan would say the same again.
        Ok(object) if is_same_in(&refused.immutable, &object, live) => {
            let message = format!("{}; made anew it would be the same again", refused.message);
            Ok(DryRun::Refused(Refusal { message, immutable: Vec::new() }))
        }
        Ok(mut object) => {
            rename(&mut object, &trial, name);
            Ok(DryRun::Anew { refusal: refused, object })
        }
        Err(ClusterError::Invalid { message, causes, .. }) if causes.iter().any(|it| it.field != "metadata.name") => {
            Ok(DryRun::Refused(Refusal { message: message.replace(&trial, name), immutable: Vec::new() }))
        }
        Err(ClusterError::Forbidden { message: forbidden, .. }) => {
            let message = format!("{}; whether it could be made anew may not be asked: {forbidden}", refused.message);
            Ok(DryRun::Refused(Refusal { message, immutable: Vec::new() }))
        }
        Err(error @ ClusterError::Unreachable { .. }) => Err(error),
        _ => Ok(DryRun::Refused(refused)),
    }
}

/// Gives an object its own name back, also where the server has written it into labels and the like.
fn rename(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::String(text) if text == from => to.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(|it| rename(it, from, to)),
        Value::Object(fields) => fields.values_mut().for_each(|it| rename(it, from, to)),
        _ => {}
    }
}

/// Whether two objects have the same values at fields as the server names them: `.spec.ipFamilies[0]`.
fn is_same_in(fields: &[String], one: &Value, other: &Value) -> bool {
    fields.iter().all(|field| {
        let pointer = field.replace(['.', '['], "/").replace(']', "");
        one.pointer(&pointer).is_some() && one.pointer(&pointer) == other.pointer(&pointer)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_found_as_the_server_names_them() {
        let one = json!({ "spec": { "ipFamilies": ["IPv4", "IPv6"], "selector": { "app": "a" } } });
        let other = json!({ "spec": { "ipFamilies": ["IPv4", "IPv6"], "selector": { "app": "b" } } });
        let is_same =
            |fields: &[&str]| is_same_in(&fields.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>(), &one, &other);
        assert!(is_same(&[".spec.ipFamilies"]) && is_same(&[".spec.ipFamilies[1]"]));
        assert!(!is_same(&[".spec.ipFamilies", ".spec.selector"]) && !is_same(&[".spec.gone"]));
    }
}
