//! Prometheus, Alertmanager and ThanosRuler: custom resources that prometheus-operator turns into StatefulSets.
//!
//! From v0.57 on the operator reports the conditions `Available` and `Reconciled`, each with its own
//! `observedGeneration`. Older ones report nothing; then their StatefulSet decides.

use ks_model::{GroupKind, Manifest, ObjectRef};
use serde_json::Value;

use super::{Readiness, condition, number, workload};
use crate::volumes::ClaimOwner;

/// The StatefulSet that the operator makes of a custom resource.
pub fn stateful_set(object: &ObjectRef) -> Option<ObjectRef> {
    if object.kind.group != "monitoring.coreos.com" {
        return None;
    }
    let prefix = match object.kind.kind.as_str() {
        "Prometheus" => "prometheus",
        "Alertmanager" => "alertmanager",
        "ThanosRuler" => "thanos-ruler",
        _ => return None,
    };
    let name = format!("{prefix}-{}", object.name);
    Some(ObjectRef { kind: GroupKind::new("apps", "StatefulSet"), namespace: object.namespace.clone(), name })
}

/// Ready when the operator says so for the current generation, or else when the StatefulSet is ready. Either counts only when
/// the StatefulSet has the storage that the resource asks for: until then the operator has yet to make it anew.
pub fn operated(object: &Value, stateful_set: Option<&Value>) -> Readiness {
    let owner = Manifest::parse(object.clone()).ok().and_then(|it| ClaimOwner::of(it.object(), object, None));
    let storage = owner.filter(|_| stateful_set.is_some()).map(|it| it.templates.readiness(stateful_set));
    if let Some(waiting) = storage.filter(|it| !it.is_ready()) {
        return waiting;
    }
    match condition::find(object, "Available") {
        Some(available) => by_conditions(object, available),
        None => by_stateful_set(object, stateful_set),
    }
}

fn by_conditions(object: &Value, available: &Value) -> Readiness {
    let Some(reconciled) = condition::find(object, "Reconciled") else {
        return Readiness::waiting("it is not reconciled yet");
    };
    for state in [reconciled, available] {
        if number(state, "/observedGeneration", -1) < number(object, "/metadata/generation", 0) {
            return Readiness::waiting("its operator has not seen the change");
        }
        if !condition::is(state, "True") {
            return Readiness::waiting(condition::words(state));
        }
    }
    Readiness::Ready
}

/// An old operator says nothing, so the StatefulSet has to show the replicas and the image that the resource asks for
/// before its own readiness counts.
fn by_stateful_set(object: &Value, stateful_set: Option<&Value>) -> Readiness {
    let Some(stateful_set) = stateful_set else {
        return Readiness::waiting("its operator has made no StatefulSet yet");
    };
    let wanted = number(object, "/spec/replicas", 1);
    let image = object.pointer("/spec/image").filter(|image| !images(stateful_set).any(|it| it == *image));
    if number(stateful_set, "/spec/replicas", 1) != wanted || image.is_some() {
        return Readiness::waiting("its operator has not seen the change");
    }
    workload::stateful_set(stateful_set)
}

fn images(stateful_set: &Value) -> impl Iterator<Item = &Value> {
    let containers = stateful_set.pointer("/spec/template/spec/containers").and_then(Value::as_array);
    containers.into_iter().flatten().filter_map(|container| container.get("image"))
}
