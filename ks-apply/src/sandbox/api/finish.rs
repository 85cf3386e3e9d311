//! What an API server does to an object between merging and storing it.

use serde_json::{Map, Value};

use super::{immutable, required};
use crate::sandbox::api::apply::Written;
use crate::sandbox::clock::Moment;
use crate::sandbox::state::State;
use crate::sandbox::{defaults, kinds, merge, object};
use crate::{InvalidCause, ServedKind};

/// Metadata that only the server writes.
const OWN_METADATA: [&str; 6] =
    ["uid", "creationTimestamp", "resourceVersion", "generation", "deletionTimestamp", "deletionGracePeriodSeconds"];

/// Drops what an apply cannot set: metadata of the server, and the status where it is a subresource.
pub(super) fn leave_out_what_is_not_applied(applied: &mut Value, has_status: bool) {
    for field in OWN_METADATA {
        object::metadata_mut(applied).remove(field);
    }
    if let Some(map) = applied.as_object_mut().filter(|_| has_status) {
        map.remove("status");
    }
}

/// Puts the status of the live object into a new one.
pub(super) fn keep_status(new: &mut Value, live: Option<&Value>) {
    let Some(map) = new.as_object_mut() else { return };
    match live.and_then(|live| live.get("status")) {
        Some(status) => map.insert("status".into(), status.clone()),
        None => map.remove("status"),
    };
}

/// Completes an object and checks it.
pub(in crate::sandbox) fn finish(
    state: &State,
    kind: &ServedKind,
    live: Option<Value>,
    mut new: Value,
    at: Moment,
) -> Result<Written, Vec<InvalidCause>> {
    let mut causes = complete(state, kind, live.as_ref(), &mut new);
    let changed = live.as_ref().map_or_else(Vec::new, |live| immutable::changed(live, &new));
    // The order of the server: it checks a DaemonSet for changes first, everything else for itself first.
    let position = if kind.kind.is("apps", "DaemonSet") { 0 } else { causes.len() };
    causes.splice(position..position, changed);
    if !causes.is_empty() {
        return Err(causes);
    }
    identify(&mut new, live.as_ref(), state, at);
    count_generation(&mut new, live.as_ref(), kind, kinds::has_status_subresource(state, kind));
    tidy_metadata(&mut new);
    Ok(if live.as_ref() == Some(&new) { Written::Unchanged(new) } else { Written::Changed(new) })
}

/// Fills in what the server knows of a new object, and tells what is missing. Completing twice is completing once.
pub(in crate::sandbox) fn complete(
    state: &State,
    kind: &ServedKind,
    live: Option<&Value>,
    new: &mut Value,
) -> Vec<InvalidCause> {
    if kinds::has_status_subresource(state, kind) {
        keep_status(new, live);
    }
    keep_own_metadata(new, live);
    if kinds::is_built_in(&kind.kind) {
        defaults::fill(new, live, state);
        required::missing(new)
    } else {
        merge::conform(state, kind, new)
    }
}

fn keep_own_metadata(new: &mut Value, live: Option<&Value>) {
    let metadata = object::metadata_mut(new);
    for field in OWN_METADATA {
        match live.and_then(|live| live["metadata"].get(field)) {
            Some(value) => metadata.insert(field.into(), value.clone()),
            None => metadata.shift_remove(field),
        };
    }
}

fn identify(new: &mut Value, live: Option<&Value>, state: &State, at: Moment) {
    if live.is_none() {
        let metadata = object::metadata_mut(new);
        metadata.insert("uid".into(), state.next_uid().into());
        metadata.insert("creationTimestamp".into(), at.rfc3339().into());
    }
}

/// The generation counts changes of what is wanted: of everything but metadata and, where a subresource, status.
fn count_generation(new: &mut Value, live: Option<&Value>, kind: &ServedKind, has_status: bool) {
    if !kinds::has_generation(&kind.kind) {
        return;
    }
    let generation = match live {
        None => 1,
        Some(live) => {
            let differs = wanted_differs(live, new, has_status)
                || (kind.kind.is("apps", "Deployment") && annotations(live) != annotations(new));
            object::number(live, "/metadata/generation", 1) + i64::from(differs)
        }
    };
    object::metadata_mut(new).insert("generation".into(), generation.into());
}

/// The annotations of a Deployment, which count as wanted, but for the one that its controller writes.
fn annotations(value: &Value) -> Map<String, Value> {
    let all = value["metadata"]["annotations"].as_object().into_iter().flatten();
    let of_people = all.filter(|(key, _)| key.as_str() != "deployment.kubernetes.io/revision");
    of_people.map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn wanted_differs(live: &Value, new: &Value, has_status: bool) -> bool {
    let counts = |key: &str| key != "metadata" && key != "apiVersion" && !(has_status && key == "status");
    let wanted = |value: &'_ Value| -> Map<String, Value> {
        let members = value.as_object().into_iter().flatten().filter(|(key, _)| counts(key));
        members.map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    wanted(live) != wanted(new)
}

/// Drops members of the metadata that say nothing, as the server does.
fn tidy_metadata(new: &mut Value) {
    let says_nothing = |value: &Value| match value {
        Value::Null => true,
        Value::Object(map) => map.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    };
    object::metadata_mut(new).retain(|_, value| !says_nothing(value));
}
