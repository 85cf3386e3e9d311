//! The one API server, and the folder in which every tool works.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use ks_tests::contents::collections;
use ks_tests::control_plane::{AuditEvent, ControlPlane, Options, SavedState, StandIn};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::bare::Order;
use crate::delay::Delay;
use crate::input;
use crate::measure::{self, Step, Taken};
use crate::requests::Requests;

/// How many requests of a plan are under way at once.
const READS: usize = 16;
/// How many writes of an apply are under way at once.
const WRITES: usize = 8;
const PATIENCE: Duration = Duration::from_secs(120);
/// How long the server is left alone before a measurement.
const REST: Duration = Duration::from_secs(2);

/// A cluster that can be emptied, and a folder with the input of all tools.
pub struct Stage {
    /// The control plane.
    pub cluster: Arc<ControlPlane>,
    /// What stands in for controllers.
    pub stand_in: StandIn,
    /// How many objects are wanted.
    pub objects: usize,
    folder: TempDir,
    ks: PathBuf,
    runtime: Runtime,
    nothing: SavedState,
    served: Vec<String>,
}

impl Stage {
    /// Starts the control plane, and writes the configurations and the objects of the catalogue and `count` more.
    pub fn set(ks: &Path, count: usize) -> Self {
        let options = Options { nodes: 0, controllers: false, operator: false };
        let cluster = Arc::new(ControlPlane::start(options).unwrap_or_else(|error| panic!("{error}")));
        cluster.add_what_others_bring().unwrap();
        let stand_in = cluster.stand_in_for_controllers();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let folder = TempDir::new().unwrap();
        let ks = ks.canonicalize().unwrap_or_else(|error| panic!("{}: {error}", ks.display()));
        sleep(REST);
        let nothing = runtime.block_on(cluster.save_state()).unwrap();
        let mut stage = Self { cluster, stand_in, objects: 0, folder, ks, runtime, nothing, served: Vec::new() };
        stage.served = stage.kinds();
        input::write_configurations(stage.folder(), count);
        stage.objects = input::write_objects(stage.folder(), &stage.ks, &stage.cluster);
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

    /// The version of the API server.
    pub fn version(&self) -> String {
        let told = self.cluster.get("/version").unwrap().unwrap_or_default();
        told["gitVersion"].as_str().unwrap_or_default().to_owned()
    }

    fn kinds(&self) -> Vec<String> {
        self.runtime.block_on(async { collections(&self.cluster.writer().await.unwrap()).await.unwrap_or_default() })
    }

    /// Takes everything away that was made since the start.
    pub fn empty(&self) {
        self.stand_in.rest(true);
        self.runtime.block_on(self.cluster.restore_state(&self.nothing)).unwrap();
        let deadline = Instant::now() + PATIENCE;
        while self.kinds() != self.served {
            assert!(Instant::now() < deadline, "the kinds of the beginning are not served again");
            sleep(Duration::from_millis(100));
        }
        sleep(REST);
    }

    /// Lets everything that was made become ready, and the server come to rest.
    pub fn settle(&self) {
        self.stand_in.rest(false);
        sleep(REST);
        self.stand_in.rest(true);
        sleep(REST);
    }

    /// Runs a command; says what it took, and what it asked of the server.
    ///
    /// # Errors
    /// What a command says that fails.
    pub fn measure(&self, steps: &[Step]) -> Result<(Taken, Requests), String> {
        let (taken, events) = self.observe(steps)?;
        Ok((taken, Requests::of(&events)))
    }

    /// The same with each request.
    ///
    /// # Errors
    /// What a command says that fails.
    pub fn observe(&self, steps: &[Step]) -> Result<(Taken, Vec<AuditEvent>), String> {
        let (_, place) = self.cluster.audit_events_since(0).unwrap();
        let taken = measure::run(steps)?;
        let (events, _) = self.cluster.audit_events_since(place).unwrap();
        Ok((taken, events))
    }

    /// Writes down what a plan asks, for the floor.
    pub fn learn_requests(&self, plan: &[Step]) {
        let (_, events) = self.observe(plan).unwrap_or_else(|said| panic!("{said}"));
        let is_page = |it: &AuditEvent| it.uri.contains("continue=");
        let line = |it: &AuditEvent| {
            let what = if it.resource.is_none() { "discovery" } else { "objects" };
            format!("{what} {}\n", it.uri)
        };
        let lines: String = events.iter().filter(|it| !is_page(it)).map(line).collect();
        std::fs::write(self.folder().join("requests"), lines).unwrap();
    }

    /// Asks what a plan asks, with nothing around it.
    pub fn floor(&self, way: &Delay) -> Vec<Step> {
        self.own(&["floor", "requests", &READS.to_string()], way)
    }

    /// Sends what a first install applies, with nothing around it.
    pub fn bare(&self, order: Order, way: &Delay) -> Vec<Step> {
        let order = if order == Order::None { "none" } else { "needed" };
        self.own(&["bare", "applies", order, &WRITES.to_string()], way)
    }

    fn own(&self, arguments: &[&str], way: &Delay) -> Vec<Step> {
        vec![Step {
            program: std::env::current_exe().unwrap().display().to_string(),
            arguments: arguments.iter().map(|&it| it.to_owned()).collect(),
            variables: vec![("KUBECONFIG".to_owned(), way.kubeconfig().display().to_string())],
            folder: self.folder().to_owned(),
            codes: vec![0],
        }]
    }
}
