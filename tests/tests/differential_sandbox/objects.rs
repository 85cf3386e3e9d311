//! Objects to apply in turn: for each a handful of variants, allowed changes and forbidden ones.

use serde_json::{Value, json};

/// The namespace of all objects.
pub const NAMESPACE: &str = "differential";

/// Every object in its variants; the first is the one to start from.
pub fn objects() -> Vec<Vec<Value>> {
    vec![
        config_maps(),
        secrets(),
        accounts(),
        services(),
        headless_services(),
        claims(),
        workloads("Deployment"),
        workloads("DaemonSet"),
        stateful_sets(),
        jobs(),
        roles(),
        bindings(),
        budgets(),
        classes(),
        webhooks(),
        widgets(),
    ]
}

/// The definition of the custom kind among the objects.
pub fn definition() -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "widgets.example.org" },
        "spec": {
            "group": "example.org", "scope": "Namespaced",
            "names": { "kind": "Widget", "plural": "widgets" },
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": { "openAPIV3Schema": { "type": "object", "properties": { "spec": {
                    "type": "object", "required": ["size"],
                    "properties": {
                        "size": { "type": "integer", "minimum": 1 },
                        "colour": { "type": "string", "default": "grey", "enum": ["grey", "red"] },
                        "tags": { "type": "array", "items": { "type": "string" }, "x-kubernetes-list-type": "set" },
                        "parts": {
                            "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                            "items": { "type": "object", "required": ["name"], "properties": {
                                "name": { "type": "string" },
                                "count": { "type": "integer", "default": 1 },
                            } },
                        },
                    },
                } } } },
            }],
        },
    })
}

/// Objects that no server takes.
pub fn refused() -> Vec<Value> {
    let settings = object("v1", "ConfigMap", "settings", json!({}));
    let work = object("apps/v1", "Deployment", "refused", json!({ "spec": { "template": template() } }));
    vec![
        with(&settings, "/metadata/namespace", json!("nowhere")),
        with(&settings, "/unknown", json!("field")),
        with(&settings, "/data", json!({ "number": 1 })),
        with(&work, "/spec/template/spec/containers", json!([])),
        work,
    ]
}

fn object(api_version: &str, kind: &str, name: &str, rest: Value) -> Value {
    let mut value = json!({
        "apiVersion": api_version, "kind": kind,
        "metadata": { "name": name, "namespace": NAMESPACE },
    });
    for (key, part) in rest.as_object().unwrap() {
        value[key] = part.clone();
    }
    value
}

fn clusterwide(mut value: Value) -> Value {
    value["metadata"].as_object_mut().unwrap().remove("namespace");
    value
}

/// The value with one field replaced, or removed when the new value is null.
fn with(value: &Value, pointer: &str, new: Value) -> Value {
    let mut value = value.clone();
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    let parent = value.pointer_mut(parent).unwrap();
    match (parent, new) {
        (Value::Object(map), Value::Null) => drop(map.remove(field)),
        (Value::Object(map), new) => drop(map.insert(field.to_owned(), new)),
        (other, new) => other[field.parse::<usize>().unwrap()] = new,
    }
    value
}

fn config_maps() -> Vec<Value> {
    let base = object("v1", "ConfigMap", "settings", json!({ "data": { "a": "1", "b": "2" } }));
    vec![
        with(&base, "/data/a", json!("other")),
        with(&base, "/data/b", Value::Null),
        with(&base, "/metadata/labels", json!({ "app": "x" })),
        with(&base, "/metadata/annotations", json!({ "note": "" })),
        with(&base, "/data", json!({})),
        base,
    ]
}

fn secrets() -> Vec<Value> {
    let base = object("v1", "Secret", "keys", json!({ "data": { "a": "YQ==" } }));
    vec![
        base.clone(),
        with(&base, "/stringData", json!({ "b": "text" })),
        with(&base, "/type", json!("example.org/other")),
        with(&base, "/data/c", json!("Yw==")),
        with(&base, "/immutable", json!(true)),
    ]
}

fn accounts() -> Vec<Value> {
    let base = object("v1", "ServiceAccount", "robot", json!({ "automountServiceAccountToken": false }));
    vec![base.clone(), with(&base, "/imagePullSecrets", json!([{ "name": "a" }, { "name": "b" }]))]
}

fn services() -> Vec<Value> {
    let ports = json!([
        { "name": "web", "port": 80, "targetPort": "http" },
        { "name": "metrics", "port": 9090, "protocol": "TCP" },
    ]);
    let base = object("v1", "Service", "front", json!({ "spec": { "selector": { "app": "x" }, "ports": ports } }));
    vec![
        base.clone(),
        with(&base, "/spec/ports/1", json!({ "name": "metrics", "port": 9091 })),
        with(&base, "/spec/ports", json!([{ "port": 80 }])),
        with(&base, "/spec/sessionAffinity", json!("ClientIP")),
        with(&base, "/spec/clusterIP", json!("None")),
        with(&base, "/spec/publishNotReadyAddresses", json!(true)),
        with(&base, "/spec/externalIPs", json!([])),
    ]
}

fn headless_services() -> Vec<Value> {
    let spec = json!({ "clusterIP": "None", "ports": [{ "port": 53, "protocol": "UDP" }] });
    let base = object("v1", "Service", "back", json!({ "spec": spec }));
    vec![base.clone(), with(&base, "/spec/selector", json!({ "app": "y" })), with(&base, "/spec/ports", Value::Null)]
}

fn claims() -> Vec<Value> {
    let spec = json!({
        "accessModes": ["ReadWriteOnce"], "storageClassName": "plain",
        "resources": { "requests": { "storage": "1024Mi" } },
    });
    let base = object("v1", "PersistentVolumeClaim", "disk", json!({ "spec": spec }));
    vec![
        base.clone(),
        with(&base, "/spec/storageClassName", json!("fancy")),
        with(&base, "/spec/resources/requests/storage", json!("512Mi")),
        with(&base, "/metadata/labels", json!({ "app": "x" })),
    ]
}

fn template() -> Value {
    json!({
        "metadata": { "labels": { "app": "x" } },
        "spec": {
            "serviceAccountName": "robot", "hostNetwork": true, "nodeSelector": {}, "tolerations": [{ "operator": "Exists" }],
            "securityContext": { "runAsNonRoot": true, "runAsUser": 65534 },
            "initContainers": [{ "name": "prepare", "image": "busybox" }],
            "containers": [{
                "name": "main", "image": "registry.example.org:5000/app:v1", "command": ["run"], "args": [],
                "ports": [{ "containerPort": 8080 }, { "containerPort": 9090, "name": "metrics" }],
                "env": [
                    { "name": "A", "value": "1" }, { "name": "EMPTY", "value": "" },
                    { "name": "IP", "valueFrom": { "fieldRef": { "fieldPath": "status.podIP" } } },
                    { "name": "CPU", "valueFrom": { "resourceFieldRef": { "resource": "limits.cpu" } } },
                ],
                "resources": { "limits": { "cpu": "1000m", "memory": "2048Mi" }, "requests": { "cpu": 0.5 } },
                "livenessProbe": { "httpGet": { "path": "/", "port": 8080 }, "initialDelaySeconds": 0 },
                "readinessProbe": { "tcpSocket": { "port": "metrics" } },
                "volumeMounts": [{ "name": "config", "mountPath": "/etc/config", "readOnly": false }],
                "securityContext": { "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] } },
            }],
            "volumes": [
                { "name": "config", "configMap": { "name": "settings" } },
                { "name": "keys", "secret": { "secretName": "keys", "optional": false } },
                { "name": "tmp", "emptyDir": { "sizeLimit": "1024Ki" } },
                { "name": "host", "hostPath": { "path": "/proc" } },
                { "name": "all", "projected": { "sources": [{ "serviceAccountToken": { "path": "t" } }] } },
            ],
        },
    })
}

fn workloads(kind: &str) -> Vec<Value> {
    let spec = json!({ "selector": { "matchLabels": { "app": "x" } }, "template": template() });
    let base = object("apps/v1", kind, "work", json!({ "spec": spec }));
    let container = "/spec/template/spec/containers/0";
    let mut variants = vec![
        base.clone(),
        with(&base, &format!("{container}/image"), json!("app:latest")),
        with(&base, &format!("{container}/env/0/value"), json!("2")),
        with(&base, &format!("{container}/resources"), Value::Null),
        with(&base, "/spec/template/spec/volumes/2", json!({ "name": "tmp" })),
        with(&base, "/spec/selector/matchLabels", json!({ "app": "y" })),
        with(&base, "/spec/revisionHistoryLimit", json!(3)),
        with(&base, "/metadata/annotations", json!({ "note": "x" })),
    ];
    if kind == "Deployment" {
        variants.push(with(&base, "/spec/replicas", json!(2)));
        variants.push(with(&base, "/spec/strategy", json!({ "type": "Recreate" })));
    } else {
        variants.push(with(&base, "/spec/updateStrategy", json!({ "rollingUpdate": { "maxUnavailable": "10%" } })));
        variants.push(with(&base, "/spec/updateStrategy", json!({ "type": "OnDelete" })));
    }
    variants
}

fn stateful_sets() -> Vec<Value> {
    let claim = json!({
        "metadata": { "name": "data" },
        "spec": { "accessModes": ["ReadWriteOnce"], "resources": { "requests": { "storage": "0.5Gi" } } },
    });
    let spec = json!({
        "serviceName": "back", "selector": { "matchLabels": { "app": "x" } },
        "template": template(), "volumeClaimTemplates": [claim],
    });
    let base = object("apps/v1", "StatefulSet", "store", json!({ "spec": spec }));
    vec![
        base.clone(),
        with(&base, "/spec/replicas", json!(3)),
        with(&base, "/spec/serviceName", json!("other")),
        with(&base, "/spec/podManagementPolicy", json!("Parallel")),
        with(&base, "/spec/template/spec/containers/0/image", json!("app:2")),
        with(&base, "/spec/volumeClaimTemplates/0/spec/resources/requests/storage", json!("1Gi")),
    ]
}

fn jobs() -> Vec<Value> {
    let pod = json!({ "containers": [{ "name": "main", "image": "app:1" }], "restartPolicy": "Never" });
    let base = object("batch/v1", "Job", "once", json!({ "spec": { "template": { "spec": pod } } }));
    vec![
        base.clone(),
        with(&base, "/spec/backoffLimit", json!(2)),
        with(&base, "/spec/template/spec/containers/0/image", json!("app:2")),
    ]
}

fn roles() -> Vec<Value> {
    let rules = json!([{ "apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"] }]);
    let base = object("rbac.authorization.k8s.io/v1", "Role", "reader", json!({ "rules": rules }));
    vec![base.clone(), with(&base, "/rules/0/verbs", json!(["get"])), with(&base, "/rules", Value::Null)]
}

fn bindings() -> Vec<Value> {
    let subjects = json!([
        { "kind": "ServiceAccount", "name": "robot", "namespace": NAMESPACE },
        { "kind": "User", "name": "jane" },
    ]);
    let reference = json!({ "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader" });
    let rest = json!({ "roleRef": reference, "subjects": subjects });
    let base = object("rbac.authorization.k8s.io/v1", "RoleBinding", "readers", rest);
    vec![
        base.clone(),
        with(&base, "/roleRef/name", json!("other")),
        with(&base, "/subjects", Value::Null),
        with(&base, "/subjects/1/name", json!("joe")),
    ]
}

fn budgets() -> Vec<Value> {
    let spec = json!({ "minAvailable": 1, "selector": { "matchLabels": { "app": "x" } } });
    let base = object("policy/v1", "PodDisruptionBudget", "enough", json!({ "spec": spec }));
    vec![base.clone(), with(&base, "/spec/minAvailable", json!("50%"))]
}

fn classes() -> Vec<Value> {
    let base = clusterwide(object("storage.k8s.io/v1", "StorageClass", "plain", json!({ "provisioner": "a.b/c" })));
    vec![
        base.clone(),
        with(&base, "/allowVolumeExpansion", json!(true)),
        with(&base, "/provisioner", json!("other.example.org/c")),
    ]
}

fn webhooks() -> Vec<Value> {
    let hook = json!({
        "name": "check.example.org", "sideEffects": "None", "admissionReviewVersions": ["v1"],
        "clientConfig": { "service": { "name": "front", "namespace": NAMESPACE } },
        "rules": [{ "apiGroups": ["example.org"], "apiVersions": ["v9"], "operations": ["CREATE"], "resources": ["none"] }],
    });
    let kind = "ValidatingWebhookConfiguration";
    let base = object("admissionregistration.k8s.io/v1", kind, "check", json!({ "webhooks": [hook] }));
    let base = clusterwide(base);
    vec![base.clone(), with(&base, "/webhooks/0/failurePolicy", json!("Ignore"))]
}

fn widgets() -> Vec<Value> {
    let spec = json!({ "size": 1, "tags": ["a", "b"], "parts": [{ "name": "x" }, { "name": "y", "count": 2 }] });
    let base = object("example.org/v1", "Widget", "thing", json!({ "spec": spec }));
    vec![
        base.clone(),
        with(&base, "/spec/size", json!(2)),
        with(&base, "/spec/size", json!(0)),
        with(&base, "/spec/colour", json!("blue")),
        with(&base, "/spec/tags", json!(["c"])),
        with(&base, "/spec/parts/0", json!({ "name": "z" })),
        with(&base, "/spec/unknown", json!(1)),
        with(&base, "/spec/size", Value::Null),
    ]
}
