//! What becomes of conflicts, field by field: taken, or kept as others have them.
//!
//! What is taken is written with force, that field only. What is kept is left out of what ks applies, so that ks does not
//! own it; the inventory remembers it, and every later plan leaves it out as well and shows it. A keep is forgotten when it
//! is taken, when nothing wants the field any more, and when nobody else owns it any more: then the wanted value is written.

mod address;
mod problem;

use std::collections::BTreeSet;

use ks_model::ObjectRef;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::conflict::FieldOwner;

pub use address::{FieldAddress, FieldAddressError};
pub use problem::{ResolutionProblem, ResolutionProblems};

/// Says which conflicts are resolved, and how. What the inventory remembers need not be said again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Resolutions {
    /// Fields that ks takes from whoever owns them. A kept one is forgotten.
    pub take: BTreeSet<FieldAddress>,
    /// Fields that stay as others have them.
    pub keep: BTreeSet<FieldAddress>,
}

/// A field that stays as others have it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct KeptField {
    /// The object.
    pub object: ObjectRef,
    /// The field, list items by key.
    pub field: String,
    /// The value that the configuration wants; secret values are masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<Value>,
    /// The value that it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<Value>,
    /// Who owns it.
    pub owners: Vec<FieldOwner>,
}

/// A field that was kept so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ForgottenKeep {
    /// The object.
    pub object: ObjectRef,
    /// The field.
    pub field: String,
    /// Why it is forgotten.
    pub because: Forgotten,
}

/// Says why a keep is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Forgotten {
    /// The user takes the field.
    Taken,
    /// Nothing wants the field, or the object, any more.
    Unwanted,
    /// The object is not there, or is being deleted; it is made with the wanted value.
    Absent,
    /// Nobody else owns the field any more; the wanted value is written.
    Unowned,
    /// The object is deleted and made again, with the wanted value.
    Replaced,
}

impl ForgottenKeep {
    pub(crate) fn new(address: &FieldAddress, because: Forgotten) -> Self {
        Self { object: address.object.clone(), field: address.path.to_string(), because }
    }
}
