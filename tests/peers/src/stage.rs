//! The one API server, and the files that every tool works on.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use ks_tests::configuration::{all_gates, example_with};
use ks_tests::contents::collections;
use ks_tests::control_plane::{AuditEvent, ControlPlane, Options, SavedState};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::delay::Delay;
use crate::measure::{self, Step, Taken};
use crate::objects::synthetic;
use crate::requests::Requests;

/// How many requests of a plan are under way at once.
const CONCURRENCY: usize = 16;
const PATIENCE: Duration = Duration::from_secs(120);

/// A cluster that can be emptied, and a folder with the input of all tools.
pub struct Stage {
    /// The control plane.
    pub cluster: Arc<ControlPlane>,
    folder: TempDir,
    ks: PathBuf,
    runtime: Runtime,
    nothing: SavedState,
    served: Vec<String>,
    objects: usize,
}

impl Stage {
    /// Starts the control plane, and writes the input: `ks render` gives the objects to the tools that read objects.
    pub fn set(ks: &Path, count: usize) -> Self {
        let options = Options { nodes: 0, controllers: false, operator: false };
        let cluster = Arc::new(ControlPlane::start(options).unwrap_or_else(|error| panic!("{error}")));
        cluster.add_what_others_bring().unwrap();
        cluster.stand_in_for_controllers();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let folder = TempDir::new().unwrap();
        let ks = ks.canonicalize().unwrap_or_else(|error| panic!("{}: {error}", ks.display()));
        sleep(Duration::from_secs(3));
        let nothing = runtime.block_on(cluster.save_state()).unwrap();
        let mut stage = Self { cluster, folder, ks, runtime, nothing, served: Vec::new(), objects: 0 };
        stage.served = stage.kinds();
        stage.write(count);
        stage
    }

    /// The folder in which the tools run.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The program ks.
    pub fn ks(&self) -> &Path {
        &self.ks
    }

    /// Says what is compared.
    pub fn describe(&self) -> String {
        format!("{} objects on one kube-apiserver; the tools:\n", self.objects)
    }

    fn kinds(&self) -> Vec<String> {
        self.runtime.block_on(async { collections(&self.cluster.writer().await.unwrap()).await.unwrap_or_default() })
    }

    fn write(&mut self, count: usize) {
        let folder = self.folder().to_owned();
        let put = |name: &str, text: &str| {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        put("cc.yaml", &example_with(&all_gates(true)));
        let mut other = all_gates(true);
        other["monitoring"]["prometheus"] = json!({ "replicas": 3 });
        put("changed-cc.yaml", &example_with(&other));
        put("own/demo/apps/component.yaml", "{ name: apps, description: Small applications. }");
        let mut files = synthetic(count);
        files.push(("mark.yaml".to_owned(), vec![mark()]));
        for (name, objects) in files {
            put(&format!("own/demo/apps/{name}"), &lines(&objects));
        }
        let render = |config: &str| -> Vec<Value> {
            let mut command = Command::new(&self.ks);
            command.current_dir(&folder).args(["render", "--manifests", "own", "-f", config]);
            let run = command.env("KUBECONFIG", self.cluster.kubeconfig()).output().unwrap();
            assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
            serde_saphyr::from_multiple(&String::from_utf8(run.stdout).unwrap()).unwrap()
        };
        let (objects, changed) = (render("cc.yaml"), render("changed-cc.yaml"));
        self.objects = objects.len();
        let is_definition = |it: &&Value| it["kind"] == "CustomResourceDefinition";
        let definitions: Vec<Value> = objects.iter().filter(is_definition).cloned().collect();
        put("objects.yaml", &lines(&objects));
        put("changed.yaml", &lines(&changed));
        put("definitions.yaml", &lines(&definitions));
        for (chart, objects) in [("chart", &objects), ("changed-chart", &changed)] {
            put(&format!("{chart}/Chart.yaml"), "{ apiVersion: v2, name: peers, version: 1.0.0 }");
            let raw = |it: &Value| format!("{{{{ .Files.Get {:?} }}}}\n", name_of(it));
            for object in objects {
                let is_definition = is_definition(&object);
                let place = if is_definition { "crds/" } else { "" };
                put(&format!("{chart}/{place}{}", name_of(object)), &object.to_string());
            }
            let rest: Vec<String> = objects.iter().filter(|it| !is_definition(it)).map(raw).collect();
            put(&format!("{chart}/templates/all.yaml"), &rest.join("---\n"));
        }
    }

    /// Takes everything away that was made since the start.
    pub fn empty(&self) {
        self.runtime.block_on(self.cluster.restore_state(&self.nothing)).unwrap();
        let deadline = Instant::now() + PATIENCE;
        while self.kinds() != self.served {
            assert!(Instant::now() < deadline, "the kinds of the beginning are not served again");
            sleep(Duration::from_millis(100));
        }
        self.settle();
    }

    /// Lets the server come to rest.
    pub fn settle(&self) {
        sleep(Duration::from_secs(3));
    }

    /// Runs a command; says what it took, and what it asked of the server.
    pub fn measure(&self, steps: &[Step]) -> (Taken, Requests) {
        let (taken, events) = self.observe(steps);
        (taken, Requests::of(&events))
    }

    fn observe(&self, steps: &[Step]) -> (Taken, Vec<AuditEvent>) {
        let before = self.cluster.audit_events().unwrap().len();
        let taken = measure::run(steps);
        let events = self.cluster.audit_events().unwrap().split_off(before);
        (taken, events)
    }

    /// Writes down what a plan asks, for the floor.
    pub fn learn_requests(&self, plan: &[Step]) {
        let (_, events) = self.observe(plan);
        let is_page = |it: &AuditEvent| it.uri.contains("continue=");
        let line = |it: &AuditEvent| {
            let what = if it.resource.is_none() { "discovery" } else { "objects" };
            format!("{what} {}\n", it.uri)
        };
        let lines: String = events.iter().filter(|it| !is_page(it)).map(line).collect();
        std::fs::write(self.folder().join("requests"), lines).unwrap();
    }

    /// Asks the same with nothing around it.
    pub fn floor(&self, way: &Delay) -> Vec<Step> {
        vec![Step {
            program: std::env::current_exe().unwrap().display().to_string(),
            arguments: ["floor", "requests", &CONCURRENCY.to_string()].map(str::to_owned).to_vec(),
            variables: vec![("KUBECONFIG".to_owned(), way.kubeconfig().display().to_string())],
            folder: self.folder().to_owned(),
            codes: vec![0],
        }]
    }
}

/// Something small that is there in every run.
fn mark() -> Value {
    json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "peers", "namespace": "default" } })
}

/// Objects as a stream of documents; JSON is YAML.
fn lines(objects: &[Value]) -> String {
    objects.iter().map(|it| format!("---\n{it}\n")).collect()
}

/// A file name for an object.
fn name_of(object: &Value) -> String {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or("cluster");
    let place = text("/metadata/namespace");
    format!("{}-{place}-{}.json", text("/kind"), text("/metadata/name")).replace(':', ".")
}
