//! Gates: why a component is off.

use std::collections::BTreeMap;

use ks_model::config::{FieldOrigin, Location};
use ks_model::{ClosedGate, ComponentName};
use serde_json::Value;

use super::{CompileError, Inputs, at};
use crate::catalogue::Component;
use crate::render::expression_variables;

/// Finds what switches `component` off, if anything does: its own conditions first, then what it requires.
///
/// `closed` holds what is known to be off, which includes all that the component requires.
pub(super) fn closed_gate(
    component: &Component,
    inputs: &Inputs<'_>,
    closed: &BTreeMap<ComponentName, ClosedGate>,
) -> Result<Option<ClosedGate>, CompileError> {
    for condition in &component.when {
        let holds = inputs.expressions.holds(condition).map_err(|message| CompileError::Expression {
            component: component.name.clone(),
            expression: condition.clone(),
            message,
        })?;
        if !holds {
            let (reason, location) = reason(condition, inputs);
            return Ok(Some(ClosedGate::new(component.name.clone(), condition.clone(), reason, location)));
        }
    }
    let required = component.requires.iter().find_map(|name| closed.get(name));
    Ok(required.map(|off| {
        let condition = format!("requires {}", off.component);
        let reason = format!("{condition}, which is off");
        ClosedGate::new(component.name.clone(), condition, reason, off.location.clone())
    }))
}

/// Tells the values that a condition looked at, and where the first of them stands.
fn reason(condition: &str, inputs: &Inputs<'_>) -> (String, Option<Location>) {
    let mut words = Vec::new();
    let mut place = None;
    for variable in expression_variables(condition).unwrap_or_default() {
        if let Some(path) = variable.strip_prefix("spec.") {
            let (field, location) = match inputs.configuration.origin(path) {
                Some(FieldOrigin { field, location }) => (field, location),
                None => (path.to_owned(), None),
            };
            words.push(in_words(&field, at(inputs.configuration.spec(), path)));
            place = place.or(location);
        } else if let Some(path) = variable.strip_prefix("facts.") {
            words.push(in_words(&variable, at(&inputs.facts, path)));
        }
    }
    if words.is_empty() { (format!("{condition} does not hold"), None) } else { (words.join(", "), place) }
}

fn in_words(field: &str, value: Option<&Value>) -> String {
    match value {
        None => format!("{field} is not set"),
        Some(Value::String(text)) if !text.is_empty() => format!("{field} is {text}"),
        Some(value) => format!("{field} is {value}"),
    }
}
