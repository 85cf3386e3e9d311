//! Which leaves a change touches.

use ks_model::Manifest;
use serde_json::{Value, json};

use crate::build::FIELD_MANAGER;
use crate::change::FieldChange;
use crate::conflict::Conflict;
use crate::sensitive::{Mask, Secrecy};
use crate::structured;
use crate::structured::{ApplyError, ApplyRequest, FieldPath, PathElement, Type, apply, differences};

/// The leaves that differ between the live object and the one after, secret values masked.
///
/// The status of an object counts only where `wanted` says something about it.
pub(crate) fn changes(
    wanted: &Manifest,
    before: Option<&Value>,
    after: &Value,
    ty: Type<'_>,
    (mask, secrecy): (&Mask, &Secrecy),
) -> Vec<FieldChange> {
    let nothing = json!({});
    let is_about_status = wanted.value().get("status").is_some();
    differences(before.unwrap_or(&nothing), after, ty)
        .into_iter()
        .filter(|it| !is_identity(&it.path) && (is_about_status || !is_status(&it.path)))
        .map(|it| {
            let show = |value: Option<Value>| value.map(|value| mask.field(secrecy, &it.path, &value));
            FieldChange { path: it.path.to_string(), before: show(it.before.clone()), after: show(it.after.clone()) }
        })
        .collect()
}

fn is_status(path: &FieldPath) -> bool {
    path.0.first() == Some(&PathElement::field("status"))
}

/// Fields that say which object it is, and those that the server writes by itself: none is part of what a change does.
fn is_identity(path: &FieldPath) -> bool {
    let name = |at: usize| match path.0.get(at) {
        Some(PathElement::Field(name)) => Some(name.as_str()),
        _ => None,
    };
    match name(0) {
        Some("apiVersion" | "kind") => true,
        Some("metadata") => matches!(
            name(1),
            Some("name" | "namespace" | "selfLink" | "deletionTimestamp" | "deletionGracePeriodSeconds")
        ),
        _ => false,
    }
}

/// What an apply would take from other managers.
pub(crate) fn conflicts(applied: &Value, live: &Value, ty: Type<'_>) -> Vec<structured::Conflict> {
    let request = ApplyRequest { live: Some(live), applied, manager: FIELD_MANAGER, force: false, time: None };
    match apply(request, ty) {
        Err(ApplyError::Conflict(found)) => found,
        _ => Vec::new(),
    }
}

/// The object after, computed here because no server could be asked, and the fields that it takes from other managers.
pub(crate) fn predicted(manifest: &Manifest, live: &Value, ty: Type<'_>) -> (Value, Vec<Conflict>) {
    let request =
        ApplyRequest { live: Some(live), applied: manifest.value(), manager: FIELD_MANAGER, force: false, time: None };
    match apply(request, ty) {
        Ok(merged) => (merged, Vec::new()),
        Err(ApplyError::Conflict(found)) => {
            let merged = apply(ApplyRequest { force: true, ..request }, ty);
            let conflicts = found.into_iter().map(|it| Conflict::new(it.path.to_string(), it.manager)).collect();
            (merged.unwrap_or_else(|_| manifest.value().clone()), conflicts)
        }
        Err(_) => (manifest.value().clone(), Vec::new()),
    }
}
