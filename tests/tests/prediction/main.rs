//! What a plan says an object will be after apply, against what it is: object by object, on a real API server, while others
//! write to the same objects and a webhook changes what comes in.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test says what it found, and fails where it must")]

#[path = "../differential_ownership/drawing.rs"]
mod drawing;
#[path = "../differential_ownership/history.rs"]
#[expect(dead_code, reason = "here nobody but the engine applies as ks")]
mod history;
#[path = "../differential_ownership/kinds.rs"]
#[expect(dead_code, reason = "here each kind is drawn as often as any other")]
mod kinds;
mod said;
mod webhook;

use std::sync::Arc;
use std::time::{Duration, Instant};

use ks_apply::{ApplyEvent, ApplyOptions, Cluster, ConnectOptions, Discovery, KubeCluster, Planned};
use ks_model::Ownership;
use ks_plan::structured::{Verdict, compare};
use ks_plan::{Action, Catalogue, Change, DryRun, Fault, Verified};
use ks_tests::campaign::Campaign;
use ks_tests::configuration::EXAMPLE;
use ks_tests::control_plane::{ControlPlane, Options, Patch, Writer};
use ks_tests::engine::{Engine, changed_fields};
use ks_tests::random::Random;
use serde_json::{Value, json};

use drawing::{derive, draw};
use history::Subject;
use kinds::{APART, Kind, NAMESPACE, definitions, kinds};
use said::{comparable, differ};
use webhook::{Mode, Webhook};

/// The share of a usual test run.
const SHARE: usize = 20;
/// Kinds that wait for nothing when they are written.
const KINDS: [&str; 20] = [
    "ConfigMap",
    "Secret",
    "Service",
    "ServiceAccount",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "PodDisruptionBudget",
    "Role",
    "RoleBinding",
    "ClusterRole",
    "NetworkPolicy",
    "Ingress",
    "HorizontalPodAutoscaler",
    "StorageClass",
    "ResourceQuota",
    "LimitRange",
    "PriorityClass",
    "Widget",
    "Gadget",
];

/// One object of the world: what is wanted of it now.
struct Slot {
    kind: Kind,
    name: String,
    wanted: Option<Value>,
}

/// What the runs came to.
#[derive(Default)]
struct Tally {
    runs: usize,
    objects: usize,
    changes: usize,
    forced: usize,
    refused: usize,
    left: usize,
    asked_again: usize,
    twice: usize,
    unwritable: usize,
    idle: usize,
    wrong: Vec<String>,
}

struct World {
    writer: Writer,
    cluster: KubeCluster,
    discovery: Discovery,
    slots: Vec<Slot>,
    webhook: Webhook,
    mode: Mode,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_object_is_after_apply_what_the_plan_said() {
    let options = Options { nodes: 0, controllers: false, operator: false };
    let Some(plane) = ControlPlane::start_or_skip(options) else { return };
    let plane = Arc::new(plane);
    plane.stand_in_for_controllers();
    let campaign = Campaign::or_share(SHARE);
    let mut random = Random::new(campaign.seed);
    let mut world = World::on(&plane).await;
    let began = Instant::now();
    let mut tally = Tally::default();
    for run in 0..campaign.cases {
        world.run(run, &mut random, &mut tally).await;
    }
    println!(
        "seed {}: {} runs, {} objects compared, {} of them changed, {} runs with fields taken by force, {} with a refused object, \
         {} left for their conflicts, {} asked about again, {} applied twice, {} that the server takes only once, {} dry runs that find nothing, {:.0?}",
        campaign.seed,
        tally.runs,
        tally.objects,
        tally.changes,
        tally.forced,
        tally.refused,
        tally.left,
        tally.asked_again,
        tally.twice,
        tally.unwritable,
        tally.idle,
        began.elapsed()
    );
    assert!(tally.wrong.is_empty(), "{} wrong predictions\n{}", tally.wrong.len(), tally.wrong.join("\n\n"));
    assert!(tally.changes > campaign.cases, "the runs changed next to nothing");
}

impl World {
    async fn on(plane: &ControlPlane) -> Self {
        let options = ConnectOptions { kubeconfig: Some(plane.kubeconfig()), ..ConnectOptions::default() };
        let cluster = KubeCluster::connect(options).await.unwrap();
        let (writer, webhook) = (plane.writer().await.unwrap(), Webhook::start());
        let slots = kinds().into_iter().filter(|it| KINDS.contains(&it.name.as_str()));
        // What has finalizers waits for somebody when it is deleted.
        let slots = slots.map(|mut it| {
            it.parts.retain(|(pointer, _)| pointer != "/metadata/finalizers");
            // Nobody gives a load balancer its address here.
            let values = it.parts.iter_mut().flat_map(|(_, groups)| groups.iter_mut());
            values.for_each(|group| group.retain(|it| it != "LoadBalancer"));
            it.parts.iter_mut().for_each(|(_, groups)| groups.retain(|it| !it.is_empty()));
            it
        });
        let slot = |kind: Kind| Slot { name: format!("thing-{}", kind.plural), kind, wanted: None };
        let slots: Vec<Slot> = slots.map(slot).collect();
        // The first plan makes namespaces and definitions; what it says of them is told by other tests.
        Engine::with(cluster.clone(), catalogue(&[])).converge(EXAMPLE).await;
        let path = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/mutate?fieldManager=setup";
        writer.patch(path, Patch::Apply, &webhook.configuration).await.unwrap();
        let discovery = cluster.discover().await.unwrap();
        Self { writer, cluster, discovery, slots, webhook, mode: Mode::Quiet }
    }

    async fn run(&mut self, run: usize, random: &mut Random, tally: &mut Tally) {
        self.others_write(random).await;
        self.want(random).await;
        self.mode = *random.choose(&[Mode::Quiet, Mode::Quiet, Mode::Adds, Mode::FillsIn, Mode::Rewrites]);
        self.webhook.set(self.mode);
        let mut planned = self.plan().await;
        tally.refused += usize::from(!planned.plan.faults.is_empty());
        // An object that is refused keeps the whole plan from being applied: it is no longer wanted.
        while !planned.plan.faults.is_empty() {
            for fault in &planned.plan.faults {
                let is_it = |slot: &&mut Slot| slot.name == fault.object.name;
                self.slots.iter_mut().find(is_it).unwrap().wanted = None;
            }
            planned = self.plan().await;
        }
        let force = planned.plan.conflicting().count() > 0;
        if force && random.percent(25) {
            tally.left += 1;
            return;
        }
        let mut options = ApplyOptions::default();
        (options.force_conflicts, options.timeout) = (force, Duration::from_secs(5));
        let (done, events) = Engine::with(self.cluster.clone(), catalogue(&[])).apply(&planned, options).await;
        if !done.is_success() {
            let bad = events.iter().filter_map(|event| match event {
                ApplyEvent::StepFinished(id, outcome, _) if !outcome.is_success() => {
                    Some(format!("{:?}: {outcome:?}", planned.plan.steps.get(*id).map(|it| it.task.to_string())))
                }
                _ => None,
            });
            tally.wrong.push(format!("run {run} {:?}: {}", self.mode, bad.collect::<Vec<_>>().join("\n  ")));
            return;
        }
        tally.runs += 1;
        tally.forced += usize::from(force);
        for change in &planned.plan.changes {
            tally.objects += 1;
            tally.changes += usize::from(change.action != Action::NoOp);
            if let Some(wrong) = self.wrong(&planned, change).await {
                tally.wrong.push(format!("run {run} {:?}: {wrong}", self.mode));
            }
        }
        self.again(run, &planned, tally).await;
    }

    /// The second plan is empty; where the webhook writes its own values over ours, the server says that nothing changes.
    async fn again(&mut self, run: usize, first: &Planned, tally: &mut Tally) {
        let mut again = self.plan().await;
        tally.asked_again += usize::from(again.requests.dry_runs > 0);
        if self.drop_unwritable(&again, tally) {
            return;
        }
        if !again.plan.is_empty() {
            tally.twice += 1;
            if let Some(wrong) = self.left_over(first, &again) {
                tally.wrong.push(format!("run {run} {:?}: planned again: {wrong}", self.mode));
            }
            let mut options = ApplyOptions::default();
            options.force_conflicts = true;
            Engine::with(self.cluster.clone(), catalogue(&[])).apply(&again, options).await;
            again = self.plan().await;
            if self.drop_unwritable(&again, tally) {
                return;
            }
            if !again.plan.is_empty() {
                tally.wrong.push(format!(
                    "run {run} {:?}: twice: {:?}\n{}",
                    self.mode,
                    again.plan.faults,
                    changed_fields(&again.plan)
                ));
            }
        }
        // Another spelling of what somebody else owns too is a conflict to the server, although nothing would change. That a dry run
        // finds nothing is no wrong prediction; it costs a request.
        let is_idle = |it: &&Change| matches!(again.live.dry_run(&it.object), Some(DryRun::Merged { conflicts, .. }) if conflicts.is_empty());
        tally.idle += again.plan.changes.iter().filter(is_idle).count();
    }

    /// A Service can be such that the server refuses to take it a second time: what it chose for the IP families at first does
    /// not fit what was wanted. The plan says so, and the Service is no longer wanted.
    fn drop_unwritable(&mut self, planned: &Planned, tally: &mut Tally) -> bool {
        let is_unwritable =
            |it: &&Fault| it.object.kind.is("", "Service") && it.refusal.message.contains("spec.ipFamilyPolicy");
        let unwritable: Vec<&Fault> = planned.plan.faults.iter().filter(is_unwritable).collect();
        let is_it = |slot: &&mut Slot| unwritable.iter().any(|it| it.object.name == slot.name);
        self.slots.iter_mut().filter(is_it).for_each(|it| it.wanted = None);
        tally.unwritable += unwritable.len();
        !unwritable.is_empty()
    }

    /// The server takes a map or a list away when an apply empties it, although the apply mentions it; the next apply brings it back. The
    /// plan says the first, and the second plan the second. Anything else that is left to do is wrong.
    fn left_over(&self, first: &Planned, again: &Planned) -> Option<String> {
        let left = again.plan.changes.iter().filter(|it| it.action != Action::NoOp);
        let is_emptied = |it: &&Change| {
            let before = first.plan.changes.iter().find(|first| first.object == it.object);
            before.is_some_and(|it| it.action == Action::Update)
                && it.manifest.as_ref().is_some_and(|it| has_empty_part(it.value()))
        };
        let wrong: Vec<&Change> = left.filter(|it| !is_emptied(it)).collect();
        (!wrong.is_empty()).then(|| {
            format!(
                "{}\n  first {}\n  wanted {:?}",
                changed_fields(&again.plan),
                changed_fields(&first.plan),
                wrong.iter().filter_map(|it| Some(it.manifest.as_ref()?.value().to_string())).collect::<Vec<_>>()
            )
        })
    }

    async fn plan(&self) -> Planned {
        let wanted: Vec<&Value> = self.slots.iter().filter_map(|slot| slot.wanted.as_ref()).collect();
        Engine::with(self.cluster.clone(), catalogue(&wanted)).plan(EXAMPLE).await
    }

    fn subject<'a>(&'a self, slot: &'a Slot) -> Subject<'a> {
        Subject { writer: &self.writer, kind: &slot.kind, name: slot.name.clone(), ownership: Ownership::Whole }
    }

    /// Others edit, replace, apply and delete what is there.
    async fn others_write(&self, random: &mut Random) {
        for _ in 0..random.below(6) {
            let slot = random.choose(&self.slots);
            let subject = self.subject(slot);
            let (Some(live), Some(wanted)) = (subject.live().await, &slot.wanted) else { continue };
            if random.percent(8) {
                subject.remove().await;
            } else {
                subject.write(random, wanted, &live).await;
            }
        }
    }

    /// Some objects are wanted otherwise, anew, or no longer.
    async fn want(&mut self, random: &mut Random) {
        for at in 0..self.slots.len() {
            let slot = &self.slots[at];
            let live = self.subject(slot).live().await.unwrap_or_default();
            let wanted = match &slot.wanted {
                None if random.percent(40) => Some(draw(random, &slot.kind, &slot.name, 5)),
                Some(_) if random.percent(4) => None,
                Some(wanted) if random.percent(30) => Some(derive(random, &slot.kind, wanted, &live)),
                other => other.clone(),
            };
            self.slots[at].wanted = wanted.map(|mut it| {
                // An object with finalizers would not go when it is deleted.
                it["metadata"].as_object_mut().unwrap().remove("finalizers");
                it
            });
        }
    }

    /// How an object differs from what the plan said it would be.
    async fn wrong(&self, planned: &Planned, change: &Change) -> Option<String> {
        let kind = match &change.manifest {
            Some(manifest) => self.discovery.find(&change.object.kind, manifest.version()),
            None => self.discovery.preferred(&change.object.kind),
        };
        let live = self.cluster.get(kind.unwrap(), &change.object).await.unwrap();
        let said = || format!("{} {} ({:?})", change.action.symbol(), change.object, change.verified);
        // What stays is as it was. The plan does not hold how that is, and the look at it may have dropped it too.
        let stays = || planned.live.object(&change.object).filter(|_| change.action == Action::NoOp);
        if planned.live.settled(&change.object).is_some() {
            let ty = planned.desired.type_of(change.manifest.as_ref()?);
            let is_same = compare(change.manifest.as_ref()?.value(), &live?, "ks", ty) == Verdict::Unchanged;
            return (!is_same).then(|| format!("{}: it is not what was wanted", said()));
        }
        let (after, live) = match (change.after.as_ref().or_else(stays), live) {
            (None, None) => return None,
            // Finalizers of others keep it, and the plan can only ask for it to go.
            (None, Some(live)) if live.pointer("/metadata/deletionTimestamp").is_some() => return None,
            (None, Some(_)) => return Some(format!("{}: it is still there", said())),
            (Some(_), None) => return Some(format!("{}: it is not there", said())),
            (Some(after), Some(live)) => (after, live),
        };
        let differences = if change.verified == Verified::None {
            let schemas = planned.desired.type_of(change.manifest.as_ref()?);
            match compare(change.manifest.as_ref()?.value(), &live, "ks", schemas) {
                Verdict::Unchanged => Vec::new(),
                Verdict::Differs => vec![format!("it is not what was wanted: {}", change.manifest.as_ref()?.value())],
            }
        } else {
            let mut differences = Vec::new();
            // What is made anew keeps nothing that the server chose for the old one.
            let before = change.before.as_ref().or_else(stays).filter(|_| change.action != Action::Replace);
            differ("", &comparable(after, before), &comparable(&live, before), &mut differences);
            differences
        };
        (!differences.is_empty()).then(|| format!("{}:\n  {}\n  live {live}", said(), differences.join("\n  ")))
    }
}

fn has_empty_part(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.is_empty() || map.values().any(has_empty_part),
        Value::Array(items) => items.is_empty() || items.iter().any(has_empty_part),
        _ => false,
    }
}

/// The namespaces, the definitions, and the objects that are wanted at the moment.
fn catalogue(wanted: &[&Value]) -> Catalogue {
    let namespace =
        |name: &str| json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } }).to_string();
    let mut files = vec![
        (
            "platform/home/component.yaml".to_owned(),
            "{ name: home, description: Is where the inventory lives. }".to_owned(),
        ),
        (
            "platform/things/component.yaml".to_owned(),
            "{ name: things, description: Are there. , after: [home] }".to_owned(),
        ),
    ];
    files.extend(
        ["kubesphere-system", NAMESPACE, APART].map(|name| (format!("platform/home/{name}.yaml"), namespace(name))),
    );
    let own = definitions().into_iter().filter(|it| it.object().name.ends_with(".example.org"));
    files.extend(own.map(|it| (format!("platform/home/{}.yaml", it.object().name), it.value().to_string())));
    let text = |value: &Value| {
        (format!("platform/things/{}.yaml", value["metadata"]["name"].as_str().unwrap()), value.to_string())
    };
    files.extend(wanted.iter().map(|it| text(it)));
    Catalogue::from_files(files).unwrap()
}
