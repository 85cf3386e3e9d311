//! Objects to apply, and short words for requests.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use ks_apply::sandbox::Sandbox;
use ks_apply::{ApplyMode, Cluster, ClusterError, ListQuery, ServedKind};
use ks_model::{GroupKind, Manifest};
use serde_json::{Value, json};

pub fn manifest(value: Value) -> Manifest {
    Manifest::parse(value).unwrap()
}

pub async fn kind_of(sandbox: &Sandbox, value: &Value) -> ServedKind {
    let api_version = value["apiVersion"].as_str().unwrap();
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let kind = GroupKind::new(group, value["kind"].as_str().unwrap());
    sandbox.discover().await.unwrap().find(&kind, version).cloned().unwrap()
}

pub async fn apply(sandbox: &Sandbox, value: Value) -> Result<Value, ClusterError> {
    let kind = kind_of(sandbox, &value).await;
    sandbox.apply(&kind, &manifest(value), ApplyMode::default()).await
}

pub async fn dry_run(sandbox: &Sandbox, value: Value) -> Result<Value, ClusterError> {
    let kind = kind_of(sandbox, &value).await;
    sandbox.apply(&kind, &manifest(value), ApplyMode { dry_run: true, force: false }).await
}

pub async fn get(sandbox: &Sandbox, value: &Value) -> Option<Value> {
    let kind = kind_of(sandbox, value).await;
    sandbox.get(&kind, manifest(value.clone()).object()).await.unwrap()
}

pub async fn delete(sandbox: &Sandbox, value: &Value) -> Result<(), ClusterError> {
    let kind = kind_of(sandbox, value).await;
    sandbox.delete(&kind, manifest(value.clone()).object(), None).await
}

pub async fn count(sandbox: &Sandbox, group: &str, kind: &str) -> usize {
    let served = sandbox.discover().await.unwrap().preferred(&GroupKind::new(group, kind)).cloned().unwrap();
    sandbox.list(&served, &ListQuery::default()).await.unwrap().len()
}

pub fn config_map(name: &str, value: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": name, "namespace": "default" },
        "data": { "key": value },
    })
}

pub fn service(name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": { "name": name, "namespace": "default" },
        "spec": { "selector": { "app": name }, "ports": [{ "port": 80 }] },
    })
}

fn workload(kind: &str, name: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": kind,
        "metadata": { "name": name, "namespace": "default" },
        "spec": {
            "selector": { "matchLabels": { "app": name } },
            "template": {
                "metadata": { "labels": { "app": name } },
                "spec": { "containers": [{ "name": "main", "image": "image:1" }] },
            },
        },
    })
}

pub fn deployment(name: &str, replicas: u32) -> Value {
    let mut value = workload("Deployment", name);
    value["spec"]["replicas"] = replicas.into();
    value
}

pub fn daemon_set(name: &str) -> Value {
    workload("DaemonSet", name)
}

pub fn stateful_set(name: &str, replicas: u32) -> Value {
    let mut value = workload("StatefulSet", name);
    value["spec"]["replicas"] = replicas.into();
    value["spec"]["serviceName"] = name.into();
    value["spec"]["volumeClaimTemplates"] = json!([{
        "metadata": { "name": "data" },
        "spec": { "accessModes": ["ReadWriteOnce"], "resources": { "requests": { "storage": "1Gi" } } },
    }]);
    value
}

fn definition_of(group: &str, kind: &str, plural: &str) -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": format!("{plural}.{group}") },
        "spec": {
            "group": group,
            "names": { "kind": kind, "plural": plural },
            "scope": "Namespaced",
            "versions": [{
                "name": "v1", "served": true, "storage": true,
                "schema": { "openAPIV3Schema": { "type": "object", "x-kubernetes-preserve-unknown-fields": true } },
            }],
        },
    })
}

pub fn definition() -> Value {
    definition_of("example.org", "Widget", "widgets")
}

pub fn widget(name: &str) -> Value {
    json!({
        "apiVersion": "example.org/v1", "kind": "Widget",
        "metadata": { "name": name, "namespace": "default" },
        "spec": { "size": 1 },
    })
}

pub fn monitoring_definition(kind: &str, plural: &str) -> Value {
    definition_of("monitoring.coreos.com", kind, plural)
}

pub fn prometheus(name: &str, size: &str) -> Value {
    json!({
        "apiVersion": "monitoring.coreos.com/v1", "kind": "Prometheus",
        "metadata": { "name": name, "namespace": "default" },
        "spec": {
            "replicas": 2,
            "storage": { "volumeClaimTemplate": { "spec": { "resources": { "requests": { "storage": size } } } } },
        },
    })
}

pub fn claim(name: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": { "name": name, "namespace": "default" } })
}

pub fn pod(name: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": name, "namespace": "default" } })
}

pub async fn status(sandbox: &Sandbox, value: &Value) -> Value {
    get(sandbox, value).await.unwrap()["status"].clone()
}
