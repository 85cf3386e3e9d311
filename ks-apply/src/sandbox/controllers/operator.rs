//! The prometheus-operator's part: StatefulSets and governing Services for its custom resources.
//!
//! It works only while a Deployment that runs the operator's image is available, as the real one does. The custom resources get no
//! status, as from the real one of v0.55.

use serde_json::{Value, json};

use super::World;
use crate::sandbox::object;

const MANAGER: &str = "PrometheusOperator";
const GROUP: &str = "monitoring.coreos.com";

/// How the operator runs one of its kinds.
struct Server {
    kind: &'static str,
    /// The first part of names, and the name of the container.
    prefix: &'static str,
    /// The Service that governs the StatefulSets.
    service: &'static str,
    port: (&'static str, u16),
    image: &'static str,
    /// The label with the name of the custom resource.
    label: &'static str,
    /// The last part of the name of its volume.
    volume: &'static str,
}

const SERVERS: [Server; 3] = [
    Server {
        kind: "Prometheus",
        prefix: "prometheus",
        service: "prometheus-operated",
        port: ("web", 9090),
        image: "quay.io/prometheus/prometheus:v2.34.0",
        label: "prometheus",
        volume: "db",
    },
    Server {
        kind: "Alertmanager",
        prefix: "alertmanager",
        service: "alertmanager-operated",
        port: ("web", 9093),
        image: "quay.io/prometheus/alertmanager:v0.23.0",
        label: "alertmanager",
        volume: "db",
    },
    Server {
        kind: "ThanosRuler",
        prefix: "thanos-ruler",
        service: "thanos-ruler-operated",
        port: ("web", 10902),
        image: "quay.io/thanos/thanos:v0.25.2",
        label: "thanos-ruler",
        volume: "data",
    },
];

/// Runs the custom resources, while the operator itself runs.
pub(super) fn step(world: &mut World<'_>) {
    if !is_running(world) {
        return;
    }
    for server in &SERVERS {
        for resource in world.all(GROUP, server.kind) {
            govern(world, server, &resource);
            run(world, server, &resource);
        }
    }
}

fn is_running(world: &World<'_>) -> bool {
    world.state.of_kind("apps", "Deployment").any(|(_, deployment)| {
        let containers = object::items(deployment, "/spec/template/spec/containers");
        containers.iter().any(|it| object::text(it, "/image").contains("prometheus-operator"))
            && object::number(deployment, "/status/availableReplicas", 0) > 0
    })
}

fn govern(world: &mut World<'_>, server: &Server, resource: &Value) {
    let namespace = object::text(resource, "/metadata/namespace");
    if world.find("", "Service", namespace, server.service).is_some() {
        return;
    }
    let (port, number) = server.port;
    let service = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": server.service,
            "namespace": namespace,
            "labels": { format!("operated-{}", server.label): "true" },
            "ownerReferences": [owner(resource, false)],
        },
        "spec": {
            "clusterIP": "None",
            "ports": [{ "name": port, "port": number, "targetPort": port }],
            "selector": { "app.kubernetes.io/name": server.prefix },
        },
    });
    world.write(MANAGER, &service);
}

fn run(world: &mut World<'_>, server: &Server, resource: &Value) {
    let namespace = object::text(resource, "/metadata/namespace");
    let wanted = stateful_set(server, resource);
    let name = object::text(&wanted, "/metadata/name");
    let Some(live) = world.find("apps", "StatefulSet", namespace, name).cloned() else {
        world.write(MANAGER, &wanted);
        return;
    };
    let mut new = live.clone();
    for (key, value) in wanted["spec"].as_object().into_iter().flatten() {
        new["spec"][key] = value.clone();
    }
    new["metadata"]["labels"] = wanted["metadata"]["labels"].clone();
    // What cannot be changed is replaced: the pods go with the old set, the claims stay.
    if !world.write(MANAGER, &new) {
        world.remove(&live);
    }
}

fn stateful_set(server: &Server, resource: &Value) -> Value {
    let spec = &resource["spec"];
    let name = object::text(resource, "/metadata/name");
    let labels = json!({
        "app.kubernetes.io/instance": name,
        "app.kubernetes.io/managed-by": "prometheus-operator",
        "app.kubernetes.io/name": server.prefix,
        server.label: name,
    });
    let mut pod_labels = labels.clone();
    merge_labels(&mut pod_labels, &spec["podMetadata"]["labels"]);
    let mut own_labels = labels.clone();
    merge_labels(&mut own_labels, &resource["metadata"]["labels"]);
    json!({
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {
            "name": format!("{}-{name}", server.prefix),
            "namespace": resource["metadata"]["namespace"],
            "labels": own_labels,
            "ownerReferences": [owner(resource, true)],
        },
        "spec": {
            "replicas": spec["replicas"].as_i64().unwrap_or(1),
            "podManagementPolicy": "Parallel",
            "serviceName": server.service,
            "selector": { "matchLabels": labels },
            "template": { "metadata": { "labels": pod_labels }, "spec": pod_spec(server, resource) },
            "volumeClaimTemplates": claim_templates(server, resource),
        },
    })
}

fn pod_spec(server: &Server, resource: &Value) -> Value {
    let spec = &resource["spec"];
    let (port, number) = server.port;
    let mut container = json!({
        "name": server.prefix,
        "image": spec["image"].as_str().unwrap_or(server.image),
        "ports": [{ "name": port, "containerPort": number }],
    });
    let mut pod = json!({ "terminationGracePeriodSeconds": 120 });
    for field in ["affinity", "nodeSelector", "securityContext", "serviceAccountName", "tolerations", "volumes"] {
        if let Some(value) = spec.get(field) {
            pod[field] = value.clone();
        }
    }
    if let Some(resources) = spec.get("resources") {
        container["resources"] = resources.clone();
    }
    pod["containers"] = json!([container]);
    pod
}

fn claim_templates(server: &Server, resource: &Value) -> Value {
    let Some(template) = resource.pointer("/spec/storage/volumeClaimTemplate") else { return json!([]) };
    let fallback = format!("{}-{}-{}", server.prefix, object::text(resource, "/metadata/name"), server.volume);
    let mut spec = template["spec"].clone();
    if spec.get("accessModes").is_none() {
        spec["accessModes"] = json!(["ReadWriteOnce"]);
    }
    let name = template["metadata"]["name"].as_str().unwrap_or(&fallback);
    json!([{ "metadata": { "name": name }, "spec": spec }])
}

fn owner(resource: &Value, controller: bool) -> Value {
    let mut reference = object::controller_reference(resource);
    if !controller {
        let reference = object::mapping_mut(&mut reference, &[]);
        reference.shift_remove("controller");
        reference.shift_remove("blockOwnerDeletion");
    }
    reference
}

fn merge_labels(labels: &mut Value, more: &Value) {
    object::mapping_mut(labels, &[]).extend(more.as_object().cloned().unwrap_or_default());
}
