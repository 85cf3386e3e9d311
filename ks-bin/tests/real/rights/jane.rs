//! A user who has the printed roles.

use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use ks_tests::control_plane::ControlPlane;
use serde_json::{Value, json};

use super::right::Right;
use crate::room::{Room, errors};
use crate::stage::Stage;

const NAME: &str = "jane";
/// The server takes a moment to hear of changed roles.
const PATIENCE: Duration = Duration::from_secs(30);

/// The user.
pub struct Jane {
    kubeconfig: PathBuf,
}

impl Jane {
    /// Makes the namespaces, as an apply of the administrator would have, and gives her the roles that `ks rbac` prints, without
    /// the rights of the diagnosis.
    pub fn with_printed_roles(cluster: &ControlPlane, stage: &Stage<'_>, room: &Room<'_>, file: &str) -> Self {
        let admin = cluster.kubeconfig().display().to_string();
        let rbac = ["rbac", "-f", file, "--kubeconfig", admin.as_str(), "--user", NAME, "--no-diagnosis", "--destroy"];
        let run = room.ks(&rbac).output().unwrap();
        assert!(run.status.success(), "{}", errors(&run));
        let printed: Vec<Value> = serde_saphyr::from_multiple(&String::from_utf8(run.stdout).unwrap()).unwrap();
        for place in printed.iter().filter_map(|it| it["metadata"]["namespace"].as_str()) {
            let path = format!("/api/v1/namespaces/{place}");
            if cluster.get(&path).unwrap().is_none() {
                let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": place } });
                cluster.apply_as("ks", &path, &namespace.to_string()).unwrap();
            }
        }
        printed.iter().for_each(|it| drop(cluster.apply(&path(it), &it.to_string()).unwrap()));
        Right::all(&printed).iter().for_each(|it| has(stage, it));
        Self { kubeconfig: room.kubeconfig(&json!({ "as": NAME })) }
    }

    /// The way to the cluster for her.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }
}

/// Waits until the server says that she has a right.
fn has(stage: &Stage<'_>, right: &Right) {
    let deadline = Instant::now() + PATIENCE;
    let question = right.question(NAME);
    while stage.create("/apis/authorization.k8s.io/v1/subjectaccessreviews", &question)["status"]["allowed"] != true {
        assert!(Instant::now() < deadline, "{right}: not allowed");
        sleep(Duration::from_millis(20));
    }
}

fn path(document: &Value) -> String {
    let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str);
    let plural = format!("{}s", document["kind"].as_str().unwrap().to_lowercase());
    let place = text("/metadata/namespace").map(|it| format!("namespaces/{it}/")).unwrap_or_default();
    format!("/apis/rbac.authorization.k8s.io/v1/{place}{plural}/{}", text("/metadata/name").unwrap())
}
