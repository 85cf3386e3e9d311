//! What may be lost or interrupted by a change.

use ks_model::{GroupKind, ObjectRef};

use crate::change::{Action, FieldChange, Risk};

/// Judges a change by its kind, its action and its fields.
pub fn of(object: &ObjectRef, action: Action, fields: &[FieldChange]) -> Risk {
    match action {
        Action::Create | Action::NoOp => Risk::Safe,
        Action::Delete | Action::Replace if holds_data(&object.kind) => Risk::DataLoss,
        Action::Delete if !makes_pods(&object.kind) => Risk::Safe,
        Action::Delete | Action::Replace => Risk::Disruptive,
        Action::Update if fields.iter().any(|it| rolls_pods(&object.kind, &it.path)) => Risk::Disruptive,
        Action::Update => Risk::Safe,
    }
}

/// Kinds whose deletion takes data along: the kind itself, or everything that lives in it.
fn holds_data(kind: &GroupKind) -> bool {
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", it) => matches!(it, "Namespace" | "PersistentVolume" | "PersistentVolumeClaim" | "Secret"),
        ("apiextensions.k8s.io", it) => it == "CustomResourceDefinition",
        _ => false,
    }
}

fn makes_pods(kind: &GroupKind) -> bool {
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("apps" | "batch", _) | ("", "Pod") => true,
        (group, it) => is_operated(group, it),
    }
}

fn is_operated(group: &str, kind: &str) -> bool {
    group == "monitoring.coreos.com" && matches!(kind, "Prometheus" | "Alertmanager" | "ThanosRuler")
}

/// Whether a change of this field makes pods anew: the template of a workload, or anything but the number of replicas
/// in the spec of a resource that prometheus-operator turns into one.
fn rolls_pods(kind: &GroupKind, path: &str) -> bool {
    match kind.group.as_str() {
        "apps" => path.starts_with(".spec.template"),
        group if is_operated(group, &kind.kind) => path.starts_with(".spec") && path != ".spec.replicas",
        _ => false,
    }
}
