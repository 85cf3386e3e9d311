//! ReplicaSets: as many pods as wanted.

use serde_json::{Value, json};

use super::World;
use super::pods::{self, Birth};
use crate::sandbox::object;

/// Makes and removes pods, and reports.
pub(super) fn step(world: &mut World<'_>) {
    for set in world.all("apps", "ReplicaSet") {
        scale(world, &set);
        report(world, &set);
    }
}

fn scale(world: &mut World<'_>, set: &Value) {
    let wanted = usize::try_from(object::number(set, "/spec/replicas", 1)).unwrap_or_default();
    let mut pods = world.controlled("", "Pod", set);
    for _ in pods.len()..wanted {
        let name = pods::generated_name(world, object::text(set, "/metadata/name"));
        pods::create(world, set, Birth { name, ..Birth::default() });
    }
    // Pods that are not ready go first.
    pods.sort_by_key(|pod| !pods::is_ready(pod));
    while pods.len() > wanted {
        if let Some(pod) = pods.pop() {
            world.remove(&pod);
        }
    }
}

fn report(world: &mut World<'_>, set: &Value) {
    let pods = world.controlled("", "Pod", set);
    let (all, ready) = (pods::count(&pods, |_| true), pods::ready(&pods));
    let mut status = json!({ "replicas": all });
    for (field, count) in [("fullyLabeledReplicas", all), ("readyReplicas", ready), ("availableReplicas", ready)] {
        if count > 0 {
            status[field] = count.into();
        }
    }
    status["observedGeneration"] = set["metadata"]["generation"].clone();
    world.write_status("kube-controller-manager", set, status);
}
