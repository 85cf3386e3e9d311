//! Simulated nodes and the volumes they mount.

use std::time::Duration;

use serde_json::{Value, json};

use super::{ControlPlane, Unavailable};

const NODES: &str = "/api/v1/nodes";
const PATIENCE: Duration = Duration::from_secs(60);

impl ControlPlane {
    /// Makes the nodes `node-0` to `node-<n - 1>` exist and no others, and waits until they are ready. Nobody moves the
    /// pods of a node that goes: delete them, or let the controllers find out.
    ///
    /// # Errors
    /// When the server refuses, or a node does not become ready in a minute.
    pub fn set_nodes(&self, count: usize) -> Result<(), Unavailable> {
        let wanted: Vec<String> = (0..count).map(|index| format!("node-{index}")).collect();
        let live = self.get(NODES)?.unwrap_or_default();
        let live = live["items"].as_array().into_iter().flatten().filter_map(|node| node["metadata"]["name"].as_str());
        for gone in live.filter(|name| !wanted.iter().any(|wanted| wanted == name)) {
            self.delete(&format!("{NODES}/{gone}"))?;
        }
        for name in &wanted {
            let node = json!({
                "apiVersion": "v1",
                "kind": "Node",
                "metadata": {"name": name, "labels": {
                    "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
                }},
            });
            self.apply(&format!("{NODES}/{name}"), &node.to_string())?;
        }
        if self.options.controllers {
            for name in &wanted {
                self.wait_for(&format!("{NODES}/{name}"), PATIENCE, is_schedulable)?;
            }
        }
        Ok(())
    }

    /// Two StorageClasses whose volumes bind at once: `standard`, the default, whose claims can grow, and `fixed`, whose
    /// claims cannot.
    pub(super) fn add_storage_classes(&self) -> Result<(), Unavailable> {
        for (name, is_default) in [("standard", true), ("fixed", false)] {
            let class = json!({
                "apiVersion": "storage.k8s.io/v1",
                "kind": "StorageClass",
                "metadata": {"name": name, "annotations": {
                    "storageclass.kubernetes.io/is-default-class": is_default.to_string(),
                }},
                "provisioner": "kubernetes.io/host-path",
                "allowVolumeExpansion": is_default,
            });
            self.apply(&format!("/apis/storage.k8s.io/v1/storageclasses/{name}"), &class.to_string())?;
        }
        Ok(())
    }
}

/// Ready, and without the taint that a new node carries until the controllers have seen it ready.
fn is_schedulable(node: &Value) -> bool {
    let conditions = node.pointer("/status/conditions").and_then(Value::as_array);
    let ready = conditions.is_some_and(|all| all.iter().any(|one| one["type"] == "Ready" && one["status"] == "True"));
    let taints = node.pointer("/spec/taints").and_then(Value::as_array);
    ready && taints.is_none_or(Vec::is_empty)
}
