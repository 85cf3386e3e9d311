//! Containers of a pod.

use serde_json::Value;

use super::fields::{absent, at, each, mapping, omit_empty};
use super::quantity;
use crate::sandbox::object;

/// Fields of a container that say nothing when empty.
const OPTIONAL: [&str; 14] = [
    "args",
    "command",
    "env",
    "envFrom",
    "ports",
    "stdin",
    "stdinOnce",
    "tty",
    "volumeDevices",
    "volumeMounts",
    "workingDir",
    "resizePolicy",
    "restartPolicy",
    "imagePullPolicy",
];

/// Completes a container.
pub(super) fn fill(container: &mut Value) {
    omit_empty(container, &OPTIONAL);
    absent(container, &["terminationMessagePath"], "/dev/termination-log");
    absent(container, &["terminationMessagePolicy"], "File");
    let policy = if is_latest(object::text(container, "/image")) { "Always" } else { "IfNotPresent" };
    absent(container, &["imagePullPolicy"], policy);
    each(container, "/ports", |port| {
        absent(port, &["protocol"], "TCP");
        omit_empty(port, &["name", "hostIP"]);
    });
    each(container, "/volumeMounts", |mount| omit_empty(mount, &["readOnly", "subPath", "subPathExpr"]));
    each(container, "/env", fill_variable);
    mapping(container, &["resources"]);
    at(container, "/resources", fill_resources);
    for probe in ["/livenessProbe", "/readinessProbe", "/startupProbe"] {
        at(container, probe, fill_probe);
    }
    for handler in ["/lifecycle/postStart", "/lifecycle/preStop"] {
        at(container, handler, fill_http);
    }
}

/// Completes requests and limits.
pub(super) fn fill_resources(resources: &mut Value) {
    omit_empty(resources, &["limits", "requests", "claims"]);
    at(resources, "/limits", quantity::canonicalize);
    at(resources, "/requests", quantity::canonicalize);
}

/// Completes a reference to a field of the pod or to a resource of a container.
pub(super) fn fill_source(source: &mut Value) {
    at(source, "/fieldRef", |field| absent(field, &["apiVersion"], "v1"));
    at(source, "/resourceFieldRef", |resource| {
        absent(resource, &["divisor"], "0");
        at(resource, "/divisor", quantity::canonicalize_one);
    });
}

fn fill_variable(variable: &mut Value) {
    omit_empty(variable, &["value"]);
    at(variable, "/valueFrom", fill_source);
}

fn fill_probe(probe: &mut Value) {
    for (field, default) in
        [("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3)]
    {
        absent(probe, &[field], default);
    }
    if probe["initialDelaySeconds"] == 0 {
        object::mapping_mut(probe, &[]).shift_remove("initialDelaySeconds");
    }
    at(probe, "/grpc", |grpc| absent(grpc, &["service"], ""));
    fill_http(probe);
}

fn fill_http(handler: &mut Value) {
    at(handler, "/httpGet", |get| {
        omit_empty(get, &["path", "scheme", "host"]);
        absent(get, &["path"], "/");
        absent(get, &["scheme"], "HTTP");
    });
}

/// Whether an image names no tag, or the tag `latest`.
fn is_latest(image: &str) -> bool {
    if image.contains('@') {
        return false;
    }
    let name = image.rsplit('/').next().unwrap_or(image);
    name.split_once(':').is_none_or(|(_, tag)| tag == "latest")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_always_pulled_when_their_tag_may_move() {
        for image in ["nginx", "nginx:latest", "registry:5000/nginx"] {
            assert!(is_latest(image), "{image}");
        }
        for image in ["nginx:1.25", "registry:5000/nginx:1", "nginx@sha256:00"] {
            assert!(!is_latest(image), "{image}");
        }
    }
}
