//! Where no controllers run: a stand-in that says of everything that it is as it should be, and ends what is deleted, so
//! that an apply ends.

mod endings;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use crate::control_plane::{ControlPlane, Unavailable};

const PAUSE: Duration = Duration::from_millis(200);

/// What a controller would write into the status of an object of a list.
type Status = fn(&Value) -> Value;

const WORKLOADS: [(&str, Status); 5] = [
    ("/apis/apps/v1/deployments", |it| {
        let replicas = replicas(it);
        json!({ "replicas": replicas, "updatedReplicas": replicas, "readyReplicas": replicas,
            "availableReplicas": replicas, "observedGeneration": it["metadata"]["generation"] })
    }),
    ("/apis/apps/v1/statefulsets", |it| {
        let replicas = replicas(it);
        json!({ "replicas": replicas, "updatedReplicas": replicas, "readyReplicas": replicas,
                "availableReplicas": replicas, "observedGeneration": it["metadata"]["generation"] })
    }),
    ("/apis/apps/v1/daemonsets", |it| {
        json!({ "currentNumberScheduled": 0, "desiredNumberScheduled": 0, "numberMisscheduled": 0, "numberReady": 0,
            "observedGeneration": it["metadata"]["generation"] })
    }),
    ("/apis/policy/v1/poddisruptionbudgets", |it| {
        json!({ "currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0, "expectedPods": 0,
            "observedGeneration": it["metadata"]["generation"] })
    }),
    ("/api/v1/persistentvolumeclaims", |_| json!({ "phase": "Bound" })),
];

/// The custom resources of the prometheus-operator, with what their StatefulSets are called.
const OPERATED: [(&str, &str); 3] =
    [("prometheuses", "prometheus"), ("alertmanagers", "alertmanager"), ("thanosrulers", "thanos-ruler")];

/// Whoever stands in for the controllers. It works on when this is dropped, as long as the control plane lives.
#[derive(Debug, Default)]
pub struct StandIn(Arc<AtomicBool>);

impl StandIn {
    /// Says whether it rests: then it asks nothing of the API server, and nothing becomes ready or goes.
    pub fn rest(&self, is_resting: bool) {
        self.0.store(is_resting, Ordering::Relaxed);
    }
}

impl ControlPlane {
    /// Stands in for the controllers and the prometheus-operator from now on, until the control plane is dropped: no pod
    /// is made, everything is ready, what is deleted goes.
    pub fn stand_in_for_controllers(self: &Arc<Self>) -> StandIn {
        let cluster = Arc::downgrade(self);
        let stand_in = StandIn::default();
        let is_resting = Arc::clone(&stand_in.0);
        std::thread::spawn(move || {
            while let Some(cluster) = Weak::upgrade(&cluster) {
                // A kind may be on its way in or out, an object just deleted: the next round sees how it ended.
                if !is_resting.load(Ordering::Relaxed) {
                    drop(cluster.say_all_is_well());
                    drop(cluster.end_what_is_deleted());
                }
                drop(cluster);
                sleep(PAUSE);
            }
        });
        stand_in
    }

    fn say_all_is_well(&self) -> Result<(), Unavailable> {
        for (plural, prefix) in OPERATED {
            for object in self.items(&format!("/apis/monitoring.coreos.com/v1/{plural}"))? {
                self.make_stateful_set(prefix, &object)?;
            }
        }
        for (path, status) in WORKLOADS {
            for object in self.items(path)? {
                let wanted = status(&object);
                let says = |(key, value): (&String, &Value)| object["status"].get(key).is_some_and(|it| it == value);
                if wanted.as_object().is_some_and(|it| it.iter().all(says)) {
                    continue;
                }
                let (start, plural) = path.rsplit_once('/').unwrap_or_default();
                let metadata = &object["metadata"];
                let path =
                    format!("{start}/namespaces/{}/{plural}/{}", text(metadata, "namespace"), text(metadata, "name"));
                self.api.merge(&format!("{path}/status"), &json!({ "status": wanted }).to_string())?;
            }
        }
        Ok(())
    }

    fn make_stateful_set(&self, prefix: &str, object: &Value) -> Result<(), Unavailable> {
        let (name, namespace) = (text(&object["metadata"], "name"), text(&object["metadata"], "namespace"));
        let name = format!("{prefix}-{name}");
        let labels = json!({ "app": name });
        let image = object["spec"].get("image").cloned().unwrap_or_else(|| json!("none"));
        let claims: Vec<Value> = claim_template(&name, object).into_iter().collect();
        let stateful_set = json!({
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": { "name": name },
            "spec": {
                "replicas": replicas(object),
                "serviceName": name,
                "selector": { "matchLabels": labels },
                "template": { "metadata": { "labels": labels }, "spec": { "containers": [{ "name": "main", "image": image }] } },
                "volumeClaimTemplates": claims,
            },
        });
        let path = format!("/apis/apps/v1/namespaces/{namespace}/statefulsets/{name}");
        // The operator deletes what it cannot change, and makes it anew.
        if let Err(Unavailable::Refused { code: 422, .. }) = self.apply(&path, &stateful_set.to_string()) {
            self.delete(&path)?;
        }
        Ok(())
    }

    fn items(&self, path: &str) -> Result<Vec<Value>, Unavailable> {
        let list = self.get(path)?.unwrap_or_default();
        Ok(list["items"].as_array().cloned().unwrap_or_default())
    }
}

/// The claims that a custom resource of the operator wants, named as the operator names them.
fn claim_template(set: &str, object: &Value) -> Option<Value> {
    let mut template = object.pointer("/spec/storage/volumeClaimTemplate")?.clone();
    if template["metadata"]["name"].is_null() {
        template["metadata"] = json!({ "name": format!("{set}-db") });
    }
    if template["spec"]["accessModes"].is_null() {
        template["spec"]["accessModes"] = json!(["ReadWriteOnce"]);
    }
    Some(template)
}

fn replicas(object: &Value) -> i64 {
    object["spec"]["replicas"].as_i64().unwrap_or(1)
}

fn text<'a>(object: &'a Value, key: &str) -> &'a str {
    object[key].as_str().unwrap_or_default()
}
