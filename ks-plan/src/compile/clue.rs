//! Clues: the values that an expression looked at.

use ks_model::config::{FieldOrigin, Location};
use serde::Serialize;
use serde_json::Value;

use super::{Inputs, at};
use crate::render::expression_variables;

/// Tells one value that an expression looked at. For people: nothing is decided by it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Clue {
    /// A field of the configuration in the spelling of the user, or a fact such as `facts.nodes`.
    pub name: String,
    /// Its value; absent when it is not set.
    pub value: Option<Value>,
    /// Where the configuration says so.
    pub location: Option<Location>,
}

/// Prints `alerting.enabled is false`.
impl std::fmt::Display for Clue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.value {
            None => write!(f, "{} is not set", self.name),
            Some(Value::String(text)) if !text.is_empty() => write!(f, "{} is {text}", self.name),
            Some(value) => write!(f, "{} is {value}", self.name),
        }
    }
}

/// Lists what an expression looks at: fields of the configuration, facts, and the version of the server where it asks for it.
pub(crate) fn clues(expression: &str, inputs: &Inputs<'_>) -> Vec<Clue> {
    let asks_version = expression.contains("server_at_least").then(|| "facts.version".to_owned());
    let variables = expression_variables(expression).unwrap_or_default();
    let clue = |variable: String| {
        let (name, value, location) = if let Some(path) = variable.strip_prefix("spec.") {
            let (field, location) = match inputs.configuration.origin(path) {
                Some(FieldOrigin { field, location }) => (field, location),
                None => (path.to_owned(), None),
            };
            (field, at(inputs.configuration.spec(), path), location)
        } else {
            let path = variable.strip_prefix("facts.")?;
            let value = at(&inputs.facts, path);
            (variable, value, None)
        };
        Some(Clue { name, value: value.cloned(), location })
    };
    variables.into_iter().chain(asks_version).filter_map(clue).collect()
}
