//! The validation of a value against an OpenAPI v3 schema, as far as structural schemas use it.

use std::collections::BTreeSet;

use regex_lite::Regex;
use serde_json::{Map, Value};

use super::crd::{SchemaProblem, below, is_nullable, is_set};
use super::path::{FieldPath, PathElement};
use super::value::{equal, order};

/// A walk through a value that notes what does not fit.
pub(super) struct Validation {
    path: Vec<PathElement>,
    problems: Vec<SchemaProblem>,
}

impl Validation {
    /// Lists what does not fit.
    pub(super) fn of(value: &Value, schema: &Value) -> Vec<SchemaProblem> {
        let mut validation = Self { path: Vec::new(), problems: Vec::new() };
        validation.value(value, schema);
        validation.problems
    }

    fn problem(&mut self, message: String) {
        self.problems.push(SchemaProblem { path: FieldPath(self.path.clone()), message });
    }

    fn at(&mut self, element: PathElement, check: impl FnOnce(&mut Self)) {
        self.path.push(element);
        check(self);
        self.path.pop();
    }

    fn value(&mut self, value: &Value, schema: &Value) {
        if value.is_null() && is_nullable(schema) {
            return;
        }
        if !self.has_type(value, schema) {
            return;
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array)
            && !values.iter().any(|other| equal(value, other))
        {
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            self.problem(format!("must be one of {}", values.join(", ")));
        }
        match value {
            Value::String(text) => self.text(text, schema),
            Value::Number(_) => self.number(value, schema),
            Value::Array(items) => self.items(items, schema),
            Value::Object(entries) => self.entries(entries, schema),
            _ => {}
        }
        self.combinations(value, schema);
    }

    fn has_type(&mut self, value: &Value, schema: &Value) -> bool {
        let is_int_or_string = is_set(schema, "x-kubernetes-int-or-string");
        let (fits, expected) = match schema.get("type").and_then(Value::as_str) {
            _ if is_int_or_string => (is_integer(value) || value.is_string(), "an integer or a string"),
            Some("object") => (value.is_object(), "an object"),
            Some("array") => (value.is_array(), "a list"),
            Some("string") => (value.is_string(), "a string"),
            Some("integer") => (is_integer(value), "an integer"),
            Some("number") => (value.is_number(), "a number"),
            Some("boolean") => (value.is_boolean(), "a boolean"),
            _ => (true, ""),
        };
        if !fits {
            self.problem(format!("must be {expected}, is {}", form(value)));
        }
        fits
    }

    fn text(&mut self, text: &str, schema: &Value) {
        let length = text.chars().count() as u64;
        if let Some(least) = whole(schema, "minLength").filter(|least| length < *least) {
            self.problem(format!("has fewer than {least} characters"));
        }
        if let Some(most) = whole(schema, "maxLength").filter(|most| length > *most) {
            self.problem(format!("has more than {most} characters"));
        }
        // A pattern that cannot be read here is the server's to judge.
        let pattern = schema.get("pattern").and_then(Value::as_str);
        if let Some((text_pattern, regex)) = pattern.and_then(|text| Some((text, Regex::new(text).ok()?)))
            && !regex.is_match(text)
        {
            self.problem(format!("must match {text_pattern:?}"));
        }
    }

    fn number(&mut self, value: &Value, schema: &Value) {
        if let Some(least) = schema.get("minimum") {
            let is_exclusive = is_set(schema, "exclusiveMinimum");
            if order(value, least).is_lt() || (is_exclusive && equal(value, least)) {
                let least = if is_exclusive { format!("more than {least}") } else { format!("{least} or more") };
                self.problem(format!("must be {least}"));
            }
        }
        if let Some(most) = schema.get("maximum") {
            let is_exclusive = is_set(schema, "exclusiveMaximum");
            if order(value, most).is_gt() || (is_exclusive && equal(value, most)) {
                let most = if is_exclusive { format!("less than {most}") } else { format!("{most} or less") };
                self.problem(format!("must be {most}"));
            }
        }
        if let (Some(value), Some(step)) = (value.as_f64(), schema.get("multipleOf").and_then(Value::as_f64))
            && step > 0.0
            && (value / step).fract() != 0.0
        {
            self.problem(format!("must be a multiple of {step}"));
        }
    }

    fn items(&mut self, items: &[Value], schema: &Value) {
        self.count(items.len(), schema, "minItems", "maxItems", "items");
        let keys: Option<Vec<&str>> = match schema.get("x-kubernetes-list-type").and_then(Value::as_str) {
            Some("set") => Some(Vec::new()),
            Some("map") => {
                let keys = schema.get("x-kubernetes-list-map-keys").and_then(Value::as_array).into_iter().flatten();
                Some(keys.filter_map(Value::as_str).collect())
            }
            _ if is_set(schema, "uniqueItems") => Some(Vec::new()),
            _ => None,
        };
        let identity = |item: &Value, keys: &[&str]| match keys {
            [] => PathElement::Value(item.clone()),
            keys => PathElement::Key(
                keys.iter().map(|key| ((*key).to_owned(), item.get(key).cloned().unwrap_or_default())).collect(),
            ),
        };
        let mut seen = BTreeSet::new();
        for (index, item) in items.iter().enumerate() {
            let is_double = keys.as_ref().is_some_and(|keys| !seen.insert(identity(item, keys)));
            self.at(PathElement::Index(index), |validation| {
                if is_double {
                    validation.problem("is a duplicate".to_owned());
                }
                if let Some(schema) = schema.get("items") {
                    validation.value(item, schema);
                }
            });
        }
    }

    fn entries(&mut self, entries: &Map<String, Value>, schema: &Value) {
        self.count(entries.len(), schema, "minProperties", "maxProperties", "fields");
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        for name in required.filter_map(Value::as_str).filter(|name| !entries.contains_key(*name)) {
            self.at(PathElement::field(name), |validation| validation.problem("is required".to_owned()));
        }
        for (name, value) in entries {
            if let Some(schema) = below(schema, name) {
                self.at(PathElement::field(name.as_str()), |validation| validation.value(value, schema));
            }
        }
    }

    fn count(&mut self, count: usize, schema: &Value, least: &str, most: &str, what: &str) {
        if let Some(least) = whole(schema, least).filter(|least| (count as u64) < *least) {
            self.problem(format!("has fewer than {least} {what}"));
        }
        if let Some(most) = whole(schema, most).filter(|most| (count as u64) > *most) {
            self.problem(format!("has more than {most} {what}"));
        }
    }

    fn combinations(&mut self, value: &Value, schema: &Value) {
        let schemas = |name: &str| schema.get(name).and_then(Value::as_array).filter(|schemas| !schemas.is_empty());
        let fits = |schema: &&Value| Self::of(value, schema).is_empty();
        for part in schemas("allOf").into_iter().flatten() {
            self.value(value, part);
        }
        if let Some(any) = schemas("anyOf")
            && !any.iter().any(|schema| fits(&schema))
        {
            self.problem(format!("must fit one of {} schemas", any.len()));
        }
        if let Some(one) = schemas("oneOf") {
            let count = one.iter().filter(fits).count();
            if count != 1 {
                self.problem(format!("must fit exactly one of {} schemas, fits {count}", one.len()));
            }
        }
        if schema.get("not").is_some_and(|schema| fits(&schema)) {
            self.problem("fits a schema that it must not fit".to_owned());
        }
    }
}

fn whole(schema: &Value, name: &str) -> Option<u64> {
    schema.get(name).and_then(Value::as_u64)
}

/// `1.0` is an integer in JSON.
fn is_integer(value: &Value) -> bool {
    value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
}

fn form(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
