//! Where no controllers run: the numbered pods of StatefulSets that have claims, and the claims.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{MADE_OF, PAUSE, replicas, text};
use crate::control_plane::{ControlPlane, Unavailable};

/// What keeps a claim as long as a pod has it; the stand-in lets go of it then.
const PROTECTION: &str = "kubernetes.io/pvc-protection";

/// How long a pod takes to be ready, so that who waits for it waits.
const START: Duration = Duration::from_secs(1);

/// When each pod was first seen, by its UID.
type Starts = HashMap<String, Instant>;

impl ControlPlane {
    /// Makes the pods of StatefulSets with claims from now on, and the claims, again and again where one is missing; a pod
    /// is ready after a second. A StatefulSet goes with what it is made of, and its pods with it.
    pub fn stand_in_for_numbered_pods(self: &Arc<Self>) {
        let cluster = Arc::downgrade(self);
        std::thread::spawn(move || {
            let mut starts = Starts::new();
            while let Some(cluster) = Weak::upgrade(&cluster) {
                // What is refused now is tried again in the next round.
                drop(cluster.make_numbered_pods(&mut starts));
                drop(cluster);
                sleep(PAUSE);
            }
        });
    }

    fn make_numbered_pods(&self, starts: &mut Starts) -> Result<(), Unavailable> {
        self.collect_garbage()?;
        for set in self.items("/apis/apps/v1/statefulsets")? {
            let (name, namespace) = (text(&set["metadata"], "name"), text(&set["metadata"], "namespace"));
            let of = format!("/apis/apps/v1/namespaces/{namespace}/statefulsets/{name}");
            let core = format!("/api/v1/namespaces/{namespace}");
            let templates = set["spec"]["volumeClaimTemplates"].as_array().cloned().unwrap_or_default();
            for pod in (0..replicas(&set)).filter(|_| !templates.is_empty()).map(|it| format!("{name}-{it}")) {
                let mut spec = set["spec"]["template"]["spec"].clone();
                let mut volumes = spec["volumes"].as_array().cloned().unwrap_or_default();
                let mut stay = true;
                for template in &templates {
                    let volume = text(&template["metadata"], "name");
                    let claim = format!("{volume}-{pod}");
                    let metadata = json!({ "name": claim, "finalizers": [PROTECTION] });
                    let object = json!({ "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata,
                                         "spec": template["spec"] });
                    stay &= self.make(&format!("{core}/persistentvolumeclaims/{claim}"), &object)?;
                    volumes.push(json!({ "name": volume, "persistentVolumeClaim": { "claimName": claim } }));
                }
                if !stay {
                    continue;
                }
                spec["volumes"] = json!(volumes);
                let labels = set["spec"]["template"]["metadata"]["labels"].clone();
                let metadata = json!({ "name": pod, "labels": labels, "annotations": { MADE_OF: of } });
                let object = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec });
                let path = format!("{core}/pods/{pod}");
                self.make(&path, &object)?;
                let Some(live) = self.get(&path)? else { continue };
                let start = starts.entry(text(&live["metadata"], "uid").to_owned()).or_insert_with(Instant::now);
                if start.elapsed() < START {
                    continue;
                }
                let status = json!({ "phase": "Running", "conditions": [{ "type": "Ready", "status": "True" }] });
                self.api.merge(&format!("{path}/status"), &json!({ "status": status }).to_string())?;
            }
        }
        Ok(())
    }

    /// Deletes the StatefulSets and the pods whose maker is gone.
    fn collect_garbage(&self) -> Result<(), Unavailable> {
        for (root, plural) in [("/apis/apps/v1", "statefulsets"), ("/api/v1", "pods")] {
            for object in self.items(&format!("{root}/{plural}"))? {
                let of = text(&object["metadata"]["annotations"], MADE_OF);
                if !of.is_empty() && self.is_gone(of)? {
                    let (name, namespace) = (text(&object["metadata"], "name"), text(&object["metadata"], "namespace"));
                    self.delete(&format!("{root}/namespaces/{namespace}/{plural}/{name}"))?;
                }
            }
        }
        Ok(())
    }

    /// Whether an object is not there, and is not just being made anew.
    fn is_gone(&self, path: &str) -> Result<bool, Unavailable> {
        if self.get(path)?.is_some() {
            return Ok(false);
        }
        sleep(PAUSE);
        Ok(self.get(path)?.is_none())
    }

    /// Makes an object that is not there; tells whether it is one that stays.
    fn make(&self, path: &str, object: &Value) -> Result<bool, Unavailable> {
        match self.get(path)? {
            Some(live) => Ok(live["metadata"]["deletionTimestamp"].is_null()),
            None => self.apply(path, &object.to_string()).map(|_| true),
        }
    }
}
