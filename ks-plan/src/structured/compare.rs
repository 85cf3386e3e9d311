//! Is it unchanged, and if not, what differs.

use serde_json::Value;

use super::{FieldPath, Type};

/// What a comparison without the server can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// An apply would change nothing. Only said when certain.
    Unchanged,
    /// An apply would change something, or might.
    Differs,
}

/// One field that differs between two objects.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldDifference {
    /// The field.
    pub path: FieldPath,
    /// Its value before; absent when it was added.
    pub before: Option<Value>,
    /// Its value after; absent when it was removed.
    pub after: Option<Value>,
}

/// Tells, without asking the server, whether an apply of `desired` would leave `live` as it is.
pub fn compare(_desired: &Value, _live: &Value, _manager: &str, _ty: Type<'_>) -> Verdict {
    Verdict::Differs
}

/// Lists the leaves that differ between two objects, list items matched by their keys.
pub fn differences(_before: &Value, _after: &Value, _ty: Type<'_>) -> Vec<FieldDifference> {
    Vec::new()
}
