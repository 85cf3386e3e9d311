//! Does an applied object fit its type, as far as a merge needs it to.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::path::{FieldPath, PathElement};
use super::schema::{ListType, MapType, Shape, Type};
use super::types::Scalar;

/// What is wrong with a field.
pub(super) struct Misfit {
    /// The field.
    pub(super) path: FieldPath,
    /// What is wrong with it.
    pub(super) message: String,
}

/// Finds the first field that does not fit: an unknown one, one of another type, a list item without its key or with that of another.
pub(super) fn check(object: &Value, ty: Type<'_>) -> Result<(), Misfit> {
    Check { path: Vec::new() }.value(object, ty)
}

struct Check {
    path: Vec<PathElement>,
}

impl Check {
    fn value(&mut self, value: &Value, ty: Type<'_>) -> Result<(), Misfit> {
        match (ty.shape(value), value) {
            (_, Value::Null) => Ok(()),
            (Shape::Map(ty), Value::Object(entries)) => self.entries(entries, ty),
            (Shape::List(ty), Value::Array(items)) => self.items(items, ty),
            (Shape::Map(_), _) => self.misfit(format!("expected a map, got {}", form(value))),
            (Shape::List(_), _) => self.misfit(format!("expected a list, got {}", form(value))),
            (Shape::Scalar(scalar), value) => self.scalar(value, scalar),
        }
    }

    fn misfit(&self, message: String) -> Result<(), Misfit> {
        Err(Misfit { path: FieldPath(self.path.clone()), message })
    }

    fn scalar(&self, value: &Value, scalar: Scalar) -> Result<(), Misfit> {
        let (fits, expected) = match scalar {
            Scalar::String | Scalar::Bytes => (value.is_string(), "a string"),
            Scalar::Number => (value.is_number(), "a number"),
            Scalar::Boolean => (value.is_boolean(), "a boolean"),
            Scalar::Any | Scalar::Quantity | Scalar::Amount => (!value.is_object() && !value.is_array(), "a scalar"),
        };
        if fits { Ok(()) } else { self.misfit(format!("expected {expected}, got {}", form(value))) }
    }

    fn below(&mut self, element: PathElement, value: &Value, ty: Type<'_>) -> Result<(), Misfit> {
        self.path.push(element);
        let result = self.value(value, ty);
        self.path.pop();
        result
    }

    fn entries(&mut self, entries: &Map<String, Value>, ty: MapType<'_>) -> Result<(), Misfit> {
        for (name, value) in entries {
            let element = PathElement::field(name.as_str());
            match ty.declared(name) {
                Some(ty) => self.below(element, value, ty)?,
                None => {
                    self.path.push(element);
                    return self.misfit("field not declared in schema".to_owned());
                }
            }
        }
        Ok(())
    }

    fn items(&mut self, items: &[Value], ty: ListType<'_>) -> Result<(), Misfit> {
        let mut seen = BTreeSet::new();
        for (index, item) in items.iter().enumerate() {
            let element = match (ty.is_atomic(), ty.element(item)) {
                (true, _) => PathElement::Index(index),
                (false, Some(element)) => element,
                (false, None) => return self.misfit(format!("item {index} has nothing to tell it from the others")),
            };
            if !ty.is_atomic() && !seen.insert(element.clone()) {
                return self.misfit(format!("duplicate entries for key {element}"));
            }
            self.below(element, item, ty.item())?;
        }
        Ok(())
    }
}

fn form(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}
