//! The kinds of the histories: built-in ones with every form of list, and a definition that has all of them.

use std::sync::OnceLock;

use ks_plan::structured::Schemas;
use serde_json::{Value, json};

static SCHEMAS: OnceLock<Schemas> = OnceLock::new();
static TEMPLATES: OnceLock<Vec<Value>> = OnceLock::new();

/// The types of all kinds.
pub fn schemas() -> &'static Schemas {
    SCHEMAS.get_or_init(|| {
        let mut schemas = Schemas::builtin();
        schemas.register_crd(&definition()).expect("a definition");
        schemas
    })
}

/// The templates of the objects, one for each kind; the last kind is not known.
pub fn templates() -> &'static [Value] {
    TEMPLATES.get_or_init(|| {
        let mut unknown = thing();
        unknown["kind"] = json!("Unknown");
        vec![thing(), config_map(), secret(), service(), deployment(), account(), role(), unknown]
    })
}

fn of(api_version: &str, kind: &str, mut rest: Value) -> Value {
    let owner = json!({ "apiVersion": "v1", "kind": "Pod", "name": "#word", "uid": "#word", "controller": "#bool" });
    rest["apiVersion"] = json!(api_version);
    rest["kind"] = json!(kind);
    rest["metadata"] = json!({
        "labels": { "*": "#word" }, "annotations": { "*": "#text" }, "finalizers": ["#word"], "ownerReferences": [owner],
    });
    rest
}

fn config_map() -> Value {
    of("v1", "ConfigMap", json!({ "data": { "*": "#text" }, "binaryData": { "*": "#base64" }, "immutable": "#bool" }))
}

fn secret() -> Value {
    of("v1", "Secret", json!({ "data": { "*": "#base64" }, "stringData": { "*": "#text" }, "type": "Opaque" }))
}

fn service() -> Value {
    let port = json!({
        "name": "#word", "port": "#port", "protocol": "#protocol", "targetPort": "#port", "nodePort": "#number",
    });
    of(
        "v1",
        "Service",
        json!({
            "spec": { "ports": [port], "selector": { "*": "#word" }, "externalIPs": ["#word"], "clusterIP": "#word", "type": "#word" },
            "status": { "conditions": [condition()] },
        }),
    )
}

fn condition() -> Value {
    json!({ "type": "#word", "status": "#word", "reason": "#text" })
}

fn deployment() -> Value {
    let container = json!({
        "name": "#word", "image": "#text", "args": ["#text"], "env": [{ "name": "#word", "value": "#text" }],
        "ports": [{ "containerPort": "#port", "protocol": "#protocol", "name": "#word" }],
        "resources": { "limits": { "*": "#quantity" }, "requests": { "*": "#quantity" } },
        "volumeMounts": [{ "name": "#word", "mountPath": "#text", "readOnly": "#bool" }],
    });
    let volume = json!({ "name": "#word", "emptyDir": { "sizeLimit": "#quantity" }, "configMap": { "name": "#word" } });
    let pod = json!({
        "containers": [container], "volumes": [volume], "tolerations": [{ "key": "#word", "operator": "#word" }],
        "nodeSelector": { "*": "#word" }, "imagePullSecrets": [{ "name": "#word" }], "hostNetwork": "#bool",
        "securityContext": { "runAsUser": "#number", "supplementalGroups": ["#number"] },
    });
    of(
        "apps/v1",
        "Deployment",
        json!({
            "spec": {
                "replicas": "#number", "selector": { "matchLabels": { "*": "#word" } },
                "strategy": { "type": "#word", "rollingUpdate": { "maxSurge": "#port" } },
                "template": { "metadata": { "labels": { "*": "#word" } }, "spec": pod },
            },
            "status": { "replicas": "#number", "conditions": [condition()] },
        }),
    )
}

fn account() -> Value {
    let reference = json!({ "name": "#word", "namespace": "#word" });
    of(
        "v1",
        "ServiceAccount",
        json!({
            "secrets": [reference], "imagePullSecrets": [{ "name": "#word" }], "automountServiceAccountToken": "#bool",
        }),
    )
}

fn role() -> Value {
    let rule = json!({ "apiGroups": ["#word"], "resources": ["#word"], "verbs": ["#word"] });
    let selector = json!({ "matchLabels": { "*": "#word" } });
    of(
        "rbac.authorization.k8s.io/v1",
        "ClusterRole",
        json!({
            "rules": [rule], "aggregationRule": { "clusterRoleSelectors": [selector] },
        }),
    )
}

/// An object of the definition below.
fn thing() -> Value {
    let item = json!({ "k": "#word", "p": "#protocol", "v": "#text", "set": ["#word"] });
    let inner = json!({ "a": "#text", "b": "#text" });
    of(
        "ks.test/v1",
        "Thing",
        json!({
            "spec": {
                "text": "#text", "number": "#float", "either": "#port", "set": ["#word"], "numbers": ["#float"],
                "atomic": [inner], "keyed": [item], "byNumber": [{ "n": "#float", "v": "#text" }],
                "whole": { "*": "#text" }, "map": { "*": "#text" }, "maps": { "*": inner }, "struct": inner,
                "free": { "*": "#any" },
                "pod": { "apiVersion": "v1", "kind": "Pod", "metadata": { "labels": { "*": "#word" } }, "spec": { "*": "#any" } },
            },
            "status": { "seen": "#number" },
        }),
    )
}

fn definition() -> Value {
    let set = json!({ "type": "array", "x-kubernetes-list-type": "set", "items": { "type": "string" } });
    let numbers = json!({ "type": "array", "x-kubernetes-list-type": "set", "items": { "type": "number" } });
    let inner = json!({ "type": "object", "properties": { "a": { "type": "string" }, "b": { "type": "string" } } });
    let item = json!({ "type": "object", "required": ["k"], "properties": {
        "k": { "type": "string" }, "p": { "type": "string", "default": "TCP" }, "v": { "type": "string" }, "set": set } });
    let counted = json!({ "type": "object", "required": ["n"], "properties": {
        "n": { "type": "number" }, "v": { "type": "string" } } });
    let spec = json!({ "type": "object", "properties": {
        "text": { "type": "string" },
        "number": { "type": "number" },
        "either": { "x-kubernetes-int-or-string": true },
        "set": set,
        "numbers": numbers,
        "atomic": { "type": "array", "items": inner },
        "keyed": { "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k", "p"], "items": item },
        "byNumber": { "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["n"], "items": counted },
        "whole": { "type": "object", "x-kubernetes-map-type": "atomic", "additionalProperties": { "type": "string" } },
        "map": { "type": "object", "additionalProperties": { "type": "string" } },
        "maps": { "type": "object", "additionalProperties": inner },
        "struct": inner,
        "free": { "type": "object", "x-kubernetes-preserve-unknown-fields": true },
        "pod": { "type": "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true } } });
    let schema = json!({ "type": "object", "properties": {
        "spec": spec, "status": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } } });
    let version = json!({ "name": "v1", "served": true, "storage": true, "subresources": { "status": {} },
        "schema": { "openAPIV3Schema": schema } });
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": { "name": "things.ks.test" },
        "spec": { "group": "ks.test", "names": { "kind": "Thing" }, "versions": [version] },
    })
}
