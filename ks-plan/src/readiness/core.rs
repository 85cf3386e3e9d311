//! Namespaces, claims and services.

use std::collections::BTreeMap;

use ks_model::{Quantity, StorageClass, at};
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
    let amount = |pointer: &str| Quantity::try_from(at(object, pointer)?).ok();
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

/// Whether a claim has no volume and gets none before a pod uses it: its class makes volumes only then.
///
/// Nothing may wait for such a claim, because what waits may be what makes the pod.
pub fn waits_for_first_use(claim: &Value, classes: &BTreeMap<String, StorageClass>) -> bool {
    let text = |pointer: &str| at(claim, pointer).and_then(Value::as_str);
    if text("/spec/volumeName").is_some_and(|it| !it.is_empty()) || phase(claim).is_some_and(|it| it != "Pending") {
        return false;
    }
    let old = text("/metadata/annotations/volume.beta.kubernetes.io~1storage-class");
    let class = match text("/spec/storageClassName").or(old) {
        Some(name) => classes.get(name),
        None => classes.values().find(|it| it.is_default),
    };
    class.is_some_and(|it| it.binds_at_first_use)
}

/// A service of type LoadBalancer is ready when it has an address; all others at once.
pub fn service(object: &Value) -> Readiness {
    let is_balanced = at(object, "/spec/type").and_then(Value::as_str) == Some("LoadBalancer");
    let addresses = at(object, "/status/loadBalancer/ingress").and_then(Value::as_array);
    if is_balanced && addresses.is_none_or(Vec::is_empty) {
        return Readiness::waiting("it has no address yet");
    }
    Readiness::Ready
}

fn phase(object: &Value) -> Option<&str> {
    at(object, "/status/phase")?.as_str()
}
