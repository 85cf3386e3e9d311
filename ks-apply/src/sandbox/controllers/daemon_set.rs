//! DaemonSets: a pod on every node that the template allows.

use serde_json::{Value, json};

use super::pods::{self, Birth};
use super::{World, revision, scheduler};
use crate::sandbox::object;

const HASH: &str = "controller-revision-hash";

/// Makes, renews and removes pods, and reports.
pub(super) fn step(world: &mut World<'_>) {
    for set in world.all("apps", "DaemonSet") {
        let hash = revision::of(&set["spec"]["template"]);
        let nodes = scheduler::nodes(world, &set["spec"]["template"]["spec"]);
        place(world, &set, &hash, &nodes);
        renew(world, &set, &hash);
        report(world, &set, &hash, nodes.len());
    }
}

fn place(world: &mut World<'_>, set: &Value, hash: &str, nodes: &[String]) {
    let pods = world.controlled("", "Pod", set);
    let node_of = |pod: &Value| object::text(pod, "/spec/nodeName").to_owned();
    for pod in pods.iter().filter(|pod| !nodes.contains(&node_of(pod))) {
        world.remove(pod);
    }
    for node in nodes.iter().filter(|node| !pods.iter().any(|pod| node_of(pod) == **node)) {
        let name = pods::generated_name(world, object::text(set, "/metadata/name"));
        let labels = vec![(HASH, hash.to_owned())];
        pods::create(world, set, Birth { name, labels, node: Some(node.clone()), claims: Vec::new() });
    }
}

/// Removes one outdated pod when all others are ready, so that its node gets a new one.
fn renew(world: &mut World<'_>, set: &Value, hash: &str) {
    let pods = world.controlled("", "Pod", set);
    let Some(outdated) = pods.iter().find(|pod| pods::label(pod, HASH) != hash) else { return };
    let others_ready = pods.iter().filter(|pod| *pod != outdated).all(pods::is_ready);
    if others_ready && set["spec"]["updateStrategy"]["type"] != "OnDelete" {
        world.remove(outdated);
    }
}

fn report(world: &mut World<'_>, set: &Value, hash: &str, desired: usize) {
    let pods = world.controlled("", "Pod", set);
    let (all, ready) = (pods::count(&pods, |_| true), pods::ready(&pods));
    let updated = pods::count(&pods, |pod| pods::label(pod, HASH) == hash);
    let desired = i64::try_from(desired).unwrap_or(i64::MAX);
    let mut status = json!({
        "currentNumberScheduled": all,
        "numberMisscheduled": 0,
        "desiredNumberScheduled": desired,
        "numberReady": ready,
        "observedGeneration": set["metadata"]["generation"],
    });
    for (field, count) in
        [("updatedNumberScheduled", updated), ("numberAvailable", ready), ("numberUnavailable", desired - ready)]
    {
        if count > 0 {
            status[field] = count.into();
        }
    }
    world.write_status("kube-controller-manager", set, status);
}
