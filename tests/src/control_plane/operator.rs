//! The prometheus-operator and the definitions of its custom resources.

use std::fs;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

use super::process::Process;
use super::{ControlPlane, Unavailable, keys, programs};

const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const PATIENCE: Duration = Duration::from_secs(60);

impl ControlPlane {
    /// Starts the prometheus-operator, for tests that start without it and let `ks` apply the definitions. It reconciles
    /// the kinds whose definitions are served at its start, so start it after they are.
    ///
    /// # Errors
    /// When the program is not built, or cannot be started.
    pub fn start_operator(&self) -> Result<(), Unavailable> {
        let kubeconfig = keys::kubeconfig(self.folder(), keys::OPERATOR);
        let process = Process::start(
            "prometheus-operator",
            &self.programs.path("prometheus-operator")?,
            &[format!("--web.listen-address=127.0.0.1:{}", self.operator_port)],
            &[("KUBECONFIG", &kubeconfig)],
            self.folder(),
        )?;
        self.keep(process);
        Ok(())
    }

    /// Starts the prometheus-operator as soon as all its definitions are established, as its pod in a cluster would start
    /// again until they are. Join the thread to be sure that it runs.
    ///
    /// # Panics
    /// In the thread, when the definitions do not come within two minutes or the operator does not start.
    #[expect(clippy::expect_used, reason = "a test helper: the panic is the test's failure")]
    pub fn start_operator_when_defined(self: &Arc<Self>) -> JoinHandle<()> {
        let cluster = Arc::clone(self);
        std::thread::spawn(move || {
            let all = |it: &Value| {
                let definitions = it["items"].as_array().into_iter().flatten();
                let mut ours = definitions.filter(|it| it["spec"]["group"] == "monitoring.coreos.com");
                ours.clone().count() == 8 && ours.all(is_established)
            };
            cluster.wait_for(DEFINITIONS, 2 * PATIENCE, all).expect("the definitions of the operator come");
            cluster.start_operator().expect("the operator starts");
        })
    }

    /// Applies the definitions of `monitoring.coreos.com` and waits until they are established.
    ///
    /// # Errors
    /// When the server refuses one.
    pub fn apply_monitoring_definitions(&self) -> Result<(), Unavailable> {
        let folder = programs::tests_folder().join("../manifests/monitoring/prometheus-operator/crds");
        let files = fs::read_dir(&folder).map_err(Unavailable::io(format!("list {}", folder.display())))?;
        let mut paths = Vec::new();
        for file in files {
            let file = file.map_err(Unavailable::io(format!("list {}", folder.display())))?.path();
            let Some(plural) = file.file_stem().and_then(|stem| stem.to_str()) else { continue };
            let text = fs::read_to_string(&file).map_err(Unavailable::io(format!("read {}", file.display())))?;
            let path = format!("{DEFINITIONS}/{plural}.monitoring.coreos.com");
            self.apply(&path, &text)?;
            paths.push(path);
        }
        for path in paths {
            self.wait_for(&path, PATIENCE, is_established)?;
        }
        Ok(())
    }
}

fn is_established(definition: &Value) -> bool {
    let conditions = definition.pointer("/status/conditions").and_then(Value::as_array);
    conditions.is_some_and(|all| all.iter().any(|one| one["type"] == "Established" && one["status"] == "True"))
}
