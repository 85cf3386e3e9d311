//! Delete with background propagation.

use ks_model::{GroupKind, ObjectRef};
use serde_json::Value;

use super::refusal;
use crate::sandbox::clock::Moment;
use crate::sandbox::state::State;
use crate::sandbox::{kinds, object};
use crate::{ClusterError, ServedKind};

/// The namespaces that an API server never lets go.
const KEPT: [&str; 3] = ["default", "kube-public", "kube-system"];

/// Deletes an object, or marks it while finalizers hold it; what it owned goes by garbage collection.
///
/// A namespace is emptied `linger` milliseconds later.
pub(in crate::sandbox) fn delete(
    state: &mut State,
    kind: &ServedKind,
    target: &ObjectRef,
    uid: Option<&str>,
    at: Moment,
    linger: u64,
) -> Result<(), ClusterError> {
    let action = format!("delete {target}");
    if !kinds::is_served(state, kind) {
        return Err(refusal::not_served(&action, kind));
    }
    let Some(live) = state.get(target) else { return Ok(()) };
    let found = object::uid(live);
    if let Some(wanted) = uid.filter(|wanted| *wanted != found) {
        return Err(refusal::uid_differs(&action, kind, &target.name, wanted, found));
    }
    let is_namespace = target.kind.is("", "Namespace");
    if is_namespace && KEPT.contains(&target.name.as_str()) {
        let message = format!("namespaces \"{}\" is forbidden: this namespace may not be deleted", target.name);
        return Err(ClusterError::Forbidden { action, message });
    }
    if object::is_terminating(live) {
        return Ok(());
    }
    if is_namespace {
        mark(state, live.clone(), at);
        state.set_due(target.clone(), at.plus(linger));
    } else if object::items(live, "/metadata/finalizers").is_empty() {
        remove(state, target);
    } else {
        mark(state, live.clone(), at);
    }
    Ok(())
}

/// Forgets an object and, with a definition, the objects that it defines.
pub(in crate::sandbox) fn remove(state: &mut State, target: &ObjectRef) {
    let Some(value) = state.remove(target) else { return };
    if target.kind.is_definition() {
        let kind = GroupKind::new(object::text(&value, "/spec/group"), object::text(&value, "/spec/names/kind"));
        remove_all(state, |it| it.kind == kind);
    }
}

/// Forgets a namespace with everything in it.
pub(in crate::sandbox) fn remove_namespace(state: &mut State, target: &ObjectRef) {
    remove_all(state, |it| it.namespace.as_ref() == Some(&target.name));
    state.remove(target);
}

fn remove_all(state: &mut State, condemned: impl Fn(&ObjectRef) -> bool) {
    let condemned: Vec<ObjectRef> = state.all().map(|(it, _)| it).filter(|it| condemned(it)).cloned().collect();
    for target in condemned {
        state.remove(&target);
    }
}

fn mark(state: &mut State, mut value: Value, at: Moment) {
    let metadata = object::metadata_mut(&mut value);
    metadata.insert("deletionTimestamp".into(), at.rfc3339().into());
    metadata.insert("deletionGracePeriodSeconds".into(), 0.into());
    if object::reference(&value).kind.is("", "Namespace") {
        object::mapping_mut(&mut value, &["status"]).insert("phase".into(), "Terminating".into());
        object::metadata_mut(&mut value).remove("deletionGracePeriodSeconds");
    }
    state.put(value);
}
