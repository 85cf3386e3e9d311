//! What ends where no controllers run: claims are let go of, and namespaces are emptied and finalised.

use ks_plan::volumes::holds;
use serde_json::{Value, json};

use super::text;
use crate::control_plane::{ControlPlane, Unavailable};

impl ControlPlane {
    /// Takes the next step of everything that is being deleted.
    pub(super) fn end_what_is_deleted(&self) -> Result<(), Unavailable> {
        let claims = self.items("/api/v1/persistentvolumeclaims")?;
        let ending: Vec<&Value> = claims.iter().filter(|it| is_ending(it)).collect();
        let pods = if ending.is_empty() { Vec::new() } else { self.items("/api/v1/pods")? };
        for claim in ending {
            let metadata = &claim["metadata"];
            let (namespace, name) = (text(metadata, "namespace"), text(metadata, "name"));
            if pods.iter().any(|it| text(&it["metadata"], "namespace") == namespace && holds(it, name)) {
                continue;
            }
            let path = format!("/api/v1/namespaces/{namespace}/persistentvolumeclaims/{name}");
            self.api.merge(&path, &json!({ "metadata": { "finalizers": null } }).to_string())?;
        }
        for namespace in self.items("/api/v1/namespaces")?.into_iter().filter(is_ending) {
            self.end_namespace(namespace)?;
        }
        Ok(())
    }

    fn end_namespace(&self, mut namespace: Value) -> Result<(), Unavailable> {
        let name = text(&namespace["metadata"], "name").to_owned();
        let mut is_empty = true;
        for (root, plural) in self.namespaced()? {
            let collection = format!("{root}/namespaces/{name}/{plural}");
            if !self.items(&collection)?.is_empty() {
                is_empty = false;
                self.api.delete(&collection)?;
            }
        }
        // What was deleted may have finalizers of its own: the next round sees whether it is gone.
        if is_empty {
            namespace["spec"]["finalizers"] = json!([]);
            self.api.replace(&format!("/api/v1/namespaces/{name}/finalize"), &namespace.to_string())?;
        }
        Ok(())
    }

    /// The kinds whose objects live in namespaces and can be deleted as a whole, by their root and name.
    fn namespaced(&self) -> Result<Vec<(String, String)>, Unavailable> {
        let groups = self.get("/apis")?.unwrap_or_default();
        let groups = groups["groups"].as_array().into_iter().flatten();
        let preferred = groups.filter_map(|it| it["preferredVersion"]["groupVersion"].as_str());
        let roots: Vec<String> = preferred.map(|it| format!("/apis/{it}")).chain(["/api/v1".to_owned()]).collect();
        let mut kinds = Vec::new();
        for root in roots {
            let served = self.get(&root)?.unwrap_or_default();
            let resources = served["resources"].as_array().into_iter().flatten();
            let ours = resources.filter(|it| {
                let is_deleted = it["verbs"].as_array().is_some_and(|verbs| verbs.contains(&json!("deletecollection")));
                it["namespaced"] == true && is_deleted
            });
            kinds.extend(ours.map(|it| (root.clone(), text(it, "name").to_owned())));
        }
        Ok(kinds)
    }
}

fn is_ending(object: &Value) -> bool {
    !object["metadata"]["deletionTimestamp"].is_null()
}
