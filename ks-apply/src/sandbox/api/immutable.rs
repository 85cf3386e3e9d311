//! Fields that an API server never lets change.

use serde_json::{Map, Value};

use crate::InvalidCause;
use crate::sandbox::defaults::quantity;
use crate::sandbox::object;

/// What a StatefulSet lets change; everything else in its spec is fixed.
const STATEFUL_SET_MUTABLE: [&str; 8] = [
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
    "status",
];

/// What is said about a claim that is changed where it cannot be.
const CLAIM_IS_FIXED: &str = "Forbidden: spec is immutable after creation except resources.requests and \
                              volumeAttributesClassName for bound claims";

/// Lists the changes from `live` to `new` that are forbidden.
pub(super) fn changed(live: &Value, new: &Value) -> Vec<InvalidCause> {
    let kind = object::reference(new).kind;
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("apps", "Deployment" | "DaemonSet" | "ReplicaSet") => fixed(live, new, &["/spec/selector"]),
        ("apps", "StatefulSet") => stateful_set(live, new),
        ("batch", "Job") => fixed(live, new, &["/spec/selector", "/spec/template", "/spec/completionMode"]),
        ("rbac.authorization.k8s.io", "ClusterRoleBinding" | "RoleBinding") => role_reference(live, new),
        ("", "Service") => service(live, new),
        ("", "PersistentVolumeClaim") => claim(live, new),
        ("", "ConfigMap") => sealed(live, new, &["data", "binaryData"]),
        ("", "Secret") => secret(live, new),
        ("storage.k8s.io", "StorageClass") => {
            fixed(live, new, &["/provisioner", "/parameters", "/reclaimPolicy", "/volumeBindingMode"])
        }
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            fixed(live, new, &["/spec/group", "/spec/scope", "/spec/names/plural", "/spec/names/kind"])
        }
        _ => Vec::new(),
    }
}

fn fixed(live: &Value, new: &Value, pointers: &[&str]) -> Vec<InvalidCause> {
    let differs = |pointer: &&&str| live.pointer(pointer) != new.pointer(pointer);
    pointers.iter().filter(differs).map(|pointer| immutable(new, pointer)).collect()
}

fn immutable(new: &Value, pointer: &str) -> InvalidCause {
    let value = new.pointer(pointer).map_or_else(|| "null".to_owned(), Value::to_string);
    cause(pointer, format!("Invalid value: {value}: field is immutable"))
}

fn cause(pointer: &str, message: impl Into<String>) -> InvalidCause {
    InvalidCause { field: pointer[1..].replace('/', "."), message: message.into() }
}

fn stateful_set(live: &Value, new: &Value) -> Vec<InvalidCause> {
    let fixed_part = |value: &Value| -> Map<String, Value> {
        let members = value["spec"].as_object().into_iter().flatten();
        members
            .filter(|(key, _)| !STATEFUL_SET_MUTABLE.contains(&key.as_str()))
            .map(|(key, it)| (key.clone(), it.clone()))
            .collect()
    };
    if fixed_part(live) == fixed_part(new) {
        return Vec::new();
    }
    let message = "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', \
                   'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and \
                   'minReadySeconds' are forbidden";
    vec![cause("/spec", message)]
}

fn role_reference(live: &Value, new: &Value) -> Vec<InvalidCause> {
    if live["roleRef"] == new["roleRef"] {
        return Vec::new();
    }
    let message = format!("Invalid value: {}: cannot change roleRef", new["roleRef"]);
    vec![cause("/roleRef", message)]
}

/// A cluster IP once given stays while the type needs one.
fn service(live: &Value, new: &Value) -> Vec<InvalidCause> {
    let external = |value: &Value| value["spec"]["type"] == "ExternalName";
    let (before, after) = (object::text(live, "/spec/clusterIP"), object::text(new, "/spec/clusterIP"));
    if external(live) || external(new) || before.is_empty() || before == after {
        return Vec::new();
    }
    let message = format!("Invalid value: [{}]: may not change once set", Value::from(after));
    vec![cause("/spec/clusterIPs[0]", message)]
}

fn claim(live: &Value, new: &Value) -> Vec<InvalidCause> {
    let without_growth = |value: &Value| {
        let mut spec = value["spec"].clone();
        object::mapping_mut(&mut spec, &["resources", "requests"]).shift_remove("storage");
        object::mapping_mut(&mut spec, &[]).shift_remove("volumeAttributesClassName");
        spec
    };
    let mut causes = Vec::new();
    let mut fixed = without_growth(live);
    // A claim gets its volume once.
    if let Some(volume) = new["spec"].get("volumeName").filter(|_| object::text(live, "/spec/volumeName").is_empty()) {
        fixed["volumeName"] = volume.clone();
    }
    if fixed != without_growth(new) {
        causes.push(cause("/spec", CLAIM_IS_FIXED));
    }
    let size = |value: &Value| quantity::amount(object::text(value, "/spec/resources/requests/storage"));
    if live["status"]["phase"] != "Bound" {
        if causes.is_empty() && size(new) != size(live) {
            causes.push(cause("/spec", CLAIM_IS_FIXED));
        }
    } else if size(new) < size(live) {
        let message = "Forbidden: field can not be less than status.capacity";
        causes.push(cause("/spec/resources/requests/storage", message));
    }
    causes
}

fn secret(live: &Value, new: &Value) -> Vec<InvalidCause> {
    let mut causes = fixed(live, new, &["/type"]);
    causes.extend(sealed(live, new, &["data"]));
    causes
}

/// Contents marked immutable stay, and so does the mark.
fn sealed(live: &Value, new: &Value, fields: &[&str]) -> Vec<InvalidCause> {
    if live["immutable"] != Value::Bool(true) {
        return Vec::new();
    }
    let changed = ["immutable"].iter().chain(fields).filter(|field| live.get(**field) != new.get(**field));
    changed.map(|field| cause(&format!("/{field}"), "Forbidden: field is immutable when `immutable` is set")).collect()
}
