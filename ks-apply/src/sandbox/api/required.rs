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
        ("", "Service") => port_names(value).into_iter().chain(families(value)).collect(),
        ("", "PersistentVolumeClaim") => present(value, &["/spec/accessModes", "/spec/resources/requests/storage"]),
        ("storage.k8s.io", "StorageClass") => present(value, &["/provisioner"]),
        _ => Vec::new(),
    }
}

fn present(value: &Value, pointers: &[&str]) -> Vec<InvalidCause> {
    let absent = pointers.iter().filter(|pointer| value.pointer(pointer).is_none_or(Value::is_null));
    absent.map(|pointer| cause(&pointer[1..].replace('/', "."), "Required value")).collect()
}

/// Ports have names once there are several, each its own.
fn port_names(value: &Value) -> Vec<InvalidCause> {
    let ports = object::items(value, "/spec/ports");
    let names: Vec<&str> = ports.iter().map(|port| object::text(port, "/name")).collect();
    let fault = |(index, name): (usize, &&str)| {
        let message = match *name {
            "" if names.len() > 1 => "Required value".to_owned(),
            name if !name.is_empty() && names[..index].contains(&name) => format!("Duplicate value: {name:?}"),
            _ => return None,
        };
        Some(cause(&format!("spec.ports[{index}].name"), &message))
    };
    names.iter().enumerate().filter_map(fault).collect()
}

/// A sandbox has addresses of one family; only a Service that leads nowhere may ask for two.
fn families(value: &Value) -> Vec<InvalidCause> {
    let leads_nowhere = value.pointer("/spec/selector").is_none();
    if leads_nowhere || value["spec"]["ipFamilyPolicy"] != "RequireDualStack" {
        return Vec::new();
    }
    let message = "Invalid value: \"RequireDualStack\": this cluster is not configured for dual-stack services";
    let second = "Invalid value: \"IPv6\": not configured on this cluster";
    vec![cause("spec.ipFamilyPolicy", message), cause("spec.ipFamilies[1]", second)]
}

fn workload(value: &Value) -> Vec<InvalidCause> {
    let mut causes = present(value, &["/spec/selector"]);
    let labels = value.pointer("/spec/template/metadata/labels");
    let selected = Selector::structured(value.pointer("/spec/selector")).is_some_and(|it| it.selects(labels));
    if !selected {
        let labels = labels.map_or_else(|| "null".to_owned(), Value::to_string);
        let message = format!("Invalid value: {labels}: `selector` does not match template `labels`");
        causes.push(cause("spec.template.metadata.labels", &message));
    }
    if object::items(value, "/spec/template/spec/containers").is_empty() {
        causes.push(cause("spec.template.spec.containers", "Required value"));
    }
    if value["spec"]["strategy"]["type"] == "Recreate" && value.pointer("/spec/strategy/rollingUpdate").is_some() {
        let message = "Forbidden: may not be specified when strategy `type` is 'Recreate'";
        causes.push(cause("spec.strategy.rollingUpdate", message));
    }
    causes
}

fn cause(field: &str, message: &str) -> InvalidCause {
    InvalidCause { field: field.to_owned(), message: message.to_owned() }
}
