//! `alerting`: rules of tenants and the ThanosRuler that evaluates them.

use serde::{Deserialize, Serialize};

use super::Resources;

/// The section `alerting`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Alerting {
    /// Whether ThanosRuler is installed; off by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// ThanosRuler.
    pub thanosruler: ThanosRuler,
}

/// ThanosRuler.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ThanosRuler {
    /// How many replicas; by default one below three nodes, else two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<u32>,
    /// Limits and requests of its container.
    pub resources: Resources,
}
