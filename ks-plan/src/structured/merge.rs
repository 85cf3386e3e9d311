//! Writes as the API server merges them.
//!
//! The rules are those of KEP-555 and of the `managedfields` package of apimachinery: an apply owns what it mentions, takes away
//! what it mentioned before and nobody else owns, and conflicts with others over what it changes. Any other write owns what it changes.

use serde_json::{Map, Value};

use super::canonical::{canonicalize, drop_empty};
use super::changes::Changes;
use super::check::check;
use super::field_set::FieldSet;
use super::fields::{all_fields, strip, without_reset};
use super::managed_fields::{ManagedFields, ManagedFieldsError, ManagerEntry, Operation};
use super::merging::merge;
use super::removal::{prune, reconcile};
use super::value::equal;
use super::writers::{cap_updaters, take_from_others};
use super::{FieldPath, Type};

/// The name that the server gives to whoever wrote an object before its first apply, when nobody kept book.
const BEFORE_FIRST_APPLY: &str = "before-first-apply";

/// A server-side apply.
#[derive(Clone, Copy, Debug)]
pub struct ApplyRequest<'a> {
    /// The object in the cluster; absent when the apply creates it.
    pub live: Option<&'a Value>,
    /// The object as applied.
    pub applied: &'a Value,
    /// The field manager.
    pub manager: &'a str,
    /// Takes fields from other managers instead of failing.
    pub force: bool,
    /// The time to note in `managedFields`, as RFC 3339.
    pub time: Option<&'a str>,
}

/// A field that another manager owns and that an apply wants to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The field.
    pub path: FieldPath,
    /// Who owns it.
    pub manager: String,
    /// How it was written.
    pub operation: Operation,
    /// When it was written, as RFC 3339.
    pub time: Option<String>,
}

/// Tells why an apply is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// Other managers own fields that the apply wants to change.
    #[error("{} fields are owned by other managers", .0.len())]
    Conflict(Vec<Conflict>),
    /// The applied object does not fit its kind's schema.
    #[error("{path}: {message}")]
    Invalid {
        /// The field.
        path: FieldPath,
        /// What is wrong with it.
        message: String,
    },
    /// The applied object brings `metadata.managedFields`, which only the server may write.
    #[error("metadata.managedFields must be absent in an apply")]
    ManagedFieldsApplied,
    /// The live object's `metadata.managedFields` is malformed.
    #[error("read the managers of the live object")]
    ManagedFields(#[from] ManagedFieldsError),
}

/// Merges an apply into the live object, as the API server does before defaulting.
///
/// The answer is the whole object with its `managedFields`; quantities of built-in kinds are in their canonical form. When the apply
/// changes nothing, the answer is the live object, times included. `status` is ignored where it has a subresource.
///
/// # Errors
/// On conflicts without `force`, and when the applied object does not fit its schema.
///
/// ```
/// use ks_plan::structured::{ApplyRequest, Schemas, Verdict, apply, compare};
/// use serde_json::json;
///
/// let schemas = Schemas::builtin();
/// let applied = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"b": "c"}});
/// let ty = schemas.of_object(&applied);
/// let live = apply(ApplyRequest { live: None, applied: &applied, manager: "ks", force: false, time: None }, ty)?;
/// assert_eq!(live["metadata"]["managedFields"][0]["fieldsV1"], json!({"f:data": {"f:b": {}}}));
/// assert_eq!(compare(&applied, &live, "ks", ty), Verdict::Unchanged);
/// # Ok::<(), ks_plan::structured::ApplyError>(())
/// ```
pub fn apply(request: ApplyRequest<'_>, ty: Type<'_>) -> Result<Value, ApplyError> {
    if request.applied.pointer("/metadata/managedFields").is_some_and(|fields| !fields.is_null()) {
        return Err(ApplyError::ManagedFieldsApplied);
    }
    check(request.applied, ty).map_err(|misfit| ApplyError::Invalid { path: misfit.path, message: misfit.message })?;
    let applied = without_status(request.applied, ty);
    let empty = Value::Object(Map::new());
    let live = request.live.unwrap_or(&empty);

    let mut managed = known_managers(live, &applied, request.time, ty)?;
    let mine = entry_of(&applied, request.manager, Operation::Apply);
    let last = managed.take(&mine);
    let fields = without_reset(&all_fields(&applied, ty), ty);
    let merged = merge(live, &applied, ty);
    let everyone = managed.entries.iter().fold(fields.clone(), |all, entry| all.union(&entry.fields));
    let before = last.as_ref().map_or(FieldSet::EMPTY, |last| last.fields.clone());
    let mut merged = prune(merged, &before, &everyone, ty);
    let conflicts = take_from_others(&mut managed, &Changes::between(live, &merged, ty).without_reset(ty));
    if !request.force && !conflicts.is_empty() {
        return Err(ApplyError::Conflict(conflicts));
    }

    // The server notes the time of an apply only when the object itself changes.
    let time = if equal(live, &merged) { last.and_then(|last| last.time) } else { request.time.map(str::to_owned) };
    let fields = strip(&fields);
    if !fields.is_empty() {
        managed.put(ManagerEntry { time, fields, ..mine });
    }
    canonicalize(&mut merged, ty);
    managed.write_to(&mut merged);
    // Here an empty list is not yet as good as none: the server notes a new time for it.
    let mut merged = unless_only_times_differ(merged, request.live);
    drop_empty(&mut merged, ty);
    Ok(merged)
}

/// Notes in `managedFields` what a write that is no apply (create, update, patch) changed.
///
/// `old` is the object before, absent on create; `new` is what is to be stored. When `new` brings no `managedFields` those of `old`
/// count; an empty list resets them, as the API has it. `status` is never owned through the object itself where it has a subresource:
/// see [`update_status`].
pub fn update(old: Option<&Value>, new: &Value, manager: &str, ty: Type<'_>, time: Option<&str>) -> Value {
    let writer = entry_of(new, manager, Operation::Update);
    let managed = managers_of_update(old, new, ty);
    let write = UpdateWrite { old, managed, writer, time, ty };
    write.run(new.clone(), |changes| changes.without_reset(ty))
}

/// Writes the status of an object through its subresource: everything else of `new` is ignored.
pub fn update_status(old: &Value, new: &Value, manager: &str, ty: Type<'_>, time: Option<&str>) -> Value {
    let writer = ManagerEntry { subresource: "status".to_owned(), ..entry_of(old, manager, Operation::Update) };
    let mut written = old.clone();
    if let Some(object) = written.as_object_mut() {
        match new.get("status") {
            Some(status) => object.insert("status".to_owned(), status.clone()),
            None => object.shift_remove("status"),
        };
    }
    let managed = ManagedFields::of(old).unwrap_or_default();
    UpdateWrite { old: Some(old), managed, writer, time, ty }.run(written, |changes| changes)
}

/// A write that is no apply.
struct UpdateWrite<'a> {
    old: Option<&'a Value>,
    managed: ManagedFields,
    writer: ManagerEntry,
    time: Option<&'a str>,
    ty: Type<'a>,
}

impl UpdateWrite<'_> {
    fn run(mut self, mut new: Value, filter: impl Fn(Changes) -> Changes) -> Value {
        without_managed_fields(&mut new);
        canonicalize(&mut new, self.ty);
        drop_empty(&mut new, self.ty);
        // Nobody kept book of an object that is there already without managers, so nobody starts to before its first apply.
        let is_new = self.old.is_none_or(|old| old.pointer("/metadata/uid").is_none());
        if self.managed.entries.is_empty() && !is_new {
            return new;
        }
        reconcile_all(&mut self.managed, self.ty);
        note_update(&mut self.managed, self.old, &new, self.writer, self.time, self.ty, filter);
        cap_updaters(&mut self.managed);
        self.managed.write_to(&mut new);
        unless_only_times_differ(new, self.old)
    }
}

fn note_update(
    managed: &mut ManagedFields,
    old: Option<&Value>,
    new: &Value,
    writer: ManagerEntry,
    time: Option<&str>,
    ty: Type<'_>,
    filter: impl Fn(Changes) -> Changes,
) {
    let changes = match old {
        Some(old) => filter(Changes::between(old, new, ty)),
        None => filter(Changes::between(&ty.new_object(), new, ty)),
    };
    take_from_others(managed, &changes);
    let fields = strip(&changes.written());
    if fields.is_empty() {
        return;
    }
    let fields = managed.take(&writer).map_or(fields.clone(), |previous| fields.union(&previous.fields));
    managed.put(ManagerEntry { time: time.map(str::to_owned), fields, ..writer });
}

/// The managers that count for an update: those that the new object brings, else those of the old one.
fn managers_of_update(old: Option<&Value>, new: &Value, ty: Type<'_>) -> ManagedFields {
    let brought = new.pointer("/metadata/managedFields").and_then(Value::as_array);
    let is_reset = brought.map(Vec::as_slice).is_some_and(|list| match list {
        // The server does not see the empty list of a custom resource.
        [] => ty.traits().is_typed,
        [entry] => entry.as_object().is_some_and(Map::is_empty),
        _ => false,
    });
    if is_reset {
        return ManagedFields::default();
    }
    let brought = ManagedFields::of(new).ok().filter(|managed| !managed.entries.is_empty());
    brought.or_else(|| ManagedFields::of(old?).ok()).unwrap_or_default()
}

/// The managers of the live object; who wrote it before anyone kept book gets a name.
fn known_managers(
    live: &Value,
    applied: &Value,
    time: Option<&str>,
    ty: Type<'_>,
) -> Result<ManagedFields, ManagedFieldsError> {
    let mut managed = ManagedFields::of(live)?;
    if managed.entries.is_empty() {
        let writer = entry_of(applied, BEFORE_FIRST_APPLY, Operation::Update);
        note_update(&mut managed, None, live, writer, time, ty, |changes| changes.without_reset(ty));
    }
    reconcile_all(&mut managed, ty);
    Ok(managed)
}

/// Who counts as the owner of everything in an object of which nobody kept book.
pub(crate) fn before_first_apply(live: &Value, ty: Type<'_>) -> ManagerEntry {
    let fields = strip(&without_reset(&all_fields(live, ty), ty));
    ManagerEntry { fields, ..entry_of(live, BEFORE_FIRST_APPLY, Operation::Update) }
}

/// Tells whether an object has nothing in it that somebody must have written before its first apply.
pub(super) fn nobody_wrote(live: &Value, ty: Type<'_>) -> bool {
    strip(&Changes::between(&ty.new_object(), live, ty).without_reset(ty).written()).is_empty()
}

fn reconcile_all(managed: &mut ManagedFields, ty: Type<'_>) {
    managed.entries.iter_mut().for_each(|entry| entry.fields = reconcile(&entry.fields, ty));
}

fn entry_of(object: &Value, manager: &str, operation: Operation) -> ManagerEntry {
    let api_version = object.get("apiVersion").and_then(Value::as_str).unwrap_or_default().to_owned();
    ManagerEntry {
        manager: manager.to_owned(),
        operation,
        api_version,
        time: None,
        subresource: String::new(),
        fields: FieldSet::EMPTY,
    }
}

fn without_status(applied: &Value, ty: Type<'_>) -> Value {
    let mut applied = applied.clone();
    if let Some(object) = applied.as_object_mut().filter(|_| ty.traits().resets_status) {
        object.shift_remove("status");
    }
    applied
}

fn without_managed_fields(object: &mut Value) {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.shift_remove("managedFields");
    }
}

/// A write that changes nothing but the times of managers changes nothing.
fn unless_only_times_differ(written: Value, live: Option<&Value>) -> Value {
    let timeless = |object: &Value| {
        let mut object = object.clone();
        let entries = object.pointer_mut("/metadata/managedFields").and_then(Value::as_array_mut);
        for entry in entries.into_iter().flatten().filter_map(Value::as_object_mut) {
            entry.shift_remove("time");
        }
        object
    };
    match live {
        Some(live) if equal(&timeless(&written), &timeless(live)) => live.clone(),
        _ => written,
    }
}
