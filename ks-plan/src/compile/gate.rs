//! Gates: why a component is off.

use std::collections::BTreeMap;

use ks_model::config::Location;
use ks_model::{ClosedGate, ComponentName};

use super::clue::{Clue, clues};
use super::{CompileError, Inputs};
use crate::catalogue::Component;

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
    let clues = clues(condition, inputs);
    let place = clues.iter().find_map(|it| it.location.clone());
    let words: Vec<String> = clues.iter().map(Clue::to_string).collect();
    if words.is_empty() { (format!("{condition} does not hold"), None) } else { (words.join(", "), place) }
}
