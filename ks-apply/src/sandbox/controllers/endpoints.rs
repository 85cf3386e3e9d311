//! EndpointSlices: the ready pods behind each Service.

use serde_json::{Value, json};

use super::{World, pods};
use crate::sandbox::object;

/// Keeps one slice for every Service with a selector.
pub(super) fn step(world: &mut World<'_>) {
    for service in world.all("", "Service") {
        let Some(selector) = service.pointer("/spec/selector") else { continue };
        let (namespace, name) =
            (object::text(&service, "/metadata/namespace"), object::text(&service, "/metadata/name"));
        let behind = world.state.of_kind_in("", "Pod", namespace).filter(|(_, pod)| {
            object::contains_labels(pod.pointer("/metadata/labels"), Some(selector))
                && pod["status"].get("podIP").is_some()
        });
        let endpoints: Vec<Value> = behind.map(|(_, pod)| endpoint(pod)).collect();
        let slice_name = format!("{name}-sandbox");
        let before = world.find("discovery.k8s.io", "EndpointSlice", namespace, &slice_name).cloned();
        let mut slice = before.unwrap_or_else(|| new_slice(&service, &slice_name));
        slice["endpoints"] = endpoints.into();
        slice["ports"] = ports(&service);
        world.write("kube-controller-manager", &slice);
    }
}

fn new_slice(service: &Value, name: &str) -> Value {
    json!({
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": name,
            "namespace": service["metadata"]["namespace"],
            "labels": {
                "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
                "kubernetes.io/service-name": service["metadata"]["name"],
            },
            "ownerReferences": [object::controller_reference(service)],
        },
        "addressType": "IPv4",
    })
}

fn endpoint(pod: &Value) -> Value {
    let ready = pods::is_ready(pod);
    json!({
        "addresses": [pod["status"]["podIP"]],
        "conditions": { "ready": ready, "serving": ready, "terminating": false },
        "nodeName": pod["spec"]["nodeName"],
        "targetRef": {
            "kind": "Pod",
            "name": pod["metadata"]["name"],
            "namespace": pod["metadata"]["namespace"],
            "uid": pod["metadata"]["uid"],
        },
    })
}

fn ports(service: &Value) -> Value {
    let ports = object::items(service, "/spec/ports").iter();
    ports
        .map(|port| {
            let number = if port["targetPort"].is_i64() { &port["targetPort"] } else { &port["port"] };
            json!({ "name": port["name"].as_str().unwrap_or_default(), "port": number, "protocol": port["protocol"] })
        })
        .collect()
}
