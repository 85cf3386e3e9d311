//! What makes further kinds served.

use serde_json::Value;

use super::{Readiness, condition};

/// A CustomResourceDefinition is ready when its names are accepted and it is established.
pub fn definition(object: &Value) -> Readiness {
    if let Some(names) = condition::find(object, "NamesAccepted").filter(|it| condition::is(it, "False")) {
        return Readiness::Failed { because: format!("its names are not accepted: {}", condition::words(names)) };
    }
    match condition::find(object, "Established") {
        Some(established) if condition::is(established, "True") => Readiness::Ready,
        _ => Readiness::waiting("it is not established yet"),
    }
}

/// An APIService is ready when the server behind it answers.
pub fn api_service(object: &Value) -> Readiness {
    match condition::find(object, "Available") {
        Some(available) if condition::is(available, "True") => Readiness::Ready,
        Some(available) => Readiness::waiting(condition::words(available)),
        None => Readiness::waiting("it has no status yet"),
    }
}
