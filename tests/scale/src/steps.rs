//! The steps of planning as they are measured, each on a prepared world, so that every program that measures means the same.

use std::any::Any;
use std::sync::Arc;

use ks_model::config::{ClusterConfiguration, Source};
use ks_model::{DesiredObject, Facts, Manifest, ObjectRef};
use ks_plan::structured::{ApplyRequest, Verdict, apply, compare};
use ks_plan::{Catalogue, Compiled, DependencyGraph, Desired, FIELD_MANAGER, LiveState, Plan, Schedule, doubts, plan};
use serde_json::Value;

use crate::cluster::{changed, settled, sieved, texts};
use crate::{catalogue, compiled, configuration, desired};

/// Holds a wanted state and the clusters that it is compared with.
pub struct World {
    catalogue: Catalogue,
    configuration: String,
    compiled: Compiled,
    desired: Arc<Desired>,
    settled: LiveState,
    changed: LiveState,
    texts: Vec<Vec<u8>>,
    first_install: Plan,
    workload: Manifest,
}

impl World {
    /// Prepares `count` wanted objects.
    ///
    /// # Panics
    /// When nothing can be planned for them.
    pub fn new(count: usize) -> Self {
        let catalogue = catalogue();
        let compiled = compiled(&catalogue, count);
        let desired = Arc::new(desired(&catalogue, compiled.clone()));
        let settled = settled(&desired);
        let changed = changed(&desired, 10);
        let texts = texts(&settled).into_iter().map(|(_, text)| text).collect();
        let first_install = planned(&desired, &LiveState::default());
        let configuration = configuration::everything_on();
        let workload = longest(&desired, "Deployment").clone();
        Self { catalogue, configuration, compiled, desired, settled, changed, texts, first_install, workload }
    }

    /// How many objects are wanted.
    pub fn objects(&self) -> usize {
        self.desired.manifests().count()
    }

    /// How many bytes of JSON the live objects are.
    pub fn bytes(&self) -> usize {
        self.texts.iter().map(Vec::len).sum()
    }
}

/// The wanted object with the longest text among those of a kind.
fn longest<'a>(desired: &'a Desired, kind: &str) -> &'a Manifest {
    let of_kind = desired.manifests().filter(|it| it.object().kind.kind == kind);
    of_kind.max_by_key(|it| it.value().to_string().len()).expect("the catalogue has one of this kind")
}

fn planned(desired: &Desired, live: &LiveState) -> Plan {
    plan(desired, live, &Facts::default()).expect("a plan")
}

/// What a step leaves behind. It is dropped outside of what is measured.
pub type Outcome = Box<dyn Any>;

/// What a step takes over, so that it can be given away or changed.
pub enum Taken {
    /// Nothing: it only looks.
    Nothing,
    /// The wanted objects, whose trees nobody else has.
    Compiled(Box<Compiled>),
    /// The live objects as they were read.
    Live(Vec<(ObjectRef, Value)>),
}

/// Holds one step: what it takes over, and what is measured.
#[derive(Clone, Copy)]
pub struct Step {
    /// What readers call it.
    pub name: &'static str,
    /// Copies what the step takes over, where it takes over anything.
    pub prepare: fn(&World) -> Taken,
    /// Runs it.
    pub run: fn(&World, Taken) -> Outcome,
}

impl Step {
    const fn new(name: &'static str, run: fn(&World, Taken) -> Outcome) -> Self {
        Self { name, prepare: |_| Taken::Nothing, run }
    }
}

/// The measure for all others: what `serde_json` takes to read the objects as the cluster sends them.
pub const READ_JSON: Step = Step::new("serde_json", |world, _| {
    let read = world.texts.iter().map(|it| serde_json::from_slice::<Value>(it).expect("JSON"));
    Box::new(read.collect::<Vec<Value>>())
});

/// The plan that has to take no more than three times as long as that.
pub const UNCHANGED: Step = Step::new("plan, nothing changes", |it, _| Box::new(planned(&it.desired, &it.settled)));

/// The same where each object is compared as it comes, and dropped: what a plan costs once a page of a LIST is read.
pub const SIEVED: Step = Step {
    name: "compare and drop, then plan",
    prepare: |world| Taken::Live(world.settled.present().map(|(it, value)| (it.clone(), value.clone())).collect()),
    run: |world, taken| match taken {
        Taken::Live(objects) => Box::new(planned(&world.desired, &sieved(&world.desired, objects))),
        _ => Box::new(()),
    },
};

/// What grows with the number of objects.
pub const GROWING: [Step; 9] = [
    READ_JSON,
    Step {
        name: "graph and schemas",
        prepare: |world| Taken::Compiled(Box::new(unshared(&world.compiled))),
        run: |world, taken| match taken {
            Taken::Compiled(compiled) => Box::new(desired(&world.catalogue, *compiled)),
            _ => Box::new(()),
        },
    },
    Step::new("graph", |it, _| Box::new(DependencyGraph::build(it.desired.bundles()).expect("an order"))),
    Step::new("compare", |it, _| Box::new(doubts(&it.desired, &it.settled).len())),
    UNCHANGED,
    SIEVED,
    Step::new("plan, one in ten changes", |it, _| Box::new(planned(&it.desired, &it.changed))),
    Step::new("plan, empty cluster", |it, _| Box::new(planned(&it.desired, &LiveState::default()))),
    Step::new("schedule of a first install", |it, _| Box::new(scheduled(&it.first_install))),
];

/// What is as large as the catalogue is, or looks at one object.
pub const FIXED: [Step; 5] = [
    Step::new("read the configuration", |it, _| Box::new(configured(it))),
    Step::new("read the catalogue", |_, _| Box::new(catalogue())),
    Step::new("compile", |it, _| {
        Box::new(ks_plan::compile(&it.catalogue, &configured(it), &Facts::default()).expect("objects"))
    }),
    Step::new("compare one Deployment", |it, _| Box::new(compared(it, &it.workload))),
    Step::new("merge one Deployment", |it, _| Box::new(merged(it, &it.workload))),
];

/// The same, each object in a tree of its own: what is compiled is nobody else's.
fn unshared(compiled: &Compiled) -> Compiled {
    let mut copy = compiled.clone();
    let objects = copy.bundles.iter_mut().flat_map(|it| &mut it.objects);
    objects.for_each(|it: &mut DesiredObject| {
        it.manifest = Manifest::parse(it.manifest.value().clone()).expect("it was an object before");
    });
    copy
}

fn configured(world: &World) -> ClusterConfiguration {
    let source = Source::new("cluster-configuration.yaml", &world.configuration);
    ClusterConfiguration::parse(&source).expect("a configuration").config
}

fn compared(world: &World, manifest: &Manifest) -> bool {
    let live = world.settled.object(manifest.object()).expect("it stands in the cluster");
    compare(manifest.value(), live, FIELD_MANAGER, world.desired.type_of(manifest)) == Verdict::Unchanged
}

fn merged(world: &World, manifest: &Manifest) -> Value {
    let live = world.changed.object(manifest.object());
    let request = ApplyRequest { live, applied: manifest.value(), manager: FIELD_MANAGER, force: false, time: None };
    apply(request, world.desired.type_of(manifest)).expect("nobody else owns anything")
}

/// Runs all steps of a plan, as fast as each allows; how many there were.
fn scheduled(plan: &Plan) -> usize {
    let mut schedule = Schedule::new(&plan.steps);
    let mut done = 0;
    loop {
        let ready = schedule.ready();
        if ready.is_empty() {
            return done;
        }
        done += ready.len();
        ready.into_iter().for_each(|it| schedule.succeed(it));
    }
}
