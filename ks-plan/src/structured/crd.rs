//! Custom resources against the structural schema of their definition: defaults, unknown fields, validity.
//!
//! The rules are those of apiextensions: defaulting (KEP-575), pruning, and the OpenAPI validation of structural schemas. Rules in CEL
//! (`x-kubernetes-validations`) and formats are left to the server.

use serde_json::{Map, Value};

use super::crd_validate::Validation;
use super::path::{FieldPath, PathElement};
use super::schema::CrdSchemaError;

/// A value that does not fit its schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaProblem {
    /// The field; list items by their position.
    pub path: FieldPath,
    /// What is wrong with it.
    pub message: String,
}

/// The structural schema of one version of a CustomResourceDefinition.
///
/// ```
/// use ks_plan::structured::{StructuralSchema, crd};
/// use serde_json::json;
///
/// let definition = json!({"metadata": {"name": "things.example.com"}, "spec": {"versions": [{"name": "v1", "schema": {"openAPIV3Schema":
///     {"type": "object", "properties": {"spec": {"type": "object", "required": ["size"], "properties": {
///         "size": {"type": "integer", "minimum": 1}, "mode": {"type": "string", "default": "fast"}}}}}}}]}});
/// let schema = StructuralSchema::of(&definition, "v1")?;
/// let mut thing = json!({"spec": {"size": 0, "colour": "red"}});
/// let unknown = crd::prune(&mut thing, schema);
/// crd::default(&mut thing, schema);
/// assert_eq!(unknown[0].to_string(), ".spec.colour");
/// assert_eq!(thing, json!({"spec": {"size": 0, "mode": "fast"}}));
/// assert_eq!(crd::validate(&thing, schema)[0].message, "must be 1 or more");
/// # Ok::<(), ks_plan::structured::CrdSchemaError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct StructuralSchema<'a> {
    root: &'a Value,
    /// The definition keeps unknown fields everywhere.
    keeps_unknown: bool,
}

impl<'a> StructuralSchema<'a> {
    /// Finds the schema of `version` in a definition.
    ///
    /// # Errors
    /// When the definition has no such version, or no schema in it.
    pub fn of(crd: &'a Value, version: &str) -> Result<Self, CrdSchemaError> {
        let name = crd.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
        let versions = crd.pointer("/spec/versions").and_then(Value::as_array).into_iter().flatten();
        let mut of_name = versions.filter(|entry| entry.get("name").and_then(Value::as_str) == Some(version));
        let schema = of_name.next().and_then(|entry| entry.pointer("/schema/openAPIV3Schema"));
        let missing = || CrdSchemaError::NoVersion { name: name.to_owned(), version: version.to_owned() };
        let keeps_unknown = crd.pointer("/spec/preserveUnknownFields").and_then(Value::as_bool).unwrap_or(false);
        Ok(Self { root: schema.ok_or_else(missing)?, keeps_unknown })
    }
}

/// Fills in the defaults of the schema, as the API server does on each write and read, and drops the nulls that it drops: those of
/// fields that may not be null.
pub fn default(object: &mut Value, schema: StructuralSchema<'_>) {
    fill(object, schema.root);
}

/// The object with the defaults of the schema; `None` when it has them all, so that most objects need no copy.
pub fn defaulted(object: &Value, schema: StructuralSchema<'_>) -> Option<Value> {
    lacks(object, schema.root).then(|| {
        let mut filled = object.clone();
        fill(&mut filled, schema.root);
        filled
    })
}

/// Whether [`fill`] would change the value.
fn lacks(value: &Value, schema: &Value) -> bool {
    let lacks_item = |item: &Value, schema: &Value| {
        (item.is_null() && !is_nullable(schema) && default_of(schema).is_some()) || lacks(item, schema)
    };
    match value {
        Value::Object(entries) => {
            let lacks_property = |(name, property): (&String, &Value)| match entries.get(name) {
                None => default_of(property).is_some(),
                Some(value) => value.is_null() && !is_nullable(property),
            };
            let mut properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
            properties.any(lacks_property)
                || entries.iter().any(|(name, value)| below(schema, name).is_some_and(|it| lacks_item(value, it)))
        }
        Value::Array(items) => {
            schema.get("items").is_some_and(|schema| items.iter().any(|item| lacks_item(item, schema)))
        }
        _ => false,
    }
}

fn fill(value: &mut Value, schema: &Value) {
    match value {
        Value::Object(entries) => {
            fill_properties(entries, schema);
            for (name, value) in entries {
                if let Some(schema) = below(schema, name) {
                    fill_item(value, schema);
                }
            }
        }
        Value::Array(items) => {
            if let Some(schema) = schema.get("items") {
                items.iter_mut().for_each(|item| fill_item(item, schema));
            }
        }
        _ => {}
    }
}

fn fill_properties(entries: &mut Map<String, Value>, schema: &Value) {
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let is_stray_null = entries.get(name).is_some_and(Value::is_null) && !is_nullable(property);
        match default_of(property) {
            Some(default) if is_stray_null || !entries.contains_key(name) => {
                entries.insert(name.clone(), default.clone());
            }
            None if is_stray_null => {
                entries.shift_remove(name);
            }
            _ => {}
        }
    }
}

fn fill_item(item: &mut Value, schema: &Value) {
    if let Some(default) = default_of(schema).filter(|_| item.is_null() && !is_nullable(schema)) {
        *item = default.clone();
    }
    fill(item, schema);
}

fn default_of(schema: &Value) -> Option<&Value> {
    schema.get("default").filter(|default| !default.is_null())
}

pub(super) fn is_nullable(schema: &Value) -> bool {
    is_set(schema, "nullable")
}

pub(super) fn is_set(schema: &Value, name: &str) -> bool {
    schema.get(name).and_then(Value::as_bool).unwrap_or(false)
}

/// Finds the schema of a field, named or additional.
pub(super) fn below<'a>(schema: &'a Value, name: &str) -> Option<&'a Value> {
    let named = schema.get("properties").and_then(|properties| properties.get(name));
    named.or_else(|| schema.get("additionalProperties").filter(|additional| additional.is_object()))
}

/// Drops the fields that the schema does not know, and tells which.
pub fn prune(object: &mut Value, schema: StructuralSchema<'_>) -> Vec<FieldPath> {
    let mut pruning = Pruning { path: Vec::new(), dropped: Vec::new() };
    if !schema.keeps_unknown {
        pruning.value(object, schema.root, true);
    }
    pruning.dropped
}

struct Pruning {
    path: Vec<PathElement>,
    dropped: Vec<FieldPath>,
}

impl Pruning {
    fn value(&mut self, value: &mut Value, schema: &Value, is_object: bool) {
        match value {
            Value::Object(entries) => self.entries(entries, schema, is_object),
            Value::Array(items) => {
                let Some(schema) = schema.get("items") else { return };
                for (index, item) in items.iter_mut().enumerate() {
                    self.path.push(PathElement::Index(index));
                    self.value(item, schema, is_set(schema, "x-kubernetes-embedded-resource"));
                    self.path.pop();
                }
            }
            _ => {}
        }
    }

    /// The three fields of every object stay, whatever the schema says of them.
    fn entries(&mut self, entries: &mut Map<String, Value>, schema: &Value, is_object: bool) {
        let keeps_unknown =
            is_set(schema, "x-kubernetes-preserve-unknown-fields") || is_set(schema, "additionalProperties");
        entries.retain(|name, value| {
            if is_object && matches!(name.as_str(), "apiVersion" | "kind" | "metadata") {
                return true;
            }
            self.path.push(PathElement::field(name.as_str()));
            let schema = below(schema, name);
            match schema {
                Some(schema) => self.value(value, schema, is_set(schema, "x-kubernetes-embedded-resource")),
                None if keeps_unknown => {}
                None => self.dropped.push(FieldPath(self.path.clone())),
            }
            self.path.pop();
            schema.is_some() || keeps_unknown
        });
    }
}

/// Lists everything in an object that does not fit its schema, in the order of the object.
pub fn validate(object: &Value, schema: StructuralSchema<'_>) -> Vec<SchemaProblem> {
    Validation::of(object, schema.root)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn definition(spec: Value) -> Value {
        json!({"metadata": {"name": "a"}, "spec": {"versions": [{"name": "v1",
            "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}}]}})
    }

    fn problems(spec: Value, value: Value) -> Vec<String> {
        let definition = definition(spec);
        let schema = StructuralSchema::of(&definition, "v1").unwrap();
        let problems = validate(&json!({"spec": value}), schema);
        problems.iter().map(|problem| format!("{}: {}", problem.path, problem.message)).collect()
    }

    #[test]
    fn a_default_fills_in_below_a_default() {
        let definition = definition(
            json!({"type": "object", "default": {}, "properties": {"a": {"type": "string", "default": "b"}}}),
        );
        let mut object = json!({});
        default(&mut object, StructuralSchema::of(&definition, "v1").unwrap());
        assert_eq!(object, json!({"spec": {"a": "b"}}));
    }

    #[test]
    fn a_null_is_defaulted_dropped_or_kept() {
        let definition = definition(json!({"type": "object", "properties": {"a": {"type": "string", "default": "b"},
            "c": {"type": "string"}, "d": {"type": "string", "nullable": true}}}));
        let mut object = json!({"spec": {"a": null, "c": null, "d": null}});
        default(&mut object, StructuralSchema::of(&definition, "v1").unwrap());
        assert_eq!(object, json!({"spec": {"a": "b", "d": null}}));
    }

    #[test]
    fn unknown_fields_go_unless_they_are_preserved() {
        let definition = definition(json!({"type": "object", "properties": {
            "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": true,
                "properties": {"known": {"type": "object", "properties": {}}}},
            "pod": {"type": "object", "x-kubernetes-embedded-resource": true}}}));
        let mut object = json!({"kind": "A", "other": 1, "spec": {"free": {"x": {"y": 1}, "known": {"z": 1}}, "pod": {"kind": "Pod", "spec": {}}}});
        let dropped = prune(&mut object, StructuralSchema::of(&definition, "v1").unwrap());
        let dropped: Vec<String> = dropped.iter().map(ToString::to_string).collect();
        assert_eq!(dropped, [".other", ".spec.free.known.z", ".spec.pod.spec"]);
        assert_eq!(
            object,
            json!({"kind": "A", "spec": {"free": {"x": {"y": 1}, "known": {}}, "pod": {"kind": "Pod"}}})
        );
    }

    #[test]
    fn every_problem_is_told_with_its_place() {
        let spec = json!({"type": "object", "required": ["a"], "properties": {
            "b": {"type": "string", "pattern": "^x+$"}, "c": {"type": "array", "maxItems": 1, "items": {"type": "integer"}}}});
        let found = problems(spec, json!({"b": "y", "c": [1, "2"]}));
        assert_eq!(
            found,
            [
                ".spec.a: is required",
                ".spec.b: must match \"^x+$\"",
                ".spec.c: has more than 1 items",
                ".spec.c[1]: must be an integer, is a string"
            ]
        );
    }

    #[test]
    fn int_or_string_is_either() {
        let spec = json!({"x-kubernetes-int-or-string": true, "anyOf": [{"type": "integer"}, {"type": "string"}]});
        assert_eq!(problems(spec.clone(), json!("50%")), Vec::<String>::new());
        assert_eq!(problems(spec.clone(), json!(5)), Vec::<String>::new());
        assert_eq!(problems(spec, json!(true)), [".spec: must be an integer or a string, is a boolean"]);
    }

    #[test]
    fn items_of_a_keyed_list_and_of_a_set_are_unique() {
        let keyed = json!({"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"],
            "items": {"type": "object", "properties": {"k": {"type": "string"}}}});
        assert_eq!(problems(keyed, json!([{"k": "a"}, {"k": "a"}])), [".spec[1]: is a duplicate"]);
        let set = json!({"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}});
        assert_eq!(problems(set, json!(["a", "a"])), [".spec[1]: is a duplicate"]);
    }

    #[test]
    fn one_of_wants_exactly_one() {
        let spec = json!({"type": "object", "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
            "properties": {"a": {"type": "string"}, "b": {"type": "string"}}});
        assert_eq!(problems(spec.clone(), json!({"a": "x"})), Vec::<String>::new());
        assert_eq!(problems(spec, json!({"a": "x", "b": "y"})), [".spec: must fit exactly one of 2 schemas, fits 2"]);
    }
}
