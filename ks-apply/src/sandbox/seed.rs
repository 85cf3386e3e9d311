//! What a cluster has before anyone writes to it.

use ks_model::{GroupKind, ObjectRef, ServerVersion};
use serde_json::{Value, json};

use super::controllers::World;

/// The namespaces that every cluster has.
const NAMESPACES: [&str; 4] = ["kube-system", "default", "kube-node-lease", "kube-public"];

/// Puts namespaces, nodes and two StorageClasses into an empty world: `standard`, the default, whose claims can grow, and
/// `fixed`, whose claims cannot.
pub(super) fn seed(world: &mut World<'_>, nodes: u32) {
    for name in NAMESPACES {
        world
            .write("kube-apiserver", &json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } }));
    }
    let default_class = json!({ "storageclass.kubernetes.io/is-default-class": "true" });
    seed_class(world, json!({ "name": "standard", "annotations": default_class }), true);
    for number in 1..=nodes {
        seed_node(world, number);
    }
    seed_class(world, json!({ "name": "fixed" }), false);
}

fn seed_class(world: &mut World<'_>, metadata: Value, grows: bool) {
    let class = json!({
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": metadata,
        "provisioner": "sandbox.ks/none",
        "allowVolumeExpansion": grows,
    });
    world.write("kube-apiserver", &class);
}

fn seed_node(world: &mut World<'_>, number: u32) {
    let name = format!("node-{number}");
    let mut labels = json!({
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
    });
    if number == 1 {
        labels["node-role.kubernetes.io/control-plane"] = "".into();
    }
    let metadata = json!({ "name": name, "labels": labels });
    world.write("kubelet", &json!({ "apiVersion": "v1", "kind": "Node", "metadata": metadata, "spec": {} }));
    let at = ObjectRef::cluster(GroupKind::new("", "Node"), &name);
    if let Some(live) = world.state.get(&at).cloned() {
        let status = node_status(world.state.version(), number, &world.at.rfc3339());
        world.write_status("kubelet", &live, status);
    }
}

fn node_status(version: ServerVersion, number: u32, now: &str) -> Value {
    let room = json!({ "cpu": "8", "memory": "32Gi", "pods": "110", "ephemeral-storage": "100Gi" });
    json!({
        "addresses": [{ "type": "InternalIP", "address": format!("192.0.2.{}", number % 255) }],
        "allocatable": room,
        "capacity": room,
        "conditions": [{
            "type": "Ready",
            "status": "True",
            "reason": "KubeletReady",
            "message": "the sandbox plays the kubelet",
            "lastHeartbeatTime": now,
            "lastTransitionTime": now,
        }],
        "nodeInfo": {
            "architecture": "amd64",
            "containerRuntimeVersion": "none://sandbox",
            "kubeletVersion": version.to_string(),
            "operatingSystem": "linux",
        },
    })
}
