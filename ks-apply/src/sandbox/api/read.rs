//! Get and list.

use ks_model::ObjectRef;
use serde_json::{Value, json};

use super::refusal;
use crate::sandbox::kinds;
use crate::sandbox::selector::Selector;
use crate::sandbox::state::State;
use crate::{ClusterError, ListQuery, ServedKind};

/// Reads one object in the version asked for.
pub(in crate::sandbox) fn get(
    state: &State,
    kind: &ServedKind,
    object: &ObjectRef,
) -> Result<Option<Value>, ClusterError> {
    if !kinds::is_served(state, kind) {
        return Err(refusal::not_served(&format!("get {object}"), kind));
    }
    Ok(state.get(object).map(|value| in_version(value, kind)))
}

/// Lists the objects of a kind by namespace and name.
pub(in crate::sandbox) fn list(
    state: &State,
    kind: &ServedKind,
    query: &ListQuery,
) -> Result<Vec<Value>, ClusterError> {
    let action = format!("list {}", refusal::resource(kind));
    if !kinds::is_served(state, kind) {
        return Err(refusal::not_served(&action, kind));
    }
    let selector = Selector::parse(query.label_selector.as_deref().unwrap_or_default())
        .map_err(|text| refusal::bad_request(&action, format!("unable to parse requirement: {text}")))?;
    let (group, name) = (&kind.kind.group, &kind.kind.kind);
    let found = state.of_kind(group, name).filter(|(object, value)| {
        (query.namespace.is_none() || object.namespace == query.namespace)
            && selector.selects(value.pointer("/metadata/labels"))
            && has_fields(value, query.field_selector.as_deref().unwrap_or_default())
    });
    let shown = |value: &Value| if query.metadata_only { metadata_of(value, kind) } else { in_version(value, kind) };
    Ok(found.map(|(_, value)| shown(value)).collect())
}

/// Whether fields have the values of a field selector: `involvedObject.name=p,type=Warning`.
fn has_fields(value: &Value, selector: &str) -> bool {
    selector.split(',').filter_map(|it| it.split_once('=')).all(|(path, wanted)| {
        let found = value.pointer(&format!("/{}", path.replace('.', "/"))).and_then(Value::as_str);
        found.unwrap_or_default() == wanted
    })
}

/// The object as it reads in a version; the versions that the sandbox serves differ in nothing else.
pub(super) fn in_version(value: &Value, kind: &ServedKind) -> Value {
    let mut value = value.clone();
    value["apiVersion"] = kind.api_version().into();
    value
}

fn metadata_of(value: &Value, kind: &ServedKind) -> Value {
    json!({ "apiVersion": kind.api_version(), "kind": value["kind"], "metadata": value["metadata"] })
}
