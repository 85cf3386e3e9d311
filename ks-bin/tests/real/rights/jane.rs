//! A user who has the printed roles, or all of them but one right.

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
pub struct Jane<'a> {
    cluster: &'a ControlPlane,
    stage: &'a Stage<'a>,
    kubeconfig: PathBuf,
    /// The roles for everything but the end.
    plain: Vec<Value>,
    /// The roles with what the end takes.
    with_destroy: Vec<Value>,
}

impl<'a> Jane<'a> {
    /// Makes the namespaces, as an apply of the administrator would have, and gives her the roles that `ks rbac` prints, without
    /// the rights of the diagnosis.
    pub fn with_printed_roles(cluster: &'a ControlPlane, stage: &'a Stage<'a>, room: &Room<'_>, file: &str) -> Self {
        let admin = cluster.kubeconfig().display().to_string();
        let printed = |more: &[&str]| -> Vec<Value> {
            let rbac = ["rbac", "-f", file, "--kubeconfig", admin.as_str(), "--user", NAME, "--no-diagnosis"];
            let run = room.ks(&[&rbac[..], more].concat()).output().unwrap();
            assert!(run.status.success(), "{}", errors(&run));
            serde_saphyr::from_multiple(&String::from_utf8(run.stdout).unwrap()).unwrap()
        };
        let (plain, with_destroy) = (printed(&[]), printed(&["--destroy"]));
        let jane = Self { cluster, stage, kubeconfig: room.kubeconfig(&json!({ "as": NAME })), plain, with_destroy };
        for place in jane.with_destroy.iter().filter_map(|it| it["metadata"]["namespace"].as_str()) {
            let path = format!("/api/v1/namespaces/{place}");
            if cluster.get(&path).unwrap().is_none() {
                let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": place } });
                cluster.apply_as("ks", &path, &namespace.to_string()).unwrap();
            }
        }
        // Of the namespace of the inventory, which is there by now.
        cluster.add_cluster_configuration().unwrap();
        jane.give(&jane.with_destroy);
        Right::all(&jane.with_destroy).iter().for_each(|it| jane.is(it, true));
        jane
    }

    /// The way to the cluster for her.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// All rights that are printed, with or without those of the end.
    pub fn rights(&self) -> Vec<Right> {
        let mut rights = Right::all(&self.plain);
        let of_end = Right::all(&self.with_destroy).into_iter().filter(|it| !rights.contains(it));
        let of_end: Vec<Right> = of_end.collect();
        rights.extend(of_end);
        rights
    }

    /// Gives her the roles for a run without one right, and waits until the server knows.
    pub fn without(&self, right: &Right, is_end: bool) {
        let needs_end = is_end || !Right::all(&self.plain).contains(right);
        self.give(&right.taken_from(if needs_end { &self.with_destroy } else { &self.plain }));
        self.is(right, false);
    }

    fn give(&self, documents: &[Value]) {
        documents.iter().for_each(|it| drop(self.cluster.apply(&path(it), &it.to_string()).unwrap()));
    }

    /// Waits until the server says so of a right.
    fn is(&self, right: &Right, allowed: bool) {
        let deadline = Instant::now() + PATIENCE;
        let question = right.question(NAME);
        while self.stage.create("/apis/authorization.k8s.io/v1/subjectaccessreviews", &question)["status"]["allowed"]
            != json!(allowed)
        {
            assert!(Instant::now() < deadline, "{right}: not {allowed}");
            sleep(Duration::from_millis(20));
        }
    }
}

fn path(document: &Value) -> String {
    let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str);
    let plural = format!("{}s", document["kind"].as_str().unwrap().to_lowercase());
    let place = text("/metadata/namespace").map(|it| format!("namespaces/{it}/")).unwrap_or_default();
    format!("/apis/rbac.authorization.k8s.io/v1/{place}{plural}/{}", text("/metadata/name").unwrap())
}
