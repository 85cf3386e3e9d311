//! Which leaves a change touches, and which settings they come from.

use ks_model::{Bundle, DesiredObject, Manifest, ObjectRef};
use serde_json::{Value, json};

use crate::build::FIELD_MANAGER;
use crate::change::{Action, FieldChange, Reason};
use crate::sensitive::Mask;
use crate::structured::{ApplyRequest, FieldPath, PathElement, Type, apply, differences};

/// The leaves that differ between the live object and the one after, secret values masked.
pub(crate) fn changes(
    object: &ObjectRef,
    before: Option<&Value>,
    after: &Value,
    ty: Type<'_>,
    mask: &Mask,
) -> Vec<FieldChange> {
    let nothing = json!({});
    differences(before.unwrap_or(&nothing), after, ty)
        .into_iter()
        .filter(|it| !is_identity(&it.path))
        .map(|it| {
            let is_secret = Mask::is_secret(&object.kind, first_field(&it.path));
            let show = |value: Option<Value>| value.map(|it| if is_secret { mask.mask(&it) } else { it });
            FieldChange { path: it.path.to_string(), before: show(it.before), after: show(it.after) }
        })
        .collect()
}

fn first_field(path: &FieldPath) -> Option<&str> {
    match path.0.first() {
        Some(PathElement::Field(name)) => Some(name),
        _ => None,
    }
}

/// Fields that say which object it is, and status: neither is part of what a change does.
fn is_identity(path: &FieldPath) -> bool {
    match path.0.as_slice() {
        [PathElement::Field(first), ..] if matches!(first.as_str(), "apiVersion" | "kind" | "status") => true,
        [PathElement::Field(first), PathElement::Field(second), ..] => {
            first == "metadata" && matches!(second.as_str(), "name" | "namespace" | "selfLink")
        }
        _ => false,
    }
}

/// The object after, computed here because no server could be asked. Conflicts are taken.
pub(crate) fn predicted(manifest: &Manifest, live: &Value, ty: Type<'_>) -> Value {
    let request =
        ApplyRequest { live: Some(live), applied: manifest.value(), manager: FIELD_MANAGER, force: true, time: None };
    apply(request, ty).unwrap_or_else(|_| manifest.value().clone())
}

/// Why an object is in the plan: the file that wants it, and the settings that stand in the leaves that change.
pub(crate) fn reasons(bundle: &Bundle, wanted: &DesiredObject, action: Action, fields: &[FieldChange]) -> Vec<Reason> {
    if action == Action::NoOp {
        return Vec::new();
    }
    let shapes = |value: &Value| fields.iter().filter_map(|it| it.after.as_ref()).any(|after| stands_in(value, after));
    let settings = wanted.settings.iter().filter_map(|name| Some((name, bundle.settings.get(name)?)));
    let settings = settings.filter(|(_, setting)| shapes(&setting.value)).map(|(name, setting)| Reason::Setting {
        name: name.clone(),
        value: setting.value.clone(),
        origin: Box::new(setting.origin.clone()),
    });
    [Reason::Wanted { file: wanted.file.clone() }].into_iter().chain(settings).collect()
}

/// Whether a leaf carries the value of a setting, or one of its leaves.
fn stands_in(setting: &Value, leaf: &Value) -> bool {
    match setting {
        Value::Object(members) => {
            !members.is_empty() && (setting == leaf || members.values().any(|it| stands_in(it, leaf)))
        }
        Value::Array(items) => !items.is_empty() && (setting == leaf || items.iter().any(|it| stands_in(it, leaf))),
        Value::Null => false,
        scalar => scalar == leaf,
    }
}
