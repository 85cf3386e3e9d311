//! What may be lost or interrupted by a change.

use ks_model::{GroupKind, ObjectRef};
use serde_json::Value;

use crate::change::{Action, FieldChange, Risk};

const REPLICAS: &str = ".spec.replicas";

/// Judges a change by its kind, its action, the live object and its fields.
pub fn of(object: &ObjectRef, action: Action, before: Option<&Value>, fields: &[FieldChange]) -> Risk {
    match action {
        Action::Create | Action::NoOp => Risk::Safe,
        Action::Delete | Action::Replace if holds_data(&object.kind, before) => Risk::DataLoss,
        Action::Delete if !makes_pods(&object.kind) => Risk::Safe,
        Action::Delete | Action::Replace => Risk::Disruptive,
        Action::Update if takes_claims(before, fields) => Risk::DataLoss,
        Action::Update if fields.iter().any(|it| stops_pods(&object.kind, it)) => Risk::Disruptive,
        Action::Update => Risk::Safe,
    }
}

/// Objects whose deletion takes data along: their own, that of everything that lives in them, or the claims that are
/// deleted with them.
fn holds_data(kind: &GroupKind, live: Option<&Value>) -> bool {
    let has = |field: &str| live.and_then(|it| it.get(field)?.as_object()).is_some_and(|it| !it.is_empty());
    let policy = "/spec/persistentVolumeClaimRetentionPolicy/whenDeleted";
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Namespace" | "PersistentVolume" | "PersistentVolumeClaim")
        | ("apiextensions.k8s.io", "CustomResourceDefinition") => true,
        ("", "Secret") => has("data"),
        _ => live.and_then(|it| it.pointer(policy)).and_then(Value::as_str) == Some("Delete"),
    }
}

/// Whether a StatefulSet gets fewer replicas and deletes the claims of those that go.
fn takes_claims(live: Option<&Value>, fields: &[FieldChange]) -> bool {
    const POLICY: &str = ".spec.persistentVolumeClaimRetentionPolicy.whenScaled";
    let changed = fields.iter().find(|it| it.path == POLICY).map(|it| it.after.as_ref());
    let policy = changed.unwrap_or_else(|| live.and_then(|it| it.pointer(&POLICY.replace('.', "/"))));
    policy.and_then(Value::as_str) == Some("Delete") && fields.iter().any(lowers_replicas)
}

fn lowers_replicas(field: &FieldChange) -> bool {
    let number = |value: &Option<Value>| value.as_ref().and_then(Value::as_i64).unwrap_or(1);
    field.path == REPLICAS && number(&field.after) < number(&field.before)
}

fn makes_pods(kind: &GroupKind) -> bool {
    matches!(kind.group.as_str(), "apps" | "batch") || kind.is("", "Pod") || is_operated(kind)
}

fn is_operated(kind: &GroupKind) -> bool {
    kind.group == "monitoring.coreos.com" && matches!(kind.kind.as_str(), "Prometheus" | "Alertmanager" | "ThanosRuler")
}

/// Whether a change of this field makes pods anew or takes some away: the template of a workload, anything in the spec
/// of a resource that prometheus-operator turns into one, fewer replicas.
fn stops_pods(kind: &GroupKind, field: &FieldChange) -> bool {
    if field.path == REPLICAS {
        return makes_pods(kind) && lowers_replicas(field);
    }
    match kind.group.as_str() {
        "apps" => field.path.starts_with(".spec.template"),
        _ => is_operated(kind) && field.path.starts_with(".spec."),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn judged(kind: &str, action: Action, live: Value, fields: &[(&str, Value, Value)]) -> Risk {
        let (group, kind) = kind.split_once('/').unwrap_or(("", kind));
        let field = |(path, before, after): &(&str, Value, Value)| FieldChange {
            path: (*path).to_owned(),
            before: Some(before.clone()),
            after: Some(after.clone()),
        };
        let fields: Vec<FieldChange> = fields.iter().map(field).collect();
        of(&ObjectRef::namespaced(GroupKind::new(group, kind), "a", "x"), action, Some(&live), &fields)
    }

    #[test]
    fn a_delete_that_takes_data_along_is_data_loss() {
        for kind in ["Namespace", "PersistentVolumeClaim", "apiextensions.k8s.io/CustomResourceDefinition"] {
            assert_eq!(judged(kind, Action::Delete, json!({}), &[]), Risk::DataLoss, "{kind}");
        }
        assert_eq!(judged("Secret", Action::Delete, json!({ "data": { "key": "dg==" } }), &[]), Risk::DataLoss);
        assert_eq!(judged("Secret", Action::Delete, json!({ "data": {} }), &[]), Risk::Safe);
        assert_eq!(judged("ConfigMap", Action::Delete, json!({ "data": { "a": "b" } }), &[]), Risk::Safe);
    }

    #[test]
    fn a_workload_that_takes_its_claims_along_is_data_loss() {
        let with =
            |policy: &str| json!({ "spec": { "persistentVolumeClaimRetentionPolicy": { "whenDeleted": policy } } });
        assert_eq!(judged("apps/StatefulSet", Action::Replace, with("Delete"), &[]), Risk::DataLoss);
        assert_eq!(judged("apps/StatefulSet", Action::Replace, with("Retain"), &[]), Risk::Disruptive);
    }

    #[test]
    fn fewer_replicas_stop_pods_and_more_do_not() {
        let scaled = |from: i64, to: i64| [(".spec.replicas", json!(from), json!(to))];
        for kind in ["apps/Deployment", "monitoring.coreos.com/Prometheus"] {
            assert_eq!(judged(kind, Action::Update, json!({}), &scaled(2, 1)), Risk::Disruptive, "{kind}");
            assert_eq!(judged(kind, Action::Update, json!({}), &scaled(1, 2)), Risk::Safe, "{kind}");
        }
    }

    #[test]
    fn fewer_replicas_that_take_their_claims_along_are_data_loss() {
        let scaled = |from: i64, to: i64| [(".spec.replicas", json!(from), json!(to))];
        let with =
            |policy: &str| json!({ "spec": { "persistentVolumeClaimRetentionPolicy": { "whenScaled": policy } } });
        let judged = |live: Value, from, to| judged("apps/StatefulSet", Action::Update, live, &scaled(from, to));
        assert_eq!(judged(with("Delete"), 2, 1), Risk::DataLoss);
        assert_eq!(judged(with("Retain"), 2, 1), Risk::Disruptive);
        assert_eq!(judged(with("Delete"), 1, 2), Risk::Safe);
    }

    #[test]
    fn a_new_template_rolls_pods_and_a_new_label_does_not() {
        let image = [(".spec.template.spec.containers[name=\"a\"].image", json!("a:1"), json!("a:2"))];
        assert_eq!(judged("apps/DaemonSet", Action::Update, json!({}), &image), Risk::Disruptive);
        let label = [(".metadata.labels.a", json!("1"), json!("2"))];
        assert_eq!(judged("apps/DaemonSet", Action::Update, json!({}), &label), Risk::Safe);
        let rule = [(".spec.groups", json!([]), json!([1]))];
        assert_eq!(judged("monitoring.coreos.com/PrometheusRule", Action::Update, json!({}), &rule), Risk::Safe);
    }
}
