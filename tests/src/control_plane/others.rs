//! What other programs bring into a cluster, and everything on needs.

use std::time::Duration;

use serde_json::{Value, json};

use super::{ControlPlane, Unavailable};

/// The namespaces of others.
const NAMESPACES: [&str; 1] = ["istio-system"];
const PATIENCE: Duration = Duration::from_secs(30);

/// The path of the ClusterConfiguration of an installer.
pub const CLUSTER_CONFIGURATION: &str =
    "/apis/installer.kubesphere.io/v1alpha1/namespaces/kubesphere-system/clusterconfigurations/ks-installer";

impl ControlPlane {
    /// Makes what the catalogue leaves to others: the namespace of the service mesh.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn add_what_others_bring(&self) -> Result<(), Unavailable> {
        for name in NAMESPACES {
            let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
            self.apply(&format!("/api/v1/namespaces/{name}"), &namespace.to_string())?;
        }
        Ok(())
    }

    /// Makes what ks-installer leaves behind: its ClusterConfiguration `ks-installer`, and the definition of that kind.
    ///
    /// # Errors
    /// When the server refuses, or does not serve the kind within 30 s.
    pub fn add_cluster_configuration(&self) -> Result<(), Unavailable> {
        let open = json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true });
        let schema = json!({ "type": "object", "properties": { "spec": open, "status": open } });
        let name = "clusterconfigurations.installer.kubesphere.io";
        let definition = json!({
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": { "name": name },
            "spec": {
                "group": "installer.kubesphere.io",
                "scope": "Namespaced",
                "names": { "kind": "ClusterConfiguration", "plural": "clusterconfigurations" },
                "versions": [{ "name": "v1alpha1", "served": true, "storage": true, "schema": { "openAPIV3Schema": schema } }]
            }
        });
        let path = format!("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}");
        self.apply(&path, &definition.to_string())?;
        let established = |it: &Value| it["status"]["conditions"].to_string().contains(r#""Established""#);
        self.wait_for(&path, PATIENCE, established)?;
        let configuration = json!({
            "apiVersion": "installer.kubesphere.io/v1alpha1",
            "kind": "ClusterConfiguration",
            "metadata": { "name": "ks-installer", "namespace": "kubesphere-system" },
            "spec": {}
        });
        self.apply(CLUSTER_CONFIGURATION, &configuration.to_string())?;
        Ok(())
    }
}
