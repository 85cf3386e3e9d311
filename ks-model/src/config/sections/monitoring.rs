//! `monitoring`: the bundled stack.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Placement, Resources, Sized};
use crate::Quantity;

/// The section `monitoring`. There is no switch for the whole: monitoring is always installed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Monitoring {
    /// The storage class of the Prometheus volume; the empty string means that none is named.
    #[serde(rename = "storageClass", skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<String>,
    /// Where the pods of the stack run. Not used by node-exporter, grafana and dcgm-exporter.
    #[serde(flatten)]
    pub placement: Placement,
    /// Prometheus and its operator.
    pub prometheus: Prometheus,
    /// Alertmanager.
    pub alertmanager: Alertmanager,
    /// node-exporter.
    pub node_exporter: NodeExporter,
    /// The kube-rbac-proxy sidecars of the operator, of node-exporter and of kube-state-metrics.
    pub kube_rbac_proxy: Sized,
    /// kube-state-metrics.
    pub kube_state_metrics: Sized,
    /// notification-manager, its operator and the proxy of the operator.
    pub notification_manager: NotificationManager,
    /// Grafana.
    pub grafana: Grafana,
    /// Alerts that are about no single component.
    pub general_alerts: GeneralAlerts,
    /// Monitoring of GPUs.
    pub gpu: Gpu,
}

/// Prometheus and its operator.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Prometheus {
    /// How many replicas; by default one below three nodes, else two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<u32>,
    /// The size of each volume.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume_size: Option<Quantity>,
    /// How long samples are kept, in the syntax of Prometheus: `7d`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<String>,
    /// Whether samples outlive a pod.
    pub persistence: PrometheusPersistence,
    /// Labels that go with every sample and alert that leaves Prometheus.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_labels: Option<BTreeMap<String, String>>,
    /// Where samples are written to as well, as prometheus-operator writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote_write: Option<Vec<Value>>,
    /// Limits and requests of the Prometheus container.
    pub resources: Resources,
    /// The prometheus-operator.
    pub operator: Sized,
}

/// The volumes of Prometheus.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PrometheusPersistence {
    /// Whether there are any; on by default. Without, samples are lost with their pod.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// Alertmanager.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Alertmanager {
    /// How many replicas; by default one below three nodes, else three.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replicas: Option<u32>,
    /// Limits and requests of the Alertmanager container.
    pub resources: Resources,
}

/// node-exporter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NodeExporter {
    /// The port it listens on, on every node.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Limits and requests of its container.
    pub resources: Resources,
}

/// notification-manager.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NotificationManager {
    /// Limits and requests of the manager.
    pub resources: Resources,
    /// Its operator.
    pub operator: Sized,
    /// The kube-rbac-proxy of the operator.
    pub proxy: Sized,
}

/// Grafana.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Grafana {
    /// Whether it is installed; off by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// Alerts that are about no single component.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GeneralAlerts {
    /// Whether they are installed; off by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// Monitoring of GPUs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Gpu {
    /// The exporter for NVIDIA cards.
    pub nvidia_dcgm_exporter: DcgmExporter,
}

/// dcgm-exporter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DcgmExporter {
    /// Whether it is installed; off by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Limits and requests of its container.
    pub resources: Resources,
}
