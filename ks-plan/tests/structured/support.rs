//! Small objects, and the few questions that the stories ask of them.

use ks_plan::structured::{
    ApplyError, ApplyRequest, FieldSet, Schemas, Verdict, apply, compare, field_set, owned_by, update,
};
use serde_json::{Value, json};

/// When everything in the stories happens.
pub const TIME: &str = "2026-01-02T03:04:05Z";

/// A definition with each kind of list and map.
pub fn definition() -> Value {
    let item = json!({"type": "object", "required": ["k"], "properties": {
        "k": {"type": "string"}, "p": {"type": "string", "default": "TCP"}, "v": {"type": "string"}}});
    let spec = json!({"type": "object", "properties": {
        "text": {"type": "string"},
        "number": {"type": "number"},
        "either": {"x-kubernetes-int-or-string": true},
        "set": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
        "atomic": {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "string"}}}},
        "keyed": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k", "p"], "items": item},
        "whole": {"type": "object", "x-kubernetes-map-type": "atomic", "additionalProperties": {"type": "string"}},
        "map": {"type": "object", "additionalProperties": {"type": "string"}},
        "maps": {"type": "object", "additionalProperties": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}},
        "struct": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}},
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
        "pod": {"type": "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true}}});
    json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "things.ks.test"},
        "spec": {"group": "ks.test", "names": {"kind": "Thing"}, "versions": [{"name": "v1", "subresources": {"status": {}},
            "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec,
                "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}}}]}})
}

pub fn schemas() -> Schemas {
    let mut schemas = Schemas::builtin();
    schemas.register_crd(&definition()).unwrap();
    schemas
}

/// A custom resource of [`definition`].
pub fn thing(spec: Value) -> Value {
    json!({"apiVersion": "ks.test/v1", "kind": "Thing", "metadata": {"name": "a"}, "spec": spec})
}

pub fn config_map(data: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data})
}

pub fn deployment(containers: Value) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}, "spec": {"template": {"spec": {"containers": containers}}}})
}

pub fn service(ports: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"ports": ports}})
}

pub fn try_apply(live: Option<&Value>, applied: &Value, manager: &str, force: bool) -> Result<Value, ApplyError> {
    let schemas = schemas();
    apply(ApplyRequest { live, applied, manager, force, time: Some(TIME) }, schemas.of_object(applied))
}

/// Applies without force, as the first apply when there is no live object.
pub fn applied(live: Option<&Value>, object: &Value, manager: &str) -> Value {
    try_apply(live, object, manager, false).unwrap()
}

pub fn updated(live: Option<&Value>, object: &Value, manager: &str) -> Value {
    update(live, object, manager, schemas().of_object(object), Some(TIME))
}

pub fn verdict(desired: &Value, live: &Value) -> Verdict {
    compare(desired, live, "ks", schemas().of_object(desired))
}

pub fn lines(set: &FieldSet) -> Vec<String> {
    set.paths().map(|path| path.to_string()).collect()
}

/// The fields that an apply of `object` would own.
pub fn fields(object: &Value) -> Vec<String> {
    lines(&field_set(object, schemas().of_object(object)))
}

/// What a manager owns by apply.
pub fn owned(live: &Value, manager: &str) -> Vec<String> {
    owned_by(live, manager).map_or(Vec::new(), |set| lines(&set))
}

/// What a manager owns by writes that are no applies.
pub fn written(live: &Value, manager: &str) -> Vec<String> {
    let entries = live.pointer("/metadata/managedFields").and_then(Value::as_array).cloned().unwrap_or_default();
    let entry = entries.iter().find(|entry| entry["manager"] == manager && entry["operation"] == "Update");
    entry.map_or(Vec::new(), |entry| lines(&FieldSet::from_fields_v1(&entry["fieldsV1"]).unwrap()))
}
