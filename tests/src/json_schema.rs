//! Whether a value fits a JSON schema as schemars writes them, and has no member that the schema does not describe.
//!
//! The schemas let readers put up with new members; whoever writes a member has to describe it. A keyword that is not
//! known here is an error, so that nothing is passed over.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// What says nothing of values. The formats are widths of numbers, beside which their bounds stand.
const REMARKS: [&str; 6] = ["$schema", "$defs", "title", "description", "format", "default"];

/// Says what of the value does not fit.
///
/// # Errors
/// The first place that does not fit, and why.
pub fn check(schema: &Value, value: &Value) -> Result<(), String> {
    Checker { root: schema }.closed(schema, value)
}

struct Checker<'s> {
    root: &'s Value,
}

impl Checker<'_> {
    /// Fits, and every member is described.
    fn closed(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let described = self.open(schema, value)?;
        let (Some(described), Some(object)) = (described, value.as_object()) else { return Ok(()) };
        match object.keys().find(|it| !described.contains(*it)) {
            Some(name) => Err(format!(".{name} is not described")),
            None => Ok(()),
        }
    }

    /// Fits; answers with the members that are described, or with nothing where any may be there.
    fn open(&self, schema: &Value, value: &Value) -> Result<Option<BTreeSet<String>>, String> {
        let Some(schema) = schema.as_object() else {
            return if *schema == Value::Bool(true) { Ok(None) } else { Err("nothing fits here".to_owned()) };
        };
        let mut described = BTreeSet::new();
        let mut describes = false;
        for (keyword, rule) in schema {
            match keyword.as_str() {
                it if REMARKS.contains(&it) => continue,
                "type" | "const" | "enum" | "minimum" | "maximum" | "minItems" | "maxItems" | "uniqueItems" => {
                    simple(keyword, rule, value)?;
                    // That it is a number or a text says all of its members: it has none.
                    describes |= keyword != "type" || *rule != "object" || schema.contains_key("properties");
                }
                "required" => required(rule, value)?,
                "items" | "prefixItems" => self.items(schema, keyword, rule, value)?,
                "properties" => {
                    describes = true;
                    self.properties(rule, value, &mut described)?;
                }
                "additionalProperties" => {
                    describes = true;
                    self.additional(schema, rule, value, &mut described)?;
                }
                "$ref" => self.join(self.open(self.target(rule)?, value)?, &mut described, &mut describes),
                "oneOf" | "anyOf" => {
                    let found = self.choice(keyword, rule, value)?;
                    self.join(found, &mut described, &mut describes);
                }
                unknown => return Err(format!("the schema uses {unknown}, which is not known here")),
            }
        }
        Ok(describes.then_some(described))
    }

    fn join(&self, found: Option<BTreeSet<String>>, described: &mut BTreeSet<String>, describes: &mut bool) {
        if let Some(found) = found {
            *describes = true;
            described.extend(found);
        }
    }

    fn target(&self, rule: &Value) -> Result<&Value, String> {
        let pointer = rule.as_str().and_then(|it| it.strip_prefix('#')).unwrap_or_default();
        self.root.pointer(pointer).ok_or_else(|| format!("{rule} leads nowhere"))
    }

    fn properties(&self, rule: &Value, value: &Value, described: &mut BTreeSet<String>) -> Result<(), String> {
        for (name, schema) in rule.as_object().into_iter().flatten() {
            described.insert(name.clone());
            if let Some(member) = value.get(name) {
                self.closed(schema, member).map_err(|it| format!(".{name}: {it}"))?;
            }
        }
        Ok(())
    }

    fn additional(
        &self,
        schema: &Map<String, Value>,
        rule: &Value,
        value: &Value,
        described: &mut BTreeSet<String>,
    ) -> Result<(), String> {
        for (name, member) in value.as_object().into_iter().flatten() {
            if schema.get("properties").and_then(|it| it.get(name)).is_none() {
                self.closed(rule, member).map_err(|it| format!(".{name}: {it}"))?;
                described.insert(name.clone());
            }
        }
        Ok(())
    }

    fn items(&self, schema: &Map<String, Value>, keyword: &str, rule: &Value, value: &Value) -> Result<(), String> {
        let items = value.as_array().into_iter().flatten().enumerate();
        let first = schema.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
        for (index, item) in items {
            let rule = match keyword {
                "items" if index >= first => rule,
                "prefixItems" if index < first => &rule[index],
                _ => continue,
            };
            self.closed(rule, item).map_err(|it| format!("[{index}]: {it}"))?;
        }
        Ok(())
    }

    fn choice(&self, keyword: &str, rule: &Value, value: &Value) -> Result<Option<BTreeSet<String>>, String> {
        let answers = rule.as_array().into_iter().flatten().map(|it| self.open(it, value));
        let (fitting, others): (Vec<_>, Vec<_>) = answers.partition(Result::is_ok);
        if fitting.len() > 1 && keyword == "oneOf" {
            return Err(format!("fits {} of the choices", fitting.len()));
        }
        let why = || others.into_iter().filter_map(Result::err).collect::<Vec<_>>().join("; ");
        fitting.into_iter().next().unwrap_or_else(|| Err(format!("fits no choice: {}", why())))
    }
}

fn simple(keyword: &str, rule: &Value, value: &Value) -> Result<(), String> {
    let length = value.as_array().map(|it| it.len() as u64);
    let fits = match keyword {
        "type" => match rule {
            Value::Array(any) => any.iter().any(|it| is_of(it, value)),
            one => is_of(one, value),
        },
        "const" => rule == value,
        "enum" => rule.as_array().is_some_and(|it| it.contains(value)),
        "minimum" => value.as_f64().zip(rule.as_f64()).is_none_or(|(it, least)| it >= least),
        "maximum" => value.as_f64().zip(rule.as_f64()).is_none_or(|(it, most)| it <= most),
        "minItems" => length.zip(rule.as_u64()).is_none_or(|(it, least)| it >= least),
        "maxItems" => length.zip(rule.as_u64()).is_none_or(|(it, most)| it <= most),
        _ => value.as_array().is_none_or(|it| it.iter().enumerate().all(|(at, one)| !it[..at].contains(one))),
    };
    if fits { Ok(()) } else { Err(format!("{value} is not as {keyword} {rule} says")) }
}

fn is_of(name: &Value, value: &Value) -> bool {
    match name.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64() || value.is_i64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        _ => false,
    }
}

fn required(rule: &Value, value: &Value) -> Result<(), String> {
    let Some(object) = value.as_object() else { return Ok(()) };
    match rule.as_array().into_iter().flatten().filter_map(Value::as_str).find(|it| !object.contains_key(*it)) {
        Some(name) => Err(format!(".{name} is missing")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::check;

    #[test]
    fn what_does_not_fit_is_told_with_its_place() {
        let schema = json!({
            "type": "object",
            "properties": { "version": { "type": "string" } },
            "required": ["version"],
            "oneOf": [
                { "properties": { "event": { "const": "a" }, "n": { "type": "integer", "minimum": 0 } }, "required": ["event", "n"] },
                { "properties": { "event": { "const": "b" }, "it": { "$ref": "#/$defs/It" } }, "required": ["event"] },
            ],
            "$defs": { "It": { "type": "object", "properties": { "list": { "type": "array", "items": { "enum": ["x", "y"] } } } } },
        });
        let fitting = [
            json!({ "version": "1", "event": "a", "n": 3 }),
            json!({ "version": "1", "event": "b", "it": { "list": ["x", "y"] } }),
        ];
        fitting.iter().for_each(|it| assert_eq!(check(&schema, it), Ok(())));
        let wrong = [
            (json!({ "event": "a", "n": 3 }), ".version is missing"),
            (json!({ "version": "1", "event": "a", "n": -3 }), "minimum"),
            (json!({ "version": "1", "event": "a" }), ".n is missing"),
            (json!({ "version": "1", "event": "a", "n": 3, "more": 1 }), ".more is not described"),
            (json!({ "version": "1", "event": "c" }), "fits no choice"),
            (json!({ "version": "1", "event": "b", "it": { "list": ["z"] } }), ".it: .list: [0]: \"z\""),
            (json!({ "version": "1", "event": "b", "it": { "other": 1 } }), ".other is not described"),
            (json!([]), "type"),
        ];
        for (value, words) in wrong {
            let said = check(&schema, &value).unwrap_err();
            assert!(said.contains(words), "{value}: {said}");
        }
        let unknown = json!({ "patternProperties": {} });
        assert!(check(&unknown, &json!({})).is_err());
    }
}
