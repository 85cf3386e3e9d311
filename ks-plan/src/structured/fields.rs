//! The fields that an apply of an object would own.

use serde_json::Value;

use super::{FieldSet, Type};

/// Gives the fields that an apply of `object` would own.
pub fn field_set(_object: &Value, _ty: Type<'_>) -> FieldSet {
    FieldSet::default()
}
