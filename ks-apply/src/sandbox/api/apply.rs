//! Server-side apply, and the plain update that other tools make.

use ks_model::{Manifest, ObjectRef};
use serde_json::Value;

use super::{admission, finish, read, refusal};
use crate::sandbox::clock::Moment;
use crate::sandbox::merge::Types;
use crate::sandbox::state::State;
use crate::sandbox::{kinds, object};
use crate::{ClusterError, InvalidCause, ServedKind};

/// Who writes, and when.
#[derive(Clone, Copy)]
pub(in crate::sandbox) struct Writer<'a> {
    /// The field manager.
    pub manager: &'a str,
    /// Whether fields of other managers are taken over.
    pub force: bool,
    /// The moment of the write.
    pub at: Moment,
}

/// What a write would make of an object; nothing is stored yet.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::sandbox) enum Written {
    /// The object stays as it is.
    Unchanged(Value),
    /// The object becomes this.
    Changed(Value),
}

impl Written {
    /// The object after the write.
    pub fn into_value(self) -> Value {
        match self {
            Self::Unchanged(value) | Self::Changed(value) => value,
        }
    }

    /// Stores the object and answers with it; what is unchanged leaves the revision as it was.
    pub fn store(self, state: &mut State) -> Value {
        let value = match self {
            Self::Unchanged(value) => return value,
            Self::Changed(value) => value,
        };
        let at = object::reference(&value);
        if state.get(&at).is_none() {
            state.mint_uid();
        }
        if object::is_terminating(&value)
            && object::items(&value, "/metadata/finalizers").is_empty()
            && !at.kind.is("", "Namespace")
        {
            state.remove(&at);
            return value;
        }
        state.put(value)
    }
}

/// Computes a server-side apply.
pub(in crate::sandbox) fn apply(
    state: &State,
    types: &Types,
    kind: &ServedKind,
    manifest: &Manifest,
    writer: Writer<'_>,
) -> Result<Written, ClusterError> {
    let object = manifest.object();
    let action = format!("apply {object}");
    let live = before(state, kind, object, &action)?;
    let mut applied = manifest.value().clone();
    is_meant(kind, &applied, live.as_ref(), &action)?;
    let revision = object::text(&applied, "/metadata/resourceVersion").to_owned();
    finish::leave_out_what_is_not_applied(&mut applied, kinds::has_status_subresource(state, kind));
    let merged = types.apply(kind, live.as_ref(), &applied, writer, &action)?;
    let is_as_meant = |live: &Value| revision.is_empty() || object::text(live, "/metadata/resourceVersion") == revision;
    if !live.as_ref().is_none_or(is_as_meant) {
        return Err(refusal::revision_differs(&action, kind, &object.name));
    }
    finished(state, kind, live, merged, writer, &action)
}

/// An object that is named with a UID is meant as it is: none is a conflict, another one has an immutable field.
fn is_meant(kind: &ServedKind, applied: &Value, live: Option<&Value>, action: &str) -> Result<(), ClusterError> {
    let wanted = object::uid(applied);
    match live.map(object::uid) {
        _ if wanted.is_empty() => Ok(()),
        None => Err(refusal::uid_differs(action, kind, object::text(applied, "/metadata/name"), wanted, "")),
        Some(found) if found == wanted => Ok(()),
        Some(_) => {
            let message = format!("Invalid value: \"{wanted}\": field is immutable");
            let cause = InvalidCause { field: "metadata.uid".to_owned(), message };
            Err(refusal::invalid(action, &object::reference(applied), vec![cause.clone(), cause]))
        }
    }
}

/// Computes a plain update, as of `kubectl edit` or a client-side apply; creates the object when absent.
pub(in crate::sandbox) fn update(
    state: &State,
    types: &Types,
    kind: &ServedKind,
    new: &Manifest,
    writer: Writer<'_>,
) -> Result<Written, ClusterError> {
    let object = new.object();
    let action = format!("update {object}");
    let live = before(state, kind, object, &action)?;
    let mut value = new.value().clone();
    finish::complete(state, kind, live.as_ref(), &mut value);
    let merged = types.update(kind, live.as_ref(), &value, writer);
    finished(state, kind, live, merged, writer, &action)
}

/// Completes and checks an object, and lets it in.
fn finished(
    state: &State,
    kind: &ServedKind,
    live: Option<Value>,
    merged: Value,
    writer: Writer<'_>,
    action: &str,
) -> Result<Written, ClusterError> {
    let object = object::reference(&merged);
    let written = finish::finish(state, kind, live.clone(), merged, writer.at);
    let written = written.map_err(|causes| refusal::invalid(action, &object, causes))?;
    let (Written::Changed(value) | Written::Unchanged(value)) = &written;
    admission::check(state, kind, live.as_ref(), value, action)?;
    Ok(written)
}

/// Computes what a merge patch would make of an object.
pub(in crate::sandbox) fn patched(
    state: &State,
    types: &Types,
    kind: &ServedKind,
    object: &ObjectRef,
    patch: &Value,
    writer: Writer<'_>,
) -> Result<Value, ClusterError> {
    let action = format!("adopt {object} (dry run)");
    let mut value = before(state, kind, object, &action)?.unwrap_or_default();
    json_patch::merge(&mut value, patch);
    let manifest = Manifest::parse(value).map_err(|error| refusal::bad_request(&action, error.to_string()))?;
    update(state, types, kind, &manifest, writer).map(Written::into_value)
}

/// The live object in the version of the request, once the request is known to be possible.
fn before(state: &State, kind: &ServedKind, object: &ObjectRef, action: &str) -> Result<Option<Value>, ClusterError> {
    if !kinds::is_served(state, kind) {
        return Err(refusal::not_served(action, kind));
    }
    match (&object.namespace, kind.namespaced) {
        (None, true) => {
            return Err(refusal::bad_request(
                action,
                "an empty namespace may not be set when a resource name is provided",
            ));
        }
        (Some(_), false) => return Err(refusal::bad_request(action, "namespace should be empty")),
        _ => {}
    }
    let live = state.get(object).map(|value| read::in_version(value, kind));
    if let Some(namespace) = &object.namespace {
        let found = state.get(&ObjectRef::cluster(ks_model::GroupKind::new("", "Namespace"), namespace));
        let found = found.ok_or_else(|| refusal::namespace_missing(action, namespace))?;
        if live.is_none() && object::is_terminating(found) {
            return Err(refusal::namespace_terminating(action, kind, object));
        }
    }
    Ok(live)
}
