//! The cluster on which the same story is played again and again.

use std::collections::BTreeMap;
use std::fmt;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use ks_model::ObjectRef;
use ks_plan::Inventory;
use ks_tests::contents::{collections, contents};
use ks_tests::control_plane::{ControlPlane, Options, SavedState, Writer};
use ks_tests::proxy::{Fate, Proxy};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::room::Room;

const PATIENCE: Duration = Duration::from_secs(120);

/// Where a run is killed: at the nth of its requests, before or after the server hears of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kill {
    /// The number of the request, counted from one.
    pub request: usize,
    /// Whether the server carries it out.
    pub is_heard: bool,
}

impl fmt::Display for Kill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "killed {} request {}", if self.is_heard { "after" } else { "before" }, self.request)
    }
}

/// A cluster without controllers, whose objects are as they should be at once.
pub fn control_plane() -> Option<Arc<ControlPlane>> {
    let options = Options { nodes: 0, controllers: false, operator: false };
    let cluster = Arc::new(ControlPlane::start_or_skip(options)?);
    cluster.stand_in_for_controllers();
    Some(cluster)
}

/// Writes down the configuration of a platform without monitoring; gives the folders of its two versions, each with a component
/// of our own.
pub fn small_platform(room: &Room<'_>) -> [String; 2] {
    let config = ks_tests::configuration::bare(&json!({ "common": { "monitoring": { "type": "external" } } }));
    std::fs::write(room.path().join("cc.yaml"), config).unwrap();
    ["first", "second"].map(|version| format!("{}/tests/real/platform/{version}", env!("CARGO_MANIFEST_DIR")))
}

/// A cluster that can be brought back to what it was.
pub struct Stage<'a> {
    cluster: &'a ControlPlane,
    room: &'a Room<'a>,
    runtime: Runtime,
    writer: Writer,
}

/// The objects, and the kinds that were served.
pub struct Saved {
    state: SavedState,
    served: Vec<String>,
}

impl<'a> Stage<'a> {
    pub fn new(cluster: &'a ControlPlane, room: &'a Room<'a>) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let writer = runtime.block_on(cluster.writer()).unwrap();
        Self { cluster, room, runtime, writer }
    }

    pub fn save(&self) -> Saved {
        let served = self.runtime.block_on(collections(&self.writer)).unwrap();
        Saved { state: self.runtime.block_on(self.cluster.save_state()).unwrap(), served }
    }

    /// Brings everything back, and waits until the same kinds are served again.
    pub fn restore(&self, saved: &Saved) {
        self.runtime.block_on(self.cluster.restore_state(&saved.state)).unwrap();
        let deadline = Instant::now() + PATIENCE;
        while self.runtime.block_on(collections(&self.writer)).ok().as_ref() != Some(&saved.served) {
            assert!(Instant::now() < deadline, "the kinds of the beginning are not served again");
            sleep(Duration::from_millis(50));
        }
    }

    /// Makes an object in a collection, and gives the answer.
    pub fn create(&self, collection: &str, object: &Value) -> Value {
        self.runtime.block_on(self.writer.create(collection, object)).unwrap()
    }

    pub fn contents(&self) -> BTreeMap<String, Value> {
        self.runtime.block_on(contents(&self.writer)).unwrap()
    }

    /// What is there once the server has made what it makes for itself.
    pub fn settled(&self) -> BTreeMap<String, Value> {
        let mut before = self.contents();
        loop {
            sleep(Duration::from_secs(2));
            let now = self.contents();
            if now == before {
                return now;
            }
            before = now;
        }
    }

    /// Runs a command; gives the number of its requests.
    pub fn run_to_the_end(&self, command: &[&str]) -> usize {
        let proxy = Proxy::start(self.cluster, |_| Fate::Passed).unwrap();
        let run = self.room.ks_as(&proxy.kubeconfig(), command).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(run.status.success(), "{}\n{}", text(&run.stdout), text(&run.stderr));
        proxy.asked()
    }

    /// Takes the lease away that a killed run left behind, as if its time had passed.
    pub fn end_lease(&self) {
        let ObjectRef { namespace, name, .. } = Inventory::default().lease();
        let path = format!("/apis/coordination.k8s.io/v1/namespaces/{}/leases/{name}", namespace.unwrap());
        self.runtime.block_on(self.writer.delete(&path)).unwrap();
    }

    /// Runs a command and kills it (SIGKILL) at a request; tells whether it came that far.
    pub fn run_and_kill(&self, command: &[&str], kill: Kill) -> bool {
        let proxy = Proxy::start(self.cluster, move |asked| match asked.number == kill.request {
            true if kill.is_heard => Fate::StoppedAfter,
            true => Fate::StoppedBefore,
            false => Fate::Passed,
        });
        let proxy = proxy.unwrap();
        let mut command = self.room.ks_as(&proxy.kubeconfig(), command);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while !proxy.has_stopped() && !has_ended(&mut child) {
            sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        proxy.settle();
        proxy.has_stopped()
    }

    /// Runs a command through a proxy; gives its exit code and all that it wrote, or nothing when it runs on for too long.
    pub fn run_through(&self, proxy: &Proxy, command: &[&str], patience: Duration) -> Option<(i32, String)> {
        let path = self.room.path().join("output");
        let output = std::fs::File::create(&path).unwrap();
        let mut command = self.room.ks_as(&proxy.kubeconfig(), command);
        let (out, errors) = (output.try_clone().unwrap(), output);
        let mut child = command.stdin(Stdio::null()).stdout(out).stderr(errors).spawn().unwrap();
        let deadline = Instant::now() + patience;
        while !has_ended(&mut child) && Instant::now() < deadline {
            sleep(Duration::from_millis(5));
        }
        let is_late = !has_ended(&mut child);
        if is_late {
            child.kill().unwrap();
        }
        let code = child.wait().unwrap().code();
        proxy.settle();
        code.filter(|_| !is_late).map(|code| (code, std::fs::read_to_string(path).unwrap()))
    }

    /// Fails unless the cluster holds exactly this.
    pub fn is_as_expected(&self, expected: &BTreeMap<String, Value>, story: &str) {
        let differences = self.holds(expected).err();
        assert!(differences.is_none(), "{story}:\n{}", differences.unwrap_or_default());
    }

    /// Tells what the cluster holds otherwise. What controllers do may take a moment.
    pub fn holds(&self, expected: &BTreeMap<String, Value>) -> Result<(), String> {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let found = self.contents();
            if found == *expected {
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(differences(expected, &found));
            }
            sleep(Duration::from_millis(100));
        }
    }
}

fn has_ended(child: &mut Child) -> bool {
    child.try_wait().unwrap().is_some()
}

fn differences(expected: &BTreeMap<String, Value>, found: &BTreeMap<String, Value>) -> String {
    let missing = expected.keys().filter(|it| !found.contains_key(*it)).map(|it| format!("missing: {it}"));
    let orphans = found.keys().filter(|it| !expected.contains_key(*it)).map(|it| format!("too many: {it}"));
    let other = found.iter().filter(|(name, value)| expected.get(*name).is_some_and(|it| it != *value));
    let other =
        other.map(|(name, value)| format!("otherwise: {name}\n  expected {}\n  found    {value}", expected[name]));
    missing.chain(orphans).chain(other).collect::<Vec<_>>().join("\n")
}
