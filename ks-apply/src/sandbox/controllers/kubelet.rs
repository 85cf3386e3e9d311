//! The kubelets: pods get a node, wait for what they need, and become ready in their time.

use serde_json::{Value, json};

use super::world::with_condition;
use super::{World, pods, scheduler};
use crate::sandbox::clock::Moment;
use crate::sandbox::fault::PodFault;
use crate::sandbox::object;

/// What keeps a pod from being ready.
enum Hindrance {
    /// No node takes it.
    Unschedulable(String),
    /// A container waits.
    Waiting { reason: &'static str, message: String },
    /// It runs and is not ready.
    NotReady,
}

/// Moves every pod that is not ready a step on.
pub(super) fn step(world: &mut World<'_>) {
    for pod in world.all("", "Pod") {
        if pods::is_ready(&pod) {
            continue;
        }
        let pod = if object::text(&pod, "/spec/nodeName").is_empty() { schedule(world, pod) } else { pod };
        match hindrance(world, &pod) {
            Some(hindrance) => hinder(world, &pod, &hindrance),
            None => start(world, &pod),
        }
    }
}

/// Lets a pod become ready, unless something has come between.
pub(super) fn become_ready(world: &mut World<'_>, pod: &Value) {
    if hindrance(world, pod).is_none() {
        let status = running(pod, true, world.at);
        world.write_status("kubelet", pod, status);
    }
}

fn schedule(world: &mut World<'_>, mut pod: Value) -> Value {
    if let Some(node) = scheduler::choose(world, &pod["spec"]) {
        pod["spec"]["nodeName"] = node.into();
        world.write("kube-scheduler", &pod);
    }
    world.state.get(&object::reference(&pod)).cloned().unwrap_or(pod)
}

fn start(world: &mut World<'_>, pod: &Value) {
    let at = object::reference(pod);
    if world.state.is_due(&at) {
        return;
    }
    let reason = Hindrance::Waiting { reason: "ContainerCreating", message: String::new() };
    hinder(world, pod, &reason);
    let namespace = object::text(pod, "/metadata/namespace");
    let sibling = |other: &Value| other["metadata"]["ownerReferences"] == pod["metadata"]["ownerReferences"];
    let siblings = world.state.of_kind_in("", "Pod", namespace).filter(|(_, other)| sibling(other));
    let position = siblings.filter(|(other, _)| world.state.is_due(other)).count();
    let due = world.at.plus(world.pace.of(position));
    world.state.set_due(at, due);
}

fn hindrance(world: &World<'_>, pod: &Value) -> Option<Hindrance> {
    let image = object::text(pod, "/spec/containers/0/image");
    let fault = pods::workload(world, pod).and_then(|workload| world.faults.of_workload(&workload));
    match fault {
        Some(PodFault::Unschedulable) => return Some(no_node(world, "Insufficient memory")),
        Some(PodFault::ImagePullBackOff) => {
            let message = format!("Back-off pulling image \"{image}\"");
            return Some(Hindrance::Waiting { reason: "ImagePullBackOff", message });
        }
        Some(PodFault::CrashLoopBackOff) => {
            let message = "back-off 5m0s restarting failed container".to_owned();
            return Some(Hindrance::Waiting { reason: "CrashLoopBackOff", message });
        }
        Some(PodFault::Waiting(reason)) => {
            let message = format!("the sandbox was told to let {image} wait");
            return Some(Hindrance::Waiting { reason, message });
        }
        Some(PodFault::NeverReady) => return Some(Hindrance::NotReady),
        None => {}
    }
    unbound_claim(world, pod)
        .or_else(|| {
            let homeless = object::text(pod, "/spec/nodeName").is_empty();
            homeless.then(|| no_node(world, "node(s) didn't match Pod's node affinity/selector"))
        })
        .or_else(|| missing_source(world, pod))
}

fn no_node(world: &World<'_>, why: &str) -> Hindrance {
    let count = world.state.of_kind("", "Node").count();
    Hindrance::Unschedulable(format!("0/{count} nodes are available: {count} {why}."))
}

fn unbound_claim(world: &World<'_>, pod: &Value) -> Option<Hindrance> {
    let namespace = object::text(pod, "/metadata/namespace");
    let claims =
        object::items(pod, "/spec/volumes").iter().map(|it| object::text(it, "/persistentVolumeClaim/claimName"));
    claims.filter(|name| !name.is_empty()).find_map(|name| {
        match world.find("", "PersistentVolumeClaim", namespace, name) {
            None => Some(Hindrance::Unschedulable(format!("persistentvolumeclaim \"{name}\" not found"))),
            Some(claim) if claim["status"]["phase"] == "Bound" => None,
            Some(_) => Some(no_node(world, "pod has unbound immediate PersistentVolumeClaims")),
        }
    })
}

/// A Secret or ConfigMap that a volume or a variable wants and that is not there.
fn missing_source(world: &World<'_>, pod: &Value) -> Option<Hindrance> {
    let namespace = object::text(pod, "/metadata/namespace");
    let absent = |kind: &str, name: &str, source: &Value| {
        !name.is_empty() && source["optional"] != Value::Bool(true) && world.find("", kind, namespace, name).is_none()
    };
    let unmounted = object::items(pod, "/spec/volumes").iter().any(|volume| {
        absent("Secret", object::text(volume, "/secret/secretName"), &volume["secret"])
            || absent("ConfigMap", object::text(volume, "/configMap/name"), &volume["configMap"])
    });
    if unmounted {
        return Some(Hindrance::Waiting { reason: "ContainerCreating", message: String::new() });
    }
    let containers = object::items(pod, "/spec/containers").iter();
    let sources = containers.flat_map(|it| object::items(it, "/envFrom").iter().chain(object::items(it, "/env")));
    sources.into_iter().find_map(|source| {
        let of = |kind, pointer: &str| {
            let part = source.pointer(pointer)?;
            let name = object::text(part, "/name");
            absent(kind, name, part).then(|| format!("{} \"{name}\" not found", kind.to_lowercase()))
        };
        let message = of("Secret", "/secretRef")
            .or_else(|| of("ConfigMap", "/configMapRef"))
            .or_else(|| of("Secret", "/valueFrom/secretKeyRef"))
            .or_else(|| of("ConfigMap", "/valueFrom/configMapKeyRef"))?;
        Some(Hindrance::Waiting { reason: "CreateContainerConfigError", message })
    })
}

fn hinder(world: &mut World<'_>, pod: &Value, hindrance: &Hindrance) {
    let mut status = pod["status"].clone();
    let conditions = object::items(pod, "/status/conditions").to_vec();
    match hindrance {
        Hindrance::NotReady => status = running(pod, false, world.at),
        Hindrance::Unschedulable(message) => {
            let scheduled =
                json!({ "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message });
            status["conditions"] = with_condition(&conditions, scheduled, world.at).into();
            status["phase"] = "Pending".into();
        }
        Hindrance::Waiting { reason, message } => {
            let mut conditions =
                with_condition(&conditions, json!({ "type": "PodScheduled", "status": "True" }), world.at);
            for condition in ["Initialized", "ContainersReady", "Ready"] {
                let holds = if condition == "Initialized" { "True" } else { "False" };
                conditions = with_condition(&conditions, json!({ "type": condition, "status": holds }), world.at);
            }
            let mut waiting = json!({ "reason": reason });
            if !message.is_empty() {
                waiting["message"] = message.as_str().into();
            }
            let restarts = if *reason == "CrashLoopBackOff" { 5 } else { 0 };
            let phase = if restarts > 0 { "Running" } else { "Pending" };
            status["phase"] = phase.into();
            status["conditions"] = conditions.into();
            status["containerStatuses"] = containers(pod, false, restarts, &json!({ "waiting": waiting }));
        }
    }
    world.write_status("kubelet", pod, status);
}

fn running(pod: &Value, ready: bool, at: Moment) -> Value {
    let holds = if ready { "True" } else { "False" };
    let mut conditions = object::items(pod, "/status/conditions").to_vec();
    for (condition, holds) in
        [("PodScheduled", "True"), ("Initialized", "True"), ("ContainersReady", holds), ("Ready", holds)]
    {
        conditions = with_condition(&conditions, json!({ "type": condition, "status": holds }), at);
    }
    let started = pod.pointer("/status/startTime").cloned().unwrap_or_else(|| at.rfc3339().into());
    let state = json!({ "running": { "startedAt": started } });
    let mut status = pod["status"].clone();
    status["phase"] = "Running".into();
    status["conditions"] = conditions.into();
    status["containerStatuses"] = containers(pod, ready, 0, &state);
    status["startTime"] = started;
    status["podIP"] = address(object::uid(pod)).into();
    status
}

fn containers(pod: &Value, ready: bool, restarts: u32, state: &Value) -> Value {
    let containers = object::items(pod, "/spec/containers").iter();
    let status = containers.map(|container| {
        json!({
            "name": container["name"],
            "image": container["image"],
            "imageID": "",
            "ready": ready,
            "started": ready,
            "restartCount": restarts,
            "state": state,
        })
    });
    Value::Array(status.collect())
}

/// An address in the pods' network that follows from the UID.
fn address(uid: &str) -> String {
    let bits = u64::from_str_radix(uid.get(..8).unwrap_or_default(), 16).unwrap_or_default();
    format!("10.244.{}.{}", bits % 256, 1 + (bits >> 8) % 254)
}
