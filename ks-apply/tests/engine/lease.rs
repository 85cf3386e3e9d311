//! Two runners and one lease.

use std::sync::Arc;
use std::time::Duration;

use ks_apply::lease::{DURATION, Ending, Held, LeaseError, LeaseOptions, Lookout, Loss, MARGIN};
use ks_apply::sandbox::{FaultPlan, PodFault, RequestMatch, Sandbox, Verb};
use ks_apply::{ApplyEvent, ApplyOptions, Cluster, ClusterError, Outcome, ServedKind, StepError};
use ks_model::{GroupKind, ObjectRef};
use ks_plan::{Desired, Inventory, Plan};
use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::recorder::Recorder;
use crate::story::{bundle, config_map, deployment, desired, manifest, namespace, planned, sandbox};

fn inventory() -> Inventory {
    Inventory::new("home", "ks")
}

fn leases() -> ServedKind {
    let kind = GroupKind::new("coordination.k8s.io", "Lease");
    ServedKind { kind, version: "v1".into(), plural: "leases".into(), namespaced: true }
}

async fn live(sandbox: &Sandbox) -> Option<Value> {
    sandbox.get(&leases(), &inventory().lease()).await.unwrap()
}

fn wanted() -> Desired {
    let maps = (0..20).map(|it| config_map(&format!("m{it}"), "1"));
    desired(vec![bundle("demo", [namespace("home"), deployment("d")].into_iter().chain(maps))])
}

fn options(holder: &str, seconds: u64) -> LeaseOptions {
    LeaseOptions { holder: holder.into(), timeout: Duration::from_secs(seconds) }
}

/// Takes the lease as a runner does that planned a moment ago.
async fn acquire(cluster: &Recorder, holder: &str, seconds: u64) -> Result<Held, LeaseError> {
    let door: Arc<dyn Cluster> = Arc::new(cluster.clone());
    let lookout = Lookout::begin(door, &inventory()).await;
    let (survey, plan) = planned(cluster, &wanted()).await;
    lookout.acquire(&plan, &survey.discovery, options(holder, seconds), |_| ()).await
}

struct Run {
    ending: Ending,
    plan: Arc<Plan>,
    events: Vec<ApplyEvent>,
}

impl Run {
    fn outcome(&self, task: &str) -> &Outcome {
        let named = |it: &&ApplyEvent| matches!(it, ApplyEvent::StepFinished(id, ..) if self.plan.steps.get(*id).unwrap().task.to_string() == task);
        match self.events.iter().find(named) {
            Some(ApplyEvent::StepFinished(_, outcome, _)) => outcome,
            _ => panic!("{task} never ended"),
        }
    }
}

async fn run(cluster: &Recorder, held: Held) -> Run {
    let (survey, plan) = planned(cluster, &wanted()).await;
    let plan = Arc::new(plan);
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let interrupt = watch::channel(false).1;
    let ending = held.apply(survey.discovery, Arc::clone(&plan), ApplyOptions::default(), interrupt, sender).await;
    let mut events = Vec::new();
    while let Some(event) = receiver.recv().await {
        events.push(event);
    }
    Run { ending, plan, events }
}

/// Writes another holder into the lease, as somebody does who takes it by force.
async fn take_away(sandbox: &Sandbox, by: &str) {
    let mut lease = live(sandbox).await.unwrap();
    lease["spec"]["holderIdentity"] = by.into();
    sandbox.update_as("somebody", &manifest(lease)).unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_lease_is_taken_before_the_first_write_and_given_back_at_the_end() {
    let cluster = Recorder::new(sandbox());
    let held = acquire(&cluster, "one", 0).await.unwrap();
    assert!(!held.was_disturbed());
    let lease = live(&cluster.sandbox).await.unwrap();
    assert_eq!((&lease["spec"]["holderIdentity"], &lease["spec"]["leaseDurationSeconds"]), (&"one".into(), &30.into()));
    let requests = cluster.take();
    let lease = "Lease.coordination.k8s.io home/ks";
    let last = ["get Namespace home".into(), "apply Namespace home".into(), format!("create {lease}")];
    assert!(requests.contains(&format!("get {lease}")) && requests.ends_with(&last), "{requests:?}");
    let run = run(&cluster, held).await;
    assert!(run.ending.tally.is_success() && run.ending.lost.is_none());
    let lease = live(&cluster.sandbox).await.unwrap();
    assert!(lease["spec"].get("holderIdentity").is_none(), "{lease}");
    assert_eq!(lease["spec"]["leaseTransitions"], 0);
    assert!(planned(&cluster, &wanted()).await.1.is_empty(), "the lease is in no plan");
}

#[tokio::test(start_paused = true)]
async fn a_namespace_that_somebody_made_meanwhile_is_left_as_it_is_until_the_lease_is_held() {
    let cluster = Recorder::new(sandbox());
    let door: Arc<dyn Cluster> = Arc::new(cluster.clone());
    let lookout = Lookout::begin(door, &inventory()).await;
    let (survey, plan) = planned(&cluster, &wanted()).await;
    cluster.sandbox.update_as("somebody", &manifest(namespace("home"))).unwrap();
    cluster.take();
    let held = lookout.acquire(&plan, &survey.discovery, options("one", 0), |_| ()).await.unwrap();
    assert_eq!(cluster.take(), ["get Namespace home", "create Lease.coordination.k8s.io home/ks"]);
    held.release().await;
}

#[tokio::test(start_paused = true)]
async fn a_second_runner_is_refused_at_once_and_told_who_is_there() {
    let cluster = Recorder::new(sandbox());
    let first = acquire(&cluster, "one", 0).await.unwrap();
    let began = Instant::now();
    let Err(LeaseError::Occupied { occupied, .. }) = acquire(&cluster, "two", 0).await else { panic!("two runners") };
    assert_eq!((occupied.holder.as_str(), began.elapsed().as_secs()), ("one", 0));
    assert!(occupied.since.is_some() && occupied.ends.is_some());
    first.release().await;
    let second = acquire(&cluster, "two", 0).await.unwrap();
    assert!(!second.was_disturbed(), "it was planned after the release");
    assert_eq!(live(&cluster.sandbox).await.unwrap()["spec"]["leaseTransitions"], 1);
}

#[tokio::test(start_paused = true)]
async fn a_runner_that_waited_knows_that_its_plan_is_old() {
    let cluster = Recorder::new(sandbox());
    let first = acquire(&cluster, "one", 0).await.unwrap();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(100)).await;
        first.release().await;
    });
    let began = Instant::now();
    let second = acquire(&cluster, "two", 600).await.unwrap();
    assert!(second.was_disturbed());
    assert!((100..110).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn waiting_has_an_end_while_the_holder_lives() {
    let cluster = Recorder::new(sandbox());
    let _first = acquire(&cluster, "one", 0).await.unwrap();
    let began = Instant::now();
    assert!(matches!(acquire(&cluster, "two", 90).await, Err(LeaseError::Occupied { .. })));
    assert!((90..95).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_nobody_renews_ends_for_whoever_watches_it() {
    let cluster = Recorder::new(sandbox());
    acquire(&cluster, "one", 0).await.unwrap().release().await;
    // It says that it was renewed just now, by a runner that was killed a moment later.
    take_away(&cluster.sandbox, "killed").await;
    assert!(matches!(acquire(&cluster, "two", 0).await, Err(LeaseError::Occupied { .. })));
    let began = Instant::now();
    let second = acquire(&cluster, "two", 60).await.unwrap();
    assert!(second.was_disturbed(), "the dead runner may have written after the plan was made");
    assert_eq!(began.elapsed(), DURATION);
}

#[tokio::test(start_paused = true)]
async fn an_old_lease_is_watched_although_nobody_wants_to_wait() {
    let cluster = Recorder::new(sandbox());
    acquire(&cluster, "one", 0).await.unwrap().release().await;
    let mut lease = live(&cluster.sandbox).await.unwrap();
    lease["spec"]["holderIdentity"] = "dead".into();
    lease["spec"]["renewTime"] = "2020-01-01T00:00:00.000000Z".into();
    cluster.sandbox.update_as("somebody", &manifest(lease)).unwrap();
    let began = Instant::now();
    assert!(acquire(&cluster, "two", 0).await.unwrap().was_disturbed());
    assert_eq!(began.elapsed(), DURATION);
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_only_looks_dead_keeps_its_lease() {
    let cluster = Recorder::new(sandbox());
    acquire(&cluster, "one", 0).await.unwrap().release().await;
    let mut lease = live(&cluster.sandbox).await.unwrap();
    lease["spec"]["holderIdentity"] = "slow clock".into();
    lease["spec"]["renewTime"] = "2020-01-01T00:00:00.000000Z".into();
    cluster.sandbox.update_as("somebody", &manifest(lease.clone())).unwrap();
    let other = cluster.sandbox.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(9)).await;
        lease["spec"]["renewTime"] = "2020-01-01T00:00:09.000000Z".into();
        other.update_as("somebody", &manifest(lease)).unwrap();
    });
    let began = Instant::now();
    assert!(matches!(acquire(&cluster, "two", 0).await, Err(LeaseError::Occupied { .. })));
    assert!((9..12).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

fn never_ready() -> FaultPlan {
    let object = ObjectRef::namespaced(GroupKind::new("apps", "Deployment"), "home", "d");
    FaultPlan::default().pods(object, PodFault::NeverReady)
}

#[tokio::test(start_paused = true)]
async fn the_lease_is_renewed_as_long_as_the_apply_waits() {
    let cluster = Recorder::new(sandbox());
    cluster.sandbox.set_faults(never_ready());
    let held = acquire(&cluster, "one", 0).await.unwrap();
    cluster.take();
    let run = run(&cluster, held).await;
    assert_eq!((run.ending.tally.timed_out, run.ending.lost), (1, None));
    let renewals = cluster.take().iter().filter(|it| it.starts_with("replace Lease")).count();
    assert!((115..=121).contains(&renewals), "{renewals} in ten minutes");
}

#[tokio::test(start_paused = true)]
async fn a_runner_whose_lease_is_taken_away_stops() {
    let sandbox = sandbox();
    sandbox.set_faults(never_ready());
    let cluster = Recorder::new(sandbox.clone());
    let held = acquire(&cluster, "one", 0).await.unwrap();
    let taken = sandbox.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(60)).await;
        take_away(&taken, "two").await;
    });
    let began = Instant::now();
    let run = run(&cluster, held).await;
    assert!((60..71).contains(&began.elapsed().as_secs()), "the wait ended after {:?}", began.elapsed());
    assert_eq!(run.ending.lost, Some(Loss::Taken { by: "two".into() }));
    assert!(matches!(run.outcome("wait for Deployment.apps home/d"), Outcome::Interrupted));
    assert!(run.events.iter().any(|it| matches!(it, ApplyEvent::LeaseLost(_))));
    assert_eq!(live(&sandbox).await.unwrap()["spec"]["holderIdentity"], "two", "the lease of another is not released");
}

#[tokio::test(start_paused = true)]
async fn no_write_begins_after_the_loss() {
    let cluster = Recorder::new(sandbox());
    let held = acquire(&cluster, "one", 0).await.unwrap();
    let door = held.cluster();
    take_away(&cluster.sandbox, "two").await;
    tokio::time::sleep(Duration::from_secs(11)).await;
    cluster.take();
    let maps = planned(&cluster, &wanted()).await.0.discovery;
    let kind = maps.preferred(&GroupKind::new("", "ConfigMap")).unwrap().clone();
    cluster.take();
    let object = manifest(config_map("m", "1"));
    let Err(ClusterError::LeaseLost { reason, .. }) = door.apply(&kind, &object, Default::default()).await else {
        panic!("it was written")
    };
    assert_eq!(reason, "two took it");
    assert!(matches!(door.delete(&kind, object.object(), None).await, Err(ClusterError::LeaseLost { .. })));
    assert!(cluster.take().is_empty(), "something was sent");
    assert!(door.get(&kind, object.object()).await.unwrap().is_none(), "looking is no writing");
}

#[tokio::test(start_paused = true)]
async fn a_write_is_given_up_before_others_may_take_the_lease() {
    let cluster = Recorder::new(sandbox());
    let held = acquire(&cluster, "one", 0).await.unwrap();
    let kinds = planned(&cluster, &wanted()).await.0.discovery;
    let kind = kinds.preferred(&GroupKind::new("", "ConfigMap")).unwrap().clone();
    // Neither the write nor any renewal is ever answered.
    let faults =
        FaultPlan::default().hang(RequestMatch::verb(Verb::Apply), 1).hang(RequestMatch::verb(Verb::Replace), 99);
    cluster.sandbox.set_faults(faults.hang(RequestMatch::verb(Verb::Get), 99));
    let began = Instant::now();
    let answer = held.cluster().apply(&kind, &manifest(config_map("m", "1")), Default::default()).await;
    assert!(matches!(answer, Err(ClusterError::Transient { .. })), "{answer:?}");
    assert_eq!(began.elapsed(), DURATION - MARGIN);
    // Nothing begins while it is not known whose the lease is; when that stays so, it is lost.
    let answer = held.cluster().apply(&kind, &manifest(config_map("m", "1")), Default::default()).await;
    assert!(matches!(answer, Err(ClusterError::LeaseLost { .. })), "{answer:?}");
}

#[tokio::test(start_paused = true)]
async fn a_slow_write_goes_on_while_the_lease_is_renewed() {
    let cluster = Recorder::new(sandbox());
    let held = acquire(&cluster, "one", 0).await.unwrap();
    let kinds = planned(&cluster, &wanted()).await.0.discovery;
    let kind = kinds.preferred(&GroupKind::new("", "ConfigMap")).unwrap().clone();
    cluster.sandbox.set_faults(FaultPlan::default().hang(RequestMatch::verb(Verb::Apply), 1));
    let door = held.cluster();
    let object = manifest(config_map("m", "1"));
    let write = door.apply(&kind, &object, Default::default());
    assert!(tokio::time::timeout(Duration::from_secs(300), write).await.is_err(), "it was given up");
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_could_not_be_renewed_for_a_while_is_held_on_to_when_nobody_took_it() {
    let cluster = Recorder::new(sandbox());
    let held = acquire(&cluster, "one", 0).await.unwrap();
    let kinds = planned(&cluster, &wanted()).await.0.discovery;
    let kind = kinds.preferred(&GroupKind::new("", "ConfigMap")).unwrap().clone();
    let down = ClusterError::Unreachable { server: "it".into(), reason: "it restarts".into() };
    // Renewals fail at 5, 7, ... 39 s.
    cluster.sandbox.set_faults(FaultPlan::default().fail(RequestMatch::verb(Verb::Replace), 18, down));
    tokio::time::sleep(Duration::from_secs(30)).await;
    let began = Instant::now();
    held.cluster().apply(&kind, &manifest(config_map("m", "1")), Default::default()).await.unwrap();
    assert!((5..15).contains(&began.elapsed().as_secs()), "it was written after {:?}", began.elapsed());
    held.release().await;
}

#[tokio::test(start_paused = true)]
async fn who_may_not_renew_the_lease_hears_why_it_is_lost() {
    let cluster = Recorder::new(sandbox());
    cluster.sandbox.set_faults(never_ready());
    let held = acquire(&cluster, "one", 0).await.unwrap();
    cluster.sandbox.set_faults(never_ready().fail(RequestMatch::verb(Verb::Replace), 999, forbidden()));
    let run = run(&cluster, held).await;
    let lost = run.ending.lost.map(|it| it.to_string()).unwrap();
    assert!(lost.starts_with("it could not be renewed for 18") && lost.ends_with("may not update leases"), "{lost}");
}

#[tokio::test(start_paused = true)]
async fn who_may_not_let_go_of_the_lease_hears_why_it_stays() {
    let cluster = Recorder::new(sandbox());
    let held = acquire(&cluster, "one", 0).await.unwrap();
    cluster.sandbox.set_faults(FaultPlan::default().fail(RequestMatch::verb(Verb::Replace), 999, forbidden()));
    let run = run(&cluster, held).await;
    assert!(run.ending.tally.is_success() && run.ending.lost.is_none());
    assert!(matches!(run.ending.unreleased, Some(ClusterError::Forbidden { .. })), "{:?}", run.ending.unreleased);
    assert_eq!(live(&cluster.sandbox).await.unwrap()["spec"]["holderIdentity"], "one");
}

fn forbidden() -> ClusterError {
    ClusterError::Forbidden { action: "replace the lease".into(), message: "may not update leases".into() }
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_was_deleted_is_made_again() {
    let cluster = Recorder::new(sandbox());
    let held = acquire(&cluster, "one", 0).await.unwrap();
    cluster.sandbox.delete(&leases(), &inventory().lease(), None).await.unwrap();
    tokio::time::sleep(Duration::from_secs(15)).await;
    assert_eq!(live(&cluster.sandbox).await.unwrap()["spec"]["holderIdentity"], "one");
    held.release().await;
}

#[tokio::test(start_paused = true)]
async fn a_renewal_without_an_answer_is_not_taken_for_a_loss() {
    let cluster = Recorder::new(sandbox());
    let held = acquire(&cluster, "one", 0).await.unwrap();
    let lost = ClusterError::Transient {
        action: "replace".into(),
        message: "the connection was lost".into(),
        retry_after: None,
    };
    let faults = FaultPlan::default().lose_answer(RequestMatch::verb(Verb::Replace), 1, lost);
    cluster.sandbox.set_faults(faults);
    let run = run(&cluster, held).await;
    assert!(run.ending.lost.is_none() && run.ending.tally.is_success());
}

#[tokio::test(start_paused = true)]
async fn a_step_that_the_lease_ended_says_so() {
    let sandbox = sandbox();
    let taken = sandbox.clone();
    let cluster = Recorder::new(sandbox);
    let held = acquire(&cluster, "one", 0).await.unwrap();
    take_away(&taken, "two").await;
    tokio::time::sleep(Duration::from_secs(11)).await;
    let run = run(&cluster, held).await;
    let is_stopped = |it: &Outcome| {
        matches!(it, Outcome::Interrupted)
            || matches!(it, Outcome::Failed(StepError::Cluster(ClusterError::LeaseLost { .. })))
    };
    assert!(run.events.iter().all(|it| !matches!(it, ApplyEvent::StepFinished(_, outcome, _) if !is_stopped(outcome))));
    assert_eq!(run.ending.tally.applied, 0);
}
