//! Does an applied object fit its type, as far as a merge needs it to.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::path::FieldPath;
use super::schema::{ListType, MapType, Shape, Type};
use super::trail::{Step, Trail};
use super::types::Scalar;

/// What is wrong with a field.
pub(super) struct Misfit {
    /// The field.
    pub(super) path: FieldPath,
    /// What is wrong with it.
    pub(super) message: String,
}

/// Finds the first field that does not fit: an unknown one, one of another type, a list item without its key or with that of another.
pub(super) fn check<'a>(object: &'a Value, ty: Type<'a>) -> Result<(), Misfit> {
    Check { trail: Trail::default() }.value(object, ty)
}

struct Check<'a> {
    trail: Trail<'a>,
}

impl<'a> Check<'a> {
    fn value(&mut self, value: &'a Value, ty: Type<'a>) -> Result<(), Misfit> {
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
        Err(Misfit { path: self.trail.path(), message })
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

    fn below(&mut self, step: Step<'a>, value: &'a Value, ty: Type<'a>) -> Result<(), Misfit> {
        self.trail.push(step);
        let result = self.value(value, ty);
        self.trail.pop();
        result
    }

    fn entries(&mut self, entries: &'a Map<String, Value>, ty: MapType<'a>) -> Result<(), Misfit> {
        for (name, value) in entries {
            let step = Step::Field(name);
            match ty.declared(name) {
                Some(ty) => self.below(step, value, ty)?,
                None => {
                    self.trail.push(step);
                    return self.misfit("field not declared in schema".to_owned());
                }
            }
        }
        Ok(())
    }

    fn items(&mut self, items: &'a [Value], ty: ListType<'a>) -> Result<(), Misfit> {
        if ty.is_atomic() {
            let mut all = items.iter().enumerate();
            return all.try_for_each(|(index, item)| self.below(Step::Index(index), item, ty.item()));
        }
        let mut seen = BTreeSet::new();
        for (index, item) in items.iter().enumerate() {
            let Some(element) = ty.element(item) else {
                return self.misfit(format!("item {index} has nothing to tell it from the others"));
            };
            if seen.contains(&element) {
                return self.misfit(format!("duplicate entries for key {element}"));
            }
            seen.insert(element);
            self.below(Step::Item(ty, item), item, ty.item())?;
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
