//! Resources of a container: the four leaves that are read.

use serde::{Deserialize, Serialize};

use crate::Quantity;

/// Limits and requests of a container. Each of the four leaves has a default of its own in the catalogue.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Resources {
    /// What the container may use at most.
    pub limits: Amounts,
    /// What the scheduler sets aside for it.
    pub requests: Amounts,
}

/// An amount of CPU and one of memory; other resources are not read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Amounts {
    /// CPU, in cores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Quantity>,
    /// Memory, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Quantity>,
}

/// Something of which only the resources can be set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sized {
    /// Limits and requests of its container.
    pub resources: Resources,
}
