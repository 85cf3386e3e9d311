//! PodDisruptionBudgets.

use serde_json::Value;

use super::{Readiness, condition, not_observed};

/// A budget is ready when its pods are counted; how many of them may go does not matter, and it may be none.
pub fn budget(object: &Value) -> Readiness {
    if let Some(waiting) = not_observed(object) {
        return waiting;
    }
    let reason = |it: &Value| it.get("reason").and_then(Value::as_str) == Some("SyncFailed");
    match condition::find(object, "DisruptionAllowed") {
        Some(failed) if reason(failed) => Readiness::waiting(condition::words(failed)),
        _ => Readiness::Ready,
    }
}
