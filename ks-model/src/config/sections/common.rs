//! `common`: what several modules share; here only the part that monitoring reads.

use serde::{Deserialize, Serialize};

/// The section `common`, as far as monitoring reads it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Common {
    /// Which Prometheus the platform asks.
    pub monitoring: CommonMonitoring,
    /// The kinds of GPU that the console offers.
    pub gpu: CommonGpu,
    /// Where notifications are sent.
    pub notification: Notification,
}

/// Which Prometheus the platform asks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CommonMonitoring {
    /// `external` when the platform brings no Prometheus of its own; every other value means the bundled one.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The address of Prometheus.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Whether the console shows GPUs.
    #[serde(rename = "GPUMonitoring")]
    pub gpu_monitoring: GpuMonitoring,
}

/// Whether the console shows GPUs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GpuMonitoring {
    /// Off by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// The kinds of GPU that the console offers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CommonGpu {
    /// One entry for each extended resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<GpuKind>>,
}

/// One kind of GPU.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct GpuKind {
    /// The extended resource, such as `nvidia.com/gpu`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_name: Option<String>,
    /// What the console calls it, such as `GPU`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    /// Whether it is the one offered first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<bool>,
}

/// Where notifications are sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Notification {
    /// The address of notification-manager.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
}
