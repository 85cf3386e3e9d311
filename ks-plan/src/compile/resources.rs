//! A request above its limit: the API server would refuse the pods of such a container, long after the plan.
//!
//! A configuration that sets both is checked when it is read; here one of them may be a default of the component.

use std::collections::BTreeMap;

use ks_model::{Origin, Quantity, Setting};

use super::CompileError;
use crate::catalogue::Component;

/// Compares each request among the settings of a component with the limit beside it.
pub(super) fn check(component: &Component, settings: &BTreeMap<String, Setting>) -> Vec<CompileError> {
    let requests = settings.iter().filter(|(name, _)| name.contains(".requests."));
    let excess = requests.filter_map(|(name, request)| {
        let limit = settings.get(&name.replacen(".requests.", ".limits.", 1))?;
        let amount = |setting: &Setting| Quantity::try_from(&setting.value).ok();
        (amount(request)? > amount(limit)?).then(|| CompileError::RequestAboveLimit {
            component: component.name.clone(),
            setting: name.clone(),
            request: told(request),
            limit: told(limit),
        })
    });
    excess.collect()
}

/// The value and where it comes from: `32Gi (monitoring.prometheus.resources.requests.memory at cc.yaml:12)`.
fn told(setting: &Setting) -> String {
    let value = setting.value.as_str().map_or_else(|| setting.value.to_string(), str::to_owned);
    match &setting.origin {
        Origin::Configured { field, location: Some(location) } => format!("{value} ({field} at {location})"),
        Origin::Configured { field, location: None } => format!("{value} ({field})"),
        _ => format!("{value} (the default)"),
    }
}
