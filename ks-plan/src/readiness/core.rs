//! Namespaces, claims and services.

use ks_model::Quantity;
use serde_json::Value;

use super::Readiness;

/// A namespace is ready when it is active.
pub fn namespace(object: &Value) -> Readiness {
    match phase(object) {
        Some("Active") => Readiness::Ready,
        Some(phase) => Readiness::waiting(format!("it is {phase}")),
        None => Readiness::waiting("it has no status yet"),
    }
}

/// A claim is ready when it is bound, to a volume with as much room as it asks for.
pub fn claim(object: &Value) -> Readiness {
    let amount = |pointer: &str| Quantity::try_from(object.pointer(pointer)?).ok();
    let (asked, has) = (amount("/spec/resources/requests/storage"), amount("/status/capacity/storage"));
    match phase(object) {
        Some("Bound") => match (asked, has) {
            (Some(asked), Some(has)) if has < asked => {
                Readiness::waiting(format!("its volume has {has} of {asked} so far"))
            }
            _ => Readiness::Ready,
        },
        Some("Lost") => Readiness::Failed { because: "its volume is lost".into() },
        Some(phase) => Readiness::waiting(format!("it is {phase}")),
        None => Readiness::waiting("it has no status yet"),
    }
}

/// A service of type LoadBalancer is ready when it has an address; all others at once.
pub fn service(object: &Value) -> Readiness {
    let is_balanced = object.pointer("/spec/type").and_then(Value::as_str) == Some("LoadBalancer");
    let addresses = object.pointer("/status/loadBalancer/ingress").and_then(Value::as_array);
    if is_balanced && addresses.is_none_or(Vec::is_empty) {
        return Readiness::waiting("it has no address yet");
    }
    Readiness::Ready
}

fn phase(object: &Value) -> Option<&str> {
    object.pointer("/status/phase")?.as_str()
}
