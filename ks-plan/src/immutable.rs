//! Which fields cannot be changed in place, for plans without a server. With one, its answer decides.

use ks_model::GroupKind;
use serde_json::Value;

use crate::change::FieldChange;

/// Kinds with the fields that the API server refuses to change, and those below them that it does let through.
const TABLE: &[(&str, &str, &[&str], &[&str])] = &[
    ("", "PersistentVolumeClaim", &[".spec"], &[".spec.resources", ".spec.volumeAttributesClassName"]),
    ("", "Secret", &[".type"], &[]),
    ("", "Service", &[".spec.clusterIP"], &[]),
    ("apps", "DaemonSet", &[".spec.selector"], &[]),
    ("apps", "Deployment", &[".spec.selector"], &[]),
    ("apps", "ReplicaSet", &[".spec.selector"], &[]),
    (
        "apps",
        "StatefulSet",
        &[".spec"],
        &[
            ".spec.minReadySeconds",
            ".spec.ordinals",
            ".spec.persistentVolumeClaimRetentionPolicy",
            ".spec.replicas",
            ".spec.revisionHistoryLimit",
            ".spec.template",
            ".spec.updateStrategy",
        ],
    ),
    (
        "apiextensions.k8s.io",
        "CustomResourceDefinition",
        &[".spec.group", ".spec.names.kind", ".spec.names.plural", ".spec.scope"],
        &[],
    ),
    ("batch", "Job", &[".spec.completionMode", ".spec.selector", ".spec.template"], &[]),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", &[".roleRef"], &[]),
    ("rbac.authorization.k8s.io", "RoleBinding", &[".roleRef"], &[]),
    ("storage.k8s.io", "StorageClass", &[".parameters", ".provisioner", ".reclaimPolicy", ".volumeBindingMode"], &[]),
];

/// How much of a name is kept when something is tried under another one, and what is put behind it.
const LONGEST_NAME: usize = 50;
const TRIAL: &str = "-trial";

/// The name under which the server is asked whether an object could be made anew: its own is taken.
pub fn trial_name(name: &str) -> String {
    name.chars().take(LONGEST_NAME).chain(TRIAL.chars()).collect()
}

/// Whether objects of a kind may have to be made anew, and can be tried under another name.
pub(crate) fn is_made_anew(kind: &GroupKind) -> bool {
    // The name of a definition is made of what it defines.
    !kind.is_definition() && TABLE.iter().any(|(group, name, ..)| kind.is(group, name))
}

/// The changed fields that stand in the way of a change in place.
pub(crate) fn among(kind: &GroupKind, live: &Value, fields: &[FieldChange]) -> Vec<String> {
    let of = |fixed: &[&str], free: &[&str]| -> Vec<String> {
        let paths = fields.iter().map(|it| it.path.as_str());
        paths.filter(|path| is_below_any(path, fixed) && !is_below_any(path, free)).map(str::to_owned).collect()
    };
    let is_frozen = live.get("immutable") == Some(&Value::Bool(true));
    if is_frozen && (kind.is("", "ConfigMap") || kind.is("", "Secret")) {
        return of(&[".data", ".binaryData", ".immutable", ".type"], &[]);
    }
    let row = TABLE.iter().find(|(group, name, ..)| kind.is(group, name));
    row.map(|(_, _, fixed, free)| of(fixed, free)).unwrap_or_default()
}

fn is_below_any(path: &str, parents: &[&str]) -> bool {
    parents.iter().any(|parent| path.strip_prefix(parent).is_some_and(|it| it.is_empty() || it.starts_with(['.', '['])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn among_paths(kind: &str, live: Value, paths: &[&str]) -> Vec<String> {
        let (group, kind) = kind.split_once('/').unwrap_or(("", kind));
        let field = |path: &&str| FieldChange { path: (*path).to_owned(), before: None, after: None };
        among(&GroupKind::new(group, kind), &live, &paths.iter().map(field).collect::<Vec<_>>())
    }

    #[test]
    fn a_stateful_set_lets_its_template_change_and_not_its_claims() {
        let paths =
            [".spec.template.spec.containers[name=\"a\"].image", ".spec.replicas", ".spec.volumeClaimTemplates"];
        assert_eq!(among_paths("apps/StatefulSet", Value::Null, &paths), [".spec.volumeClaimTemplates"]);
    }

    #[test]
    fn a_field_that_only_begins_alike_is_another_field() {
        assert!(among_paths("Service", Value::Null, &[".spec.clusterIPs", ".spec.ports"]).is_empty());
        assert_eq!(among_paths("Service", Value::Null, &[".spec.clusterIP"]), [".spec.clusterIP"]);
    }

    #[test]
    fn a_frozen_config_map_keeps_its_data() {
        let live = serde_json::json!({ "immutable": true });
        assert_eq!(among_paths("ConfigMap", live, &[".data.a", ".metadata.labels.b"]), [".data.a"]);
        assert!(among_paths("ConfigMap", Value::Null, &[".data.a"]).is_empty());
    }

    #[test]
    fn a_secret_keeps_its_type_frozen_or_not() {
        for live in [Value::Null, serde_json::json!({ "immutable": true })] {
            assert_eq!(among_paths("Secret", live, &[".type", ".metadata.labels.b"]), [".type"]);
        }
    }
}
