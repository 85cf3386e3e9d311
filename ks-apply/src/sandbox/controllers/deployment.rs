//! Deployments: a ReplicaSet per template, rolled over within the bounds of the strategy.

use serde_json::{Value, json};

use super::world::with_condition;
use super::{World, pods, revision};
use crate::sandbox::object;

const MANAGER: &str = "kube-controller-manager";
const HASH: &str = "pod-template-hash";
const REVISION: &str = "deployment.kubernetes.io/revision";

/// Rolls every Deployment a step on, and reports.
pub(super) fn step(world: &mut World<'_>) {
    for deployment in world.all("apps", "Deployment") {
        let hash = revision::of(&deployment["spec"]["template"]);
        ensure_set(world, &deployment, &hash);
        roll(world, &deployment, &hash);
        number(world, &deployment, &hash);
        report(world, &deployment, &hash);
    }
}

fn ensure_set(world: &mut World<'_>, deployment: &Value, hash: &str) {
    let name = format!("{}-{hash}", object::text(deployment, "/metadata/name"));
    let namespace = object::text(deployment, "/metadata/namespace");
    if world.find("apps", "ReplicaSet", namespace, &name).is_some() {
        return;
    }
    let number = world.controlled("apps", "ReplicaSet", deployment).len() + 1;
    let mut set = json!({
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": deployment["spec"]["template"]["metadata"]["labels"],
            "annotations": { REVISION: number.to_string() },
            "ownerReferences": [object::controller_reference(deployment)],
        },
        "spec": {
            "replicas": 0,
            "selector": deployment["spec"]["selector"],
            "template": deployment["spec"]["template"],
        },
    });
    for path in
        [&["metadata", "labels"][..], &["spec", "selector", "matchLabels"], &["spec", "template", "metadata", "labels"]]
    {
        object::mapping_mut(&mut set, path).insert(HASH.into(), hash.into());
    }
    world.write(MANAGER, &set);
}

/// Grows the new set and shrinks the old ones as far as surge and unavailability allow now.
fn roll(world: &mut World<'_>, deployment: &Value, hash: &str) {
    let wanted = object::number(deployment, "/spec/replicas", 1);
    let (surge, unavailable) = bounds(deployment, wanted);
    let sets = world.controlled("apps", "ReplicaSet", deployment);
    let (new, old): (Vec<Value>, Vec<Value>) = sets.into_iter().partition(|set| pods::label(set, HASH) == hash);
    let size = |set: &Value| object::number(set, "/spec/replicas", 0);
    let old_size: i64 = old.iter().map(size).sum();
    let mut spare = available(world, new.iter().chain(&old)) - (wanted - unavailable);
    for set in new {
        let room = (wanted + surge - old_size).max(size(&set).min(wanted));
        resize(world, set, room.clamp(0, wanted));
    }
    for set in old {
        let ready = pods::ready(&world.controlled("", "Pod", &set));
        let dropped = spare.clamp(0, ready);
        spare -= dropped;
        resize(world, set, ready - dropped);
    }
}

fn available<'a>(world: &World<'_>, sets: impl Iterator<Item = &'a Value>) -> i64 {
    sets.map(|set| pods::ready(&world.controlled("", "Pod", set))).sum()
}

fn resize(world: &mut World<'_>, mut set: Value, replicas: i64) {
    if set["spec"]["replicas"] != replicas {
        set["spec"]["replicas"] = replicas.into();
        world.write(MANAGER, &set);
    }
}

/// How many pods there may be too many, and how many too few.
fn bounds(deployment: &Value, wanted: i64) -> (i64, i64) {
    let strategy = &deployment["spec"]["strategy"];
    if strategy["type"] == "Recreate" {
        return (0, wanted);
    }
    let share = |field: &str, round_up: bool| match &strategy["rollingUpdate"][field] {
        Value::String(text) => {
            let percent: i64 = text.trim_end_matches('%').parse().unwrap_or(25);
            (percent * wanted + if round_up { 99 } else { 0 }) / 100
        }
        other => other.as_i64().unwrap_or(1),
    };
    match (share("maxSurge", true), share("maxUnavailable", false)) {
        (0, 0) => (0, 1),
        bounds => bounds,
    }
}

/// Writes the number of the newest set where `kubectl rollout` looks for it.
fn number(world: &mut World<'_>, deployment: &Value, hash: &str) {
    let sets = world.controlled("apps", "ReplicaSet", deployment);
    let Some(new) = sets.iter().find(|set| pods::label(set, HASH) == hash) else { return };
    let number = new["metadata"]["annotations"][REVISION].clone();
    if deployment["metadata"]["annotations"][REVISION] != number {
        let mut deployment = deployment.clone();
        object::mapping_mut(&mut deployment, &["metadata", "annotations"]).insert(REVISION.into(), number);
        world.write(MANAGER, &deployment);
    }
}

fn report(world: &mut World<'_>, deployment: &Value, hash: &str) {
    let Some(live) = world.state.get(&object::reference(deployment)).cloned() else { return };
    let wanted = object::number(&live, "/spec/replicas", 1);
    let sets = world.controlled("apps", "ReplicaSet", &live);
    let pods: Vec<Value> = sets.iter().flat_map(|set| world.controlled("", "Pod", set)).collect();
    let (all, ready) = (pods::count(&pods, |_| true), pods::ready(&pods));
    let updated = pods::count(&pods, |pod| pods::label(pod, HASH) == hash);
    let mut status = json!({ "observedGeneration": live["metadata"]["generation"] });
    for (field, count) in [
        ("replicas", all),
        ("updatedReplicas", updated),
        ("readyReplicas", ready),
        ("availableReplicas", ready),
        ("unavailableReplicas", (wanted - ready).max(0)),
    ] {
        if count > 0 {
            status[field] = count.into();
        }
    }
    let enough = ready >= wanted - bounds(&live, wanted).1;
    let done = updated == wanted && all == wanted && ready == wanted;
    status["conditions"] = conditions(world, &live, enough, done).into();
    world.write_status(MANAGER, &live, status);
}

fn conditions(world: &World<'_>, live: &Value, enough: bool, done: bool) -> Vec<Value> {
    let condition = |kind: &str, holds: bool, reason: &str, message: &str| {
        let status = if holds { "True" } else { "False" };
        json!({ "type": kind, "status": status, "reason": reason, "message": message })
    };
    let available = if enough {
        condition("Available", true, "MinimumReplicasAvailable", "Deployment has minimum availability.")
    } else {
        condition("Available", false, "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    };
    let progressing = if done {
        condition("Progressing", true, "NewReplicaSetAvailable", "The newest ReplicaSet has successfully progressed.")
    } else {
        condition("Progressing", true, "ReplicaSetUpdated", "The newest ReplicaSet is progressing.")
    };
    let conditions = with_condition(object::items(live, "/status/conditions"), available, world.at);
    with_condition(&conditions, progressing, world.at)
}
