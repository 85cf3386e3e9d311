//! PodDisruptionBudgets: how many pods may go now.

use serde_json::{Value, json};

use super::world::with_condition;
use super::{World, pods};
use crate::sandbox::object;
use crate::sandbox::selector::Selector;

/// Counts the pods of every budget.
pub(super) fn step(world: &mut World<'_>) {
    for budget in world.all("policy", "PodDisruptionBudget") {
        let pods = selected(world, &budget);
        let (expected, healthy) = (pods::count(&pods, |_| true), pods::ready(&pods));
        let desired = desired(&budget, expected);
        let allowed = (healthy - desired).max(0);
        let (holds, reason) = if allowed > 0 { ("True", "SufficientPods") } else { ("False", "InsufficientPods") };
        let generation = budget["metadata"]["generation"].clone();
        let condition = json!({
            "type": "DisruptionAllowed",
            "status": holds,
            "reason": reason,
            "message": "",
            "observedGeneration": generation,
        });
        let status = json!({
            "conditions": with_condition(object::items(&budget, "/status/conditions"), condition, world.at),
            "currentHealthy": healthy,
            "desiredHealthy": desired,
            "disruptionsAllowed": allowed,
            "expectedPods": expected,
            "observedGeneration": generation,
        });
        world.write_status("kube-controller-manager", &budget, status);
    }
}

fn selected(world: &World<'_>, budget: &Value) -> Vec<Value> {
    let Some(selector) = Selector::structured(budget.pointer("/spec/selector")) else { return Vec::new() };
    let pods = world.state.of_kind_in("", "Pod", object::text(budget, "/metadata/namespace"));
    pods.filter(|(_, pod)| selector.selects(pod.pointer("/metadata/labels"))).map(|(_, pod)| pod.clone()).collect()
}

/// How many pods must stay; shares are rounded up.
fn desired(budget: &Value, expected: i64) -> i64 {
    let amount = |value: &Value| match value {
        Value::String(text) => {
            let percent: i64 = text.trim_end_matches('%').parse().unwrap_or(100);
            (percent * expected + 99) / 100
        }
        other => other.as_i64().unwrap_or(0),
    };
    match (budget["spec"].get("minAvailable"), budget["spec"].get("maxUnavailable")) {
        (Some(least), _) => amount(least),
        (None, Some(most)) => (expected - amount(most)).max(0),
        (None, None) => 0,
    }
}
