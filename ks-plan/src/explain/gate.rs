//! Gates: which conditions a component has, what they looked at, and what would make them hold.

use std::collections::BTreeSet;

use ks_model::config::{FieldOrigin, Location};
use ks_model::{ComponentName, Facts};
use regex_lite::Regex;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::catalogue::{Catalogue, Component};
use crate::compile::Inputs;
use crate::compile::clue::{Clue, clues};
use crate::render::{Expressions, expression_variables};

/// Tells one condition of a component.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Condition {
    /// The component that states it: the one asked for, or one that it requires.
    pub component: ComponentName,
    /// The condition, over `spec` and `facts`.
    pub expression: String,
    /// Whether it holds.
    pub holds: bool,
    /// The values that it looked at.
    pub because: Vec<Clue>,
}

/// Tells what to write in the configuration.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Remedy {
    /// The component whose condition it is for.
    pub component: ComponentName,
    /// The field to set, or to leave out.
    pub field: String,
    /// The value to write; absent when the field has to be left out.
    pub value: Option<Value>,
    /// Where the field stands now.
    pub location: Option<Location>,
}

/// The conditions of a component and of all that it requires, its own last.
pub(super) fn conditions(catalogue: &Catalogue, component: &Component, inputs: &Inputs<'_>) -> Vec<Condition> {
    let mut names = Vec::new();
    required(catalogue, component, &mut names);
    let components = names.iter().filter_map(|name| catalogue.component(name));
    let all = components.flat_map(|it| it.when.iter().map(move |expression| (it, expression)));
    let condition = |(component, expression): (&Component, &String)| Condition {
        component: component.name.clone(),
        expression: expression.clone(),
        holds: inputs.expressions.holds(expression).unwrap_or(false),
        because: clues(expression, inputs),
    };
    all.map(condition).collect()
}

fn required(catalogue: &Catalogue, component: &Component, names: &mut Vec<ComponentName>) {
    for needed in component.requires.iter().filter_map(|name| catalogue.component(name)) {
        if !names.contains(&needed.name) {
            required(catalogue, needed, names);
        }
    }
    names.push(component.name.clone());
}

/// What to write so that all conditions hold; `None` when no small change of the configuration does it.
///
/// Each proposal was tried: the conditions hold with it.
pub(super) fn remedies(conditions: &[Condition], inputs: &Inputs<'_>, facts: &Facts) -> Option<Vec<Remedy>> {
    let mut spec = inputs.configuration.spec().clone();
    let mut found: Vec<Remedy> = Vec::new();
    for condition in conditions {
        if holds(&condition.expression, &spec, inputs, facts) {
            continue;
        }
        let (changed, fields) = proposals(&condition.expression, &spec)
            .into_iter()
            .find(|(changed, _)| holds(&condition.expression, changed, inputs, facts))?;
        spec = changed;
        found.extend(fields.into_iter().map(|(path, value)| {
            let (field, location) = match inputs.configuration.origin(&path) {
                Some(FieldOrigin { field, location }) => (field, location),
                None => (path, None),
            };
            Remedy { component: condition.component.clone(), field, value, location }
        }));
    }
    conditions.iter().all(|it| holds(&it.expression, &spec, inputs, facts)).then_some(found)
}

fn holds(expression: &str, spec: &Value, inputs: &Inputs<'_>, facts: &Facts) -> bool {
    Expressions::new(spec, &inputs.facts, facts.version).holds(expression).unwrap_or(false)
}

type Proposal = (Value, Vec<(String, Option<Value>)>);

/// Other configurations: one field of the expression otherwise, or all of them true.
fn proposals(expression: &str, spec: &Value) -> Vec<Proposal> {
    let fields: Vec<String> = expression_variables(expression)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|it| it.strip_prefix("spec.").map(str::to_owned))
        .collect();
    let values: Vec<Option<Value>> =
        [None, Some(json!(true)), Some(json!(false))].into_iter().chain(literals(expression)).collect();
    let with = |changes: Vec<(String, Option<Value>)>| {
        let mut changed = spec.clone();
        changes.iter().for_each(|(field, value)| put(&mut changed, field, value.clone()));
        (changed, changes)
    };
    let single = values.iter().flat_map(|value| fields.iter().map(|field| vec![(field.clone(), value.clone())]));
    let all = fields.iter().map(|field| (field.clone(), Some(json!(true)))).collect();
    single.chain([all]).map(with).collect()
}

fn literals(expression: &str) -> Vec<Option<Value>> {
    let Ok(quoted) = Regex::new(r#""([^"]*)"|'([^']*)'"#) else { return Vec::new() };
    let found: BTreeSet<&str> = quoted
        .captures_iter(expression)
        .filter_map(|it| it.get(1).or_else(|| it.get(2)))
        .map(|it| it.as_str())
        .collect();
    found.into_iter().map(|it| Some(Value::from(it))).collect()
}

/// Sets the field at a dotted path, or takes it away.
fn put(spec: &mut Value, path: &str, value: Option<Value>) {
    let (parents, last) = path.rsplit_once('.').map_or((None, path), |(parents, last)| (Some(parents), last));
    let mut place = spec;
    for key in parents.into_iter().flat_map(|it| it.split('.')) {
        if !place.get(key).is_some_and(Value::is_object) {
            if value.is_none() {
                return;
            }
            if let Some(map) = place.as_object_mut() {
                map.insert(key.to_owned(), Value::Object(Map::new()));
            }
        }
        let Some(next) = place.get_mut(key) else { return };
        place = next;
    }
    if let Some(map) = place.as_object_mut() {
        match value {
            Some(value) => drop(map.insert(last.to_owned(), value)),
            None => drop(map.shift_remove(last)),
        }
    }
}
