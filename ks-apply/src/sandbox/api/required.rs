//! Fields without which an API server refuses an object of a built-in kind.

use serde_json::Value;

use crate::InvalidCause;
use crate::sandbox::object;
use crate::sandbox::selector::Selector;

/// Lists what is missing or does not fit together.
pub(super) fn missing(value: &Value) -> Vec<InvalidCause> {
    let kind = object::reference(value).kind;
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("apps", "Deployment" | "DaemonSet" | "StatefulSet" | "ReplicaSet") => workload(value),
        ("rbac.authorization.k8s.io", "ClusterRoleBinding" | "RoleBinding") => {
            present(value, &["/roleRef/kind", "/roleRef/name"])
        }
        ("", "PersistentVolumeClaim") => present(value, &["/spec/accessModes", "/spec/resources/requests/storage"]),
        ("storage.k8s.io", "StorageClass") => present(value, &["/provisioner"]),
        _ => Vec::new(),
    }
}

fn present(value: &Value, pointers: &[&str]) -> Vec<InvalidCause> {
    let absent = pointers.iter().filter(|pointer| value.pointer(pointer).is_none_or(Value::is_null));
    absent.map(|pointer| cause(&pointer[1..].replace('/', "."), "Required value")).collect()
}

fn workload(value: &Value) -> Vec<InvalidCause> {
    let mut causes = present(value, &["/spec/selector"]);
    if object::items(value, "/spec/template/spec/containers").is_empty() {
        causes.push(cause("spec.template.spec.containers", "Required value"));
    }
    let labels = value.pointer("/spec/template/metadata/labels");
    let selected = Selector::structured(value.pointer("/spec/selector")).is_none_or(|it| it.selects(labels));
    if !selected {
        let labels = labels.map_or_else(|| "null".to_owned(), Value::to_string);
        let message = format!("Invalid value: {labels}: `selector` does not match template `labels`");
        causes.push(cause("spec.template.metadata.labels", &message));
    }
    causes
}

fn cause(field: &str, message: &str) -> InvalidCause {
    InvalidCause { field: field.to_owned(), message: message.to_owned() }
}
