//! What is applied, and what must come of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use ks_apply::lease::{LeaseOptions, Lookout, Loss};
use ks_apply::sandbox::{Clock, FaultPlan, Moment, Sandbox, SandboxOptions};
use ks_apply::{ApplyEvent, ApplyOptions, Cluster, ListQuery, Outcome, PlanOptions};
use ks_plan::{Catalogue, Inventory};
use ks_tests::configuration::bare;
use ks_tests::contents::comparable;
use ks_tests::engine::{EXAMPLE, Engine, changed_fields, with_alerting};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::injected::{Injected, WORDS};

/// How long an apply may take.
const DEADLINE: Duration = Duration::from_secs(900);
/// How long the writes may take that are under way then, and the release of the lease.
const REST: Duration = Duration::from_secs(150);

/// Kinds whose objects others make, under names that the moment chooses; and the lease.
const LEFT_OUT: [&str; 9] = [
    "ControllerRevision",
    "EndpointSlice",
    "Endpoints",
    "Event",
    "Lease",
    "Node",
    "PersistentVolume",
    "Pod",
    "ReplicaSet",
];

/// What is there before, and what is applied.
pub struct Story {
    pub name: &'static str,
    catalogues: &'static [Option<&'static str>],
    whole: bool,
}

/// The whole catalogue first, then small platforms with a component of our own.
pub static STORIES: [Story; 4] = [
    Story { name: "first apply of the example with alerting", catalogues: &[None], whole: true },
    Story { name: "alerting switched on in the example", catalogues: &[None, None], whole: true },
    Story { name: "first apply", catalogues: &[Some("first")], whole: false },
    Story { name: "upgrade", catalogues: &[Some("first"), Some("second")], whole: false },
];

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::embedded().unwrap());

impl Story {
    /// Each apply of the story: its components and its configuration.
    fn applies(&self) -> Vec<(Catalogue, String)> {
        let last = self.catalogues.len() - 1;
        let apply = |(number, folder): (usize, &Option<&str>)| {
            let config = match (self.whole, number == last) {
                (false, _) => bare(&json!({ "common": { "monitoring": { "type": "external" } } })),
                (true, true) => with_alerting(),
                (true, false) => EXAMPLE.to_owned(),
            };
            let catalogue = folder.map_or_else(|| CATALOGUE.clone(), with_folder);
            (catalogue, config)
        };
        self.catalogues.iter().enumerate().map(apply).collect()
    }
}

/// The components of the tests that kill runs, laid over the catalogue.
fn with_folder(version: &str) -> Catalogue {
    let root = format!("{}/../ks-bin/tests/real/platform/{version}", env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(Path::new(&root), Path::new(&root), &mut files);
    CATALOGUE.overlay(files).unwrap()
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().display().to_string();
            files.push((name, fs::read(&path).unwrap()));
        }
    }
}

/// The time of the runtime, which is paused, and what it jumped by.
#[derive(Clone)]
struct Jumping {
    began: Instant,
    ahead: Arc<AtomicU64>,
}

impl Clock for Jumping {
    fn now(&self) -> Moment {
        let millis = u64::try_from(self.began.elapsed().as_millis()).unwrap();
        Moment(1_800_000_000_000 + millis + self.ahead.load(Ordering::SeqCst))
    }
}

/// A story, and the end that it has undisturbed.
pub struct Stage {
    applies: Vec<(Catalogue, String)>,
    end: BTreeMap<String, Value>,
    /// The requests of planning the last apply, and of carrying it out.
    pub requests: (u64, u64),
}

impl Stage {
    /// Plays a story undisturbed.
    pub fn of(story: &Story) -> Self {
        let applies = story.applies();
        let (end, requests) = runtime().block_on(async {
            let (sandbox, _) = beginning(&applies).await;
            let engine = Engine::with(sandbox.clone(), applies[applies.len() - 1].0.clone());
            let ended = apply(&engine, &sandbox, &applies[applies.len() - 1].1, None).await;
            assert_eq!(ended.trouble, Vec::<String>::new());
            (contents(&sandbox).await, ended.requests)
        });
        Self { applies, end, requests }
    }

    /// Plays the story with faults in its last apply; tells how that ended, or what is wrong.
    pub fn run(&self, injected: &Injected) -> Result<&'static str, String> {
        runtime().block_on(async {
            let (sandbox, clock) = beginning(&self.applies).await;
            let (catalogue, config) = &self.applies[self.applies.len() - 1];
            let engine = Engine::with(sandbox.clone(), catalogue.clone());
            if let Some((after, far)) = injected.jump {
                tokio::spawn(async move {
                    tokio::time::sleep(after).await;
                    clock.ahead.fetch_add(u64::try_from(far.as_millis()).unwrap(), Ordering::SeqCst);
                });
            }
            let run = apply(&engine, &sandbox, config, Some(injected));
            let Ok(ended) = tokio::time::timeout(DEADLINE + REST, run).await else {
                return Err("it hangs".to_owned());
            };
            sandbox.set_faults(FaultPlan::default());
            let is_success = ended.trouble.is_empty();
            // Under faults that last, the lease is lost when no renewal comes through: that ends the steps that are left.
            let is_injected = |it: &&String| it.contains(WORDS) || (ended.is_lease_lost && injected.is_lasting());
            if let Some(odd) = ended.trouble.iter().find(|it| !is_injected(it)) {
                return Err(format!("a failure of another cause: {odd}"));
            }
            if is_success {
                self.is_the_end(&sandbox).await.map_err(|it| format!("after a success:\n{it}"))?;
            }
            let again = apply(&engine, &sandbox, config, None).await;
            if !again.trouble.is_empty() {
                return Err(format!("the second apply: {}", again.trouble.join("\n")));
            }
            self.is_the_end(&sandbox).await.map_err(|it| format!("after the second apply:\n{it}"))?;
            let left = engine.plan(config).await.plan;
            if !left.is_empty() {
                return Err(format!("a third plan is not empty:\n{}", changed_fields(&left)));
            }
            Ok(match (is_success, ended.retried) {
                _ if ended.is_lease_lost => "lost the lease, and said so",
                (false, _) => "failed, and said why",
                (true, 0) => "succeeded without a write tried again",
                (true, _) => "succeeded with writes tried again",
            })
        })
    }

    async fn is_the_end(&self, sandbox: &Sandbox) -> Result<(), String> {
        let found = contents(sandbox).await;
        let missing = self.end.keys().filter(|it| !found.contains_key(*it)).map(|it| format!("missing: {it}"));
        let orphans = found.keys().filter(|it| !self.end.contains_key(*it)).map(|it| format!("too many: {it}"));
        let other = found.iter().filter(|(name, value)| self.end.get(*name).is_some_and(|it| it != *value));
        let other = other.map(|(name, value)| format!("{name}\n  expected {}\n  found    {value}", self.end[name]));
        let all: Vec<String> = missing.chain(orphans).chain(other).collect();
        if all.is_empty() { Ok(()) } else { Err(all.join("\n")) }
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

/// A sandbox after all applies but the last.
async fn beginning(applies: &[(Catalogue, String)]) -> (Sandbox, Jumping) {
    let clock = Jumping { began: Instant::now(), ahead: Arc::default() };
    let options = SandboxOptions { seed: Some(1), ..SandboxOptions::default() };
    let sandbox = Sandbox::in_memory_with(options, Arc::new(clock.clone()));
    for (catalogue, config) in &applies[..applies.len() - 1] {
        let engine = Engine::with(sandbox.clone(), catalogue.clone());
        let ended = apply(&engine, &sandbox, config, None).await;
        assert_eq!(ended.trouble, Vec::<String>::new());
    }
    (sandbox, clock)
}

/// How an apply ended.
struct Ended {
    /// What each step that failed says, and the lease.
    trouble: Vec<String>,
    is_lease_lost: bool,
    retried: usize,
    requests: (u64, u64),
}

/// Plans, takes the lease and applies; faults strike from the plan on, or once it is made.
async fn apply(engine: &Engine, sandbox: &Sandbox, config: &str, injected: Option<&Injected>) -> Ended {
    let mut ended = Ended { trouble: Vec::new(), is_lease_lost: false, retried: 0, requests: (0, 0) };
    let begins = |now: bool| {
        if let Some(injected) = injected.filter(|it| it.is_while_planning == now) {
            sandbox.set_faults(injected.plan());
        }
    };
    begins(true);
    let start = sandbox.requests();
    let door: Arc<dyn Cluster> = Arc::new(sandbox.clone());
    let lookout = Lookout::begin(door, &Inventory::default()).await;
    let mut planned = match engine.plan_with(config, &PlanOptions::default()).await {
        Ok(planned) => planned,
        Err(error) => {
            ended.trouble.push(format!("the plan: {error}"));
            return ended;
        }
    };
    assert!(planned.plan.faults.is_empty(), "{:?}", planned.plan.faults);
    if planned.plan.is_empty() {
        return ended;
    }
    begins(false);
    let before = sandbox.requests();
    // A lease that a run could not release ends while the next one waits for it.
    let lease = LeaseOptions { holder: format!("run {}", before.total()), timeout: Duration::from_secs(60) };
    let discovery = planned.survey.discovery.clone();
    let held = match lookout.acquire(&planned.plan, &discovery, lease, |_| ()).await {
        Ok(held) => held,
        Err(error) => {
            ended.trouble.push(format!("the lease: {error}"));
            return ended;
        }
    };
    if held.was_disturbed() {
        match engine.plan_with(config, &PlanOptions::default()).await {
            Ok(anew) => planned = anew,
            Err(error) => {
                ended.trouble.push(format!("the second plan: {error}"));
                held.release().await;
                return ended;
            }
        }
    }
    let plan = Arc::new(planned.plan);
    let (sender, mut events) = mpsc::unbounded_channel();
    let mut options = ApplyOptions::default();
    options.deadline = Some(DEADLINE);
    let ending = held.apply(discovery, Arc::clone(&plan), options, watch::channel(false).1, sender).await;
    while let Some(event) = events.recv().await {
        match event {
            ApplyEvent::Retried(..) => ended.retried += 1,
            ApplyEvent::StepFinished(_, Outcome::Skipped { .. }, _) => {}
            ApplyEvent::StepFinished(id, outcome, _) if !outcome.is_success() => {
                let task = &plan.steps.get(id).unwrap().task;
                let words = match outcome {
                    Outcome::Failed(error) => error.to_string(),
                    outcome => format!("{outcome:?}"),
                };
                ended.trouble.push(format!("{task}: {words}"));
            }
            _ => {}
        }
    }
    if let Some(loss) = ending.lost {
        ended.is_lease_lost = matches!(loss, Loss::NotRenewed { .. });
        ended.trouble.push(format!("the lease: {loss}"));
    }
    assert_eq!(ended.trouble.is_empty(), ending.tally.is_success(), "{:?}", ending.tally);
    ended.requests = (before.since(start).total(), sandbox.requests().since(before).total());
    ended
}

/// All objects with their owners.
async fn contents(sandbox: &Sandbox) -> BTreeMap<String, Value> {
    let mut contents = BTreeMap::new();
    for kind in sandbox.discover().await.unwrap().iter().filter(|it| !LEFT_OUT.contains(&it.kind.kind.as_str())) {
        for object in sandbox.list(kind, &ListQuery::default()).await.unwrap() {
            let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
            let name = format!("{} {}/{}", kind.kind, text("/metadata/namespace"), text("/metadata/name"));
            let mut object = comparable(object);
            // A volume is called by the UID of its claim.
            if let Some(spec) = object.get_mut("spec").and_then(Value::as_object_mut) {
                spec.remove("volumeName");
            }
            forget_moments(&mut object);
            contents.insert(name, object);
        }
    }
    contents
}

/// Leaves out what controllers own of a status, which depends on the moment, and the UIDs in the names of owned fields.
fn forget_moments(object: &mut Value) {
    let Some(entries) = object.pointer_mut("/metadata/managedFields").and_then(Value::as_array_mut) else { return };
    entries.retain(|it| it.get("subresource").is_none());
    for fields in entries.iter_mut().filter_map(|it| it.pointer_mut("/fieldsV1/f:metadata/f:ownerReferences")) {
        if let Some(fields) = fields.as_object_mut() {
            fields.retain(|key, _| !key.starts_with("k:"));
        }
    }
}
