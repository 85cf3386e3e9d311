//! What the history says of applies: of those that end, of those that are killed, and of those that could not begin.

use std::sync::Arc;

use ks_apply::lease::{Ending, LeaseOptions, Lookout};
use ks_apply::sandbox::{FaultPlan, RequestMatch, Sandbox, Verb};
use ks_apply::{ApplyOptions, Cluster, ClusterError, history};
use ks_model::{GroupKind, ObjectRef};
use ks_plan::history::{Outcome, Record};
use ks_plan::{Desired, Inventory};
use tokio::sync::{mpsc, watch};

use crate::recorder::Recorder;
use crate::story::{bundle, config_map, desired, namespace, planned, sandbox};

fn inventory() -> Inventory {
    Inventory::new("home", "ks")
}

fn wanted(value: &str) -> Desired {
    desired(vec![bundle("demo", [namespace("home"), config_map("a", value), config_map("b", value)])])
}

/// Plans and applies as one run of ks does; `before` is called when the lease is held and nothing is written down yet.
async fn run(cluster: &Recorder, value: &str, kept: usize, before: impl Fn(&Sandbox)) -> Result<Ending, ClusterError> {
    let door: Arc<dyn Cluster> = Arc::new(cluster.clone());
    let lookout = Lookout::begin(door, &inventory()).await;
    let (survey, plan) = planned(cluster, &wanted(value)).await;
    let options = LeaseOptions { holder: "one".into(), timeout: std::time::Duration::from_secs(60) };
    let mut held = lookout.acquire(&plan, &survey.discovery, options, |_| ()).await.unwrap();
    before(&cluster.sandbox);
    let mut record = Record::of(&plan, "demo");
    record.who = "jane@build".into();
    record.holder = held.holder().to_owned();
    if let Err(error) = held.record(&inventory(), record.pack().unwrap(), kept).await {
        held.release().await;
        return Err(error);
    }
    let (sender, _events) = mpsc::unbounded_channel();
    let interrupt = watch::channel(false).1;
    Ok(held.apply(survey.discovery, plan.into(), ApplyOptions::default(), interrupt, sender).await)
}

async fn records(sandbox: &Sandbox) -> Vec<Record> {
    let found = history::list(sandbox, &inventory(), false).await.unwrap();
    found.iter().map(|(_, live)| Record::read(live).unwrap()).collect()
}

fn told(records: &[Record]) -> Vec<(u32, Outcome)> {
    records.iter().map(|it| (it.number, it.outcome)).collect()
}

fn cut() -> ClusterError {
    ClusterError::Forbidden { action: "any".into(), message: "the connection is cut".into() }
}

#[tokio::test(start_paused = true)]
async fn an_apply_is_written_down_when_it_begins_and_when_it_ends() {
    let cluster = Recorder::new(sandbox());
    let ending = run(&cluster, "1", 10, |_| ()).await.unwrap();
    assert!(ending.tally.is_success() && ending.unrecorded.is_none());
    let asked = cluster.take();
    let list = asked.iter().position(|it| it == "list Secret").unwrap();
    let about: Vec<&String> = asked[list..].iter().filter(|it| it.contains("Secret") || it.contains("apply")).collect();
    let (first, last) = (about[1].as_str(), about[about.len() - 1].as_str());
    assert_eq!((first, last), ("apply Secret home/ks-history-1", "apply Secret home/ks-history-1"), "{about:?}");
    assert_eq!(about.iter().filter(|it| it.contains("Secret")).count(), 3, "one list and two writes: {about:?}");

    let [record] = &records(&cluster.sandbox).await[..] else { panic!("one record") };
    assert_eq!((record.outcome, record.who.as_str(), record.summary.create), (Outcome::Succeeded, "jane@build", 4));
    assert!(record.ended.as_deref() >= Some(record.started.as_str()) && record.started.ends_with('Z'), "{record:?}");
    assert_eq!(record.counts.unwrap().applied, ending.tally.applied);
    assert!(planned(&cluster, &wanted("1")).await.1.is_empty(), "a record is in no plan");
}

#[tokio::test(start_paused = true)]
async fn the_oldest_records_go_when_the_new_one_has_its_end() {
    let cluster = Recorder::new(sandbox());
    for value in ["1", "2", "3", "4", "5"] {
        assert!(run(&cluster, value, 3, |_| ()).await.unwrap().unrecorded.is_none());
    }
    let expected = [3, 4, 5].map(|it| (it, Outcome::Succeeded));
    assert_eq!(told(&records(&cluster.sandbox).await), expected);
    run(&cluster, "6", 1, |_| ()).await.unwrap();
    assert_eq!(told(&records(&cluster.sandbox).await), [(6, Outcome::Succeeded)]);
}

#[tokio::test(start_paused = true)]
async fn an_apply_that_is_cut_off_at_any_request_is_seen_to_be_unfinished_and_the_next_to_be_the_next() {
    let (mut unfinished, mut refused) = (0, 0);
    for requests in 1.. {
        let cluster = Recorder::new(sandbox());
        run(&cluster, "1", 10, |_| ()).await.unwrap();
        let faults = (requests..400).fold(FaultPlan::default(), |faults, nth| faults.fail_nth(nth, cut()));
        let ending = run(&cluster, "2", 10, |sandbox| sandbox.set_faults(faults.clone())).await;
        cluster.sandbox.set_faults(FaultPlan::default());
        let left = records(&cluster.sandbox).await;
        match &ending {
            // Nothing is written that is not written down before.
            Err(_) => {
                refused += 1;
                assert_eq!(told(&left), [(1, Outcome::Succeeded)], "cut at {requests}");
                assert!(!planned(&cluster, &wanted("2")).await.1.is_empty());
            }
            Ok(it) if it.unrecorded.is_some() => {
                unfinished += 1;
                assert_eq!(told(&left), [(1, Outcome::Succeeded), (2, Outcome::Running)], "cut at {requests}");
            }
            Ok(it) => {
                assert!(it.tally.is_success());
                assert_eq!(told(&left), [(1, Outcome::Succeeded), (2, Outcome::Succeeded)]);
            }
        }
        run(&cluster, "3", 10, |_| ()).await.unwrap();
        let number = left.len() as u32 + 1;
        assert_eq!(told(&records(&cluster.sandbox).await).last(), Some(&(number, Outcome::Succeeded)));
        if ending.is_ok_and(|it| it.unrecorded.is_none()) {
            break;
        }
    }
    assert!(refused >= 2 && unfinished >= 3, "{refused} {unfinished}");
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_is_too_large_is_left_out_of_the_record_and_the_record_says_so() {
    let cluster = Recorder::new(sandbox());
    // Digits without any pattern, so that packing does not help.
    let mut state = 7_u64;
    let digit = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'a' + u8::try_from(state >> 60).unwrap())
    };
    let large: String = (0..400_000).map(digit).collect();
    assert!(run(&cluster, &large, 10, |_| ()).await.unwrap().unrecorded.is_none());
    let [record] = &records(&cluster.sandbox).await[..] else { panic!("one record") };
    assert!(record.plan.document.is_none() && record.plan.left_out.is_some(), "{:?}", record.plan.left_out);
    assert_eq!((record.outcome, record.summary.create), (Outcome::Succeeded, 4));
    let (_, live) = &history::list(&cluster.sandbox, &inventory(), false).await.unwrap()[0];
    assert!(live.to_string().len() < 1024 * 1024, "an object has room for it");
}

#[tokio::test(start_paused = true)]
async fn a_history_that_cannot_be_written_keeps_an_apply_from_beginning_but_not_from_ending() {
    let cluster = Recorder::new(sandbox());
    let secrets = || RequestMatch::verb(Verb::Apply).kind("Secret");
    let refuse =
        |times| move |sandbox: &Sandbox| sandbox.set_faults(FaultPlan::default().fail(secrets(), times, cut()));
    let refused = run(&cluster, "1", 10, refuse(1)).await.unwrap_err();
    assert!(matches!(refused, ClusterError::Forbidden { .. }), "{refused}");
    let map = ObjectRef::namespaced(GroupKind::new("", "ConfigMap"), "home", "a");
    let (survey, plan) = planned(&cluster, &wanted("1")).await;
    assert!(plan.change(&map).unwrap().before.is_none(), "nothing was written");
    let kind = survey.discovery.preferred(&GroupKind::new("coordination.k8s.io", "Lease")).unwrap();
    let live = cluster.sandbox.get(kind, &inventory().lease()).await.unwrap().unwrap();
    assert!(live["spec"].get("holderIdentity").is_none(), "the lease is let go: {live}");

    // A passing fault is waited out.
    let busy = ClusterError::Transient { action: "any".into(), message: "busy".into(), retry_after: None };
    let passing = |sandbox: &Sandbox| sandbox.set_faults(FaultPlan::default().fail(secrets(), 3, busy.clone()));
    assert!(run(&cluster, "1", 10, passing).await.unwrap().unrecorded.is_none());
    assert_eq!(told(&records(&cluster.sandbox).await), [(1, Outcome::Succeeded)]);
}
