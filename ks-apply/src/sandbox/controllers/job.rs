//! Jobs: they succeed, without pods, in the time that a pod takes.

use serde_json::{Value, json};

use super::World;
use super::world::with_condition;
use crate::sandbox::object;

/// Notes when Jobs that are not done will be.
pub(super) fn step(world: &mut World<'_>) {
    for job in world.all("batch", "Job") {
        let at = object::reference(&job);
        let suspended = job["spec"]["suspend"] == Value::Bool(true);
        if !suspended && object::items(&job, "/status/conditions").is_empty() && !world.state.is_due(&at) {
            let due = world.at.plus(world.pace.of(0));
            world.state.set_due(at, due);
        }
    }
}

/// Reports that a Job succeeded.
pub(super) fn complete(world: &mut World<'_>, job: &Value) {
    let mut conditions = Vec::new();
    for condition in ["SuccessCriteriaMet", "Complete"] {
        let condition = json!({ "type": condition, "status": "True", "reason": "CompletionsReached" });
        conditions = with_condition(&conditions, condition, world.at);
    }
    let status = json!({
        "startTime": job["metadata"]["creationTimestamp"],
        "completionTime": world.at.rfc3339(),
        "succeeded": job["spec"]["completions"],
        "ready": 0,
        "terminating": 0,
        "conditions": conditions,
    });
    world.write_status("kube-controller-manager", job, status);
}
