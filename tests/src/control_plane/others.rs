//! What other programs bring into a cluster, and everything on needs.

use serde_json::json;

use super::{ControlPlane, Unavailable};

/// The namespaces of others.
const NAMESPACES: [&str; 1] = ["istio-system"];

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
}
