//! The whole spec, typed.

use serde::{Deserialize, Serialize};

use super::{Alerting, Common, Etcd, Images, Monitoring, Persistence, Placement};

/// The spec of a ClusterConfiguration, as far as monitoring reads it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Spec {
    /// The bundled stack.
    pub monitoring: Monitoring,
    /// Rules of tenants.
    pub alerting: Alerting,
    /// What several modules share.
    pub common: Common,
    /// The etcd of the cluster.
    pub etcd: Etcd,
    /// Storage of the whole platform.
    pub persistence: Persistence,
    /// The service mesh, whose dashboards are part of monitoring.
    pub servicemesh: ServiceMesh,
    /// Where pods run, for modules that say nothing themselves.
    #[serde(flatten)]
    pub placement: Placement,
    /// Where images come from.
    #[serde(flatten)]
    pub images: Images,
    /// Whether the platform reports home; the switch is not nested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telemetry_enabled: Option<bool>,
}

/// The section `servicemesh`, as far as monitoring reads it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServiceMesh {
    /// Whether the mesh is installed; off by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}
