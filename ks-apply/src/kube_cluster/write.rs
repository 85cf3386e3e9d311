//! Applies, plain creates and replacements, changes of owners, and deletes.

use ks_model::{Manifest, ObjectRef};
use ks_plan::rbac;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams, Preconditions, PropagationPolicy, ValidationDirective};
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::address;
use super::errors::{self, Fault};
use super::redact::redact;
use super::wire::{Repeat, Wire};
use crate::cluster::{ApplyMode, FIELD_MANAGER};
use crate::discovery::ServedKind;
use crate::error::ClusterError;

/// Applies a manifest by server-side apply; sending it twice has the effect of sending it once.
pub(super) async fn apply(
    wire: &Wire,
    kind: &ServedKind,
    manifest: &Manifest,
    mode: ApplyMode,
) -> Result<Value, ClusterError> {
    let object = manifest.object();
    let action = format!("apply {object}{}", if mode.dry_run { " (dry run)" } else { "" });
    let params = PatchParams {
        dry_run: mode.dry_run,
        force: mode.force,
        field_manager: Some(FIELD_MANAGER.to_owned()),
        field_validation: Some(ValidationDirective::Strict),
    };
    let request = address::of_object(&action, kind, object)?
        .patch(&object.name, &params, &Patch::Apply(manifest.value()))
        .map_err(|error| errors::unsendable(&action, &error))?;
    wire.send(&action, request, Repeat::Always).await.map_err(|fault| {
        // A short value may be part of any word, also of those that tell what the refusal is about.
        let mut error = fault.explain(&action, Some(kind));
        if let ClusterError::Forbidden { message, .. } = &mut error
            && let Some(words) = rbac::grant(message, manifest)
        {
            *message = format!("{message}; {words}");
        }
        error.rewrite(|text| redact(manifest, text));
        error
    })
}

/// Makes an object. After a lost connection a second attempt may find the object that the first one made.
pub(super) async fn create(wire: &Wire, kind: &ServedKind, manifest: &Manifest) -> Result<Value, ClusterError> {
    let action = format!("create {}", manifest.object());
    let request = address::of_object(&action, kind, manifest.object())?
        .create(&plain(), manifest.value().to_string().into_bytes())
        .map_err(|error| errors::unsendable(&action, &error))?;
    answered(wire, &action, request, kind, manifest).await
}

/// Replaces an object as it was in a certain revision.
pub(super) async fn replace(wire: &Wire, kind: &ServedKind, manifest: &Manifest) -> Result<Value, ClusterError> {
    let object = manifest.object();
    let action = format!("replace {object}");
    if manifest.revision().is_none() {
        return Err(errors::invalid(&action, "metadata.resourceVersion", "it is not known what would be replaced"));
    }
    let request = address::of_object(&action, kind, object)?
        .replace(&object.name, &plain(), manifest.value().to_string().into_bytes())
        .map_err(|error| errors::unsendable(&action, &error))?;
    answered(wire, &action, request, kind, manifest).await
}

fn plain() -> PostParams {
    PostParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PostParams::default() }
}

async fn answered(
    wire: &Wire,
    action: &str,
    request: http::Request<Vec<u8>>,
    kind: &ServedKind,
    manifest: &Manifest,
) -> Result<Value, ClusterError> {
    match wire.send(action, request, Repeat::Always).await {
        Err(fault)
            if fault.is_absence_of(&manifest.object().name)
                // An object may outlive its namespace, and does not go: the namespace has to be there first.
                && !fault.is_absence_of_namespace()
                && manifest.revision().is_some() =>
        {
            let message = "it has gone".to_owned();
            Err(ClusterError::Conflict { action: action.to_owned(), message, fields: Vec::new() })
        }
        answer => answer.map_err(|fault| {
            let mut error = fault.explain(action, Some(kind));
            error.rewrite(|text| redact(manifest, text));
            error
        }),
    }
}

/// Lets the server compute a merge patch; what it says of the values may be secret, and is not told.
pub(super) async fn foretell(
    wire: &Wire,
    kind: &ServedKind,
    object: &ObjectRef,
    patch: &Value,
) -> Result<Value, ClusterError> {
    let action = format!("adopt {object} (dry run)");
    let params = PatchParams { dry_run: true, field_manager: Some(FIELD_MANAGER.to_owned()), ..PatchParams::default() };
    let request = address::of_object(&action, kind, object)?
        .patch(&object.name, &params, &Patch::Merge(patch))
        .map_err(|error| errors::unsendable(&action, &error))?;
    wire.send(&action, request, Repeat::Always).await.map_err(|mut fault| {
        if let Fault::Refused(refusal) = &mut fault
            && object.kind.is("", "Secret")
        {
            refusal.rewrite(|_| "the Secret does not fit".to_owned());
        }
        fault.explain(&action, Some(kind))
    })
}

/// Writes the managers of an object; the server takes them only for the revision that they were read in.
pub(super) async fn set_owners(
    wire: &Wire,
    kind: &ServedKind,
    object: &ObjectRef,
    owners: &Value,
    revision: &str,
) -> Result<(), ClusterError> {
    let action = format!("adopt {object}");
    let params = PatchParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PatchParams::default() };
    let patch = json!({ "metadata": { "resourceVersion": revision, "managedFields": owners } });
    let request = address::of_object(&action, kind, object)?
        .patch(&object.name, &params, &Patch::Merge(patch))
        .map_err(|error| errors::unsendable(&action, &error))?;
    match wire.send::<IgnoredAny>(&action, request, Repeat::Always).await {
        Ok(_) => Ok(()),
        Err(fault) if fault.is_absence_of(&object.name) => Ok(()),
        Err(fault) => Err(fault.explain(&action, Some(kind))),
    }
}

/// Deletes an object in the background.
///
/// With a UID it can be sent again after a lost connection: it cannot hit an object made anew in between.
pub(super) async fn delete(
    wire: &Wire,
    kind: &ServedKind,
    object: &ObjectRef,
    uid: Option<&str>,
) -> Result<(), ClusterError> {
    let action = format!("delete {object}");
    let params = DeleteParams {
        propagation_policy: Some(PropagationPolicy::Background),
        preconditions: uid.map(|uid| Preconditions { uid: Some(uid.to_owned()), resource_version: None }),
        ..DeleteParams::default()
    };
    let request = address::of_object(&action, kind, object)?
        .delete(&object.name, &params)
        .map_err(|error| errors::unsendable(&action, &error))?;
    let repeat = if uid.is_some() { Repeat::Always } else { Repeat::IfUntouched };
    match wire.send::<IgnoredAny>(&action, request, repeat).await {
        Ok(_) => Ok(()),
        Err(fault) if fault.code() == Some(404) => Ok(()),
        Err(fault) => Err(fault.explain(&action, Some(kind))),
    }
}
