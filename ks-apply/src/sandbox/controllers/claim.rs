//! PersistentVolumeClaims: bound at once to a volume of their own, grown when their class allows it, kept while in use.

use ks_model::{GroupKind, ObjectRef};
use serde_json::{Value, json};

use super::World;
use crate::sandbox::defaults::{claim, quantity};
use crate::sandbox::object;

const MANAGER: &str = "kube-controller-manager";

/// Binds and grows claims, and lets go those that are deleted and unused.
pub(super) fn step(world: &mut World<'_>) {
    for value in world.all("", "PersistentVolumeClaim") {
        if object::is_terminating(&value) {
            release(world, &value);
        } else if value["status"]["phase"] == "Bound" {
            grow(world, &value);
        } else {
            bind(world, value);
        }
    }
}

fn release(world: &mut World<'_>, value: &Value) {
    let held_otherwise = object::items(value, "/metadata/finalizers").iter().any(|it| it != claim::PROTECTION);
    if held_otherwise || is_used(world, value) {
        return;
    }
    let volume = object::text(value, "/spec/volumeName");
    world.state.remove(&ObjectRef::cluster(GroupKind::new("", "PersistentVolume"), volume));
    world.remove(value);
}

fn is_used(world: &World<'_>, value: &Value) -> bool {
    let (namespace, name) = (object::text(value, "/metadata/namespace"), object::text(value, "/metadata/name"));
    let mut pods = world.state.of_kind_in("", "Pod", namespace);
    pods.any(|(_, pod)| {
        let volumes = object::items(pod, "/spec/volumes");
        volumes.iter().any(|volume| object::text(volume, "/persistentVolumeClaim/claimName") == name)
    })
}

fn bind(world: &mut World<'_>, mut value: Value) {
    let class = object::text(&value, "/spec/storageClassName").to_owned();
    let class_ref = ObjectRef::cluster(GroupKind::new("storage.k8s.io", "StorageClass"), &class);
    let Some(class_value) = world.state.get(&class_ref).cloned() else { return };
    let volume = format!("pvc-{}", object::uid(&value));
    let reference = json!({
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "name": value["metadata"]["name"],
        "namespace": value["metadata"]["namespace"],
        "uid": value["metadata"]["uid"],
    });
    let persistent = json!({
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": { "name": volume, "annotations": { "pv.kubernetes.io/provisioned-by": class_value["provisioner"] } },
        "spec": {
            "accessModes": value["spec"]["accessModes"],
            "capacity": { "storage": claim::size(&value) },
            "claimRef": reference,
            "persistentVolumeReclaimPolicy": "Delete",
            "storageClassName": class,
            "volumeMode": value["spec"]["volumeMode"],
            "hostPath": { "path": format!("/var/lib/sandbox/{volume}"), "type": "" },
        },
        "status": { "phase": "Bound" },
    });
    world.write(MANAGER, &persistent);
    value["spec"]["volumeName"] = volume.into();
    let bound = object::mapping_mut(&mut value, &["metadata", "annotations"]);
    bound.insert("pv.kubernetes.io/bind-completed".into(), "yes".into());
    bound.insert("pv.kubernetes.io/bound-by-controller".into(), "yes".into());
    world.write(MANAGER, &value);
    let Some(live) = world.state.get(&object::reference(&value)).cloned() else { return };
    let status = json!({
        "accessModes": live["spec"]["accessModes"],
        "capacity": { "storage": claim::size(&live) },
        "phase": "Bound",
    });
    world.write_status(MANAGER, &live, status);
}

fn grow(world: &mut World<'_>, value: &Value) {
    let (wanted, capacity) = (claim::size(value), object::text(value, "/status/capacity/storage"));
    if quantity::amount(wanted) <= quantity::amount(capacity) {
        return;
    }
    let mut status = value["status"].clone();
    status["capacity"]["storage"] = wanted.into();
    let volume = object::text(value, "/spec/volumeName");
    let volume = world.state.get(&ObjectRef::cluster(GroupKind::new("", "PersistentVolume"), volume)).cloned();
    if let Some(mut volume) = volume {
        volume["spec"]["capacity"]["storage"] = wanted.into();
        world.write(MANAGER, &volume);
    }
    world.write_status(MANAGER, value, status);
}
