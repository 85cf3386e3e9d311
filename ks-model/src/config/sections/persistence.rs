//! `persistence`: storage of the whole platform.

use serde::{Deserialize, Serialize};

/// The section `persistence`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Persistence {
    /// The storage class for volumes whose section names none; the empty string means the default class of the cluster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<String>,
}
