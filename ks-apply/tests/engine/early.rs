//! Waits that fail early and tell why: faults that pass get their grace, the others do not.

use std::time::Duration;

use ks_apply::sandbox::{FaultPlan, PodFault, RequestMatch, Verb};
use ks_apply::{ApplyEvent, ApplyOptions, ClusterError, Outcome, StepError};
use ks_model::{GroupKind, ObjectRef};
use ks_plan::diagnosis::Cause;
use ks_plan::{Desired, Readiness};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::recorder::Recorder;
use crate::story::{
    Applied, applied_with, as_other, bundle, config_map, deployment, desired, namespace, requiring, sandbox,
};

const WAIT: &str = "wait for Deployment.apps home/d";
const GRACE: Duration = Duration::from_secs(60);

/// A Deployment, a component that requires it, and one that has nothing to do with it.
fn wanted() -> Desired {
    let base = bundle("base", [namespace("home"), deployment("d")]);
    let later = requiring(bundle("later", [config_map("later", "1")]), &["base"]);
    desired(vec![base, later, bundle("other", [config_map("other", "1"), deployment("well")])])
}

fn fault(fault: PodFault) -> FaultPlan {
    FaultPlan::default().pods(ObjectRef::namespaced(GroupKind::new("apps", "Deployment"), "home", "d"), fault)
}

fn options() -> ApplyOptions {
    let mut options = ApplyOptions::default();
    options.grace = GRACE;
    options
}

/// Applies with a fault; gives what happened and after how long.
async fn with(cluster: &Recorder, faults: FaultPlan, options: ApplyOptions) -> (Applied, Duration) {
    cluster.sandbox.set_faults(faults);
    let started = Instant::now();
    let applied = applied_with(cluster, &wanted(), options, watch::channel(false).1).await;
    (applied, started.elapsed())
}

fn cause(applied: &Applied) -> &Cause {
    let Outcome::Failed(StepError::Stuck(cause)) = applied.outcome(WAIT) else { panic!("{}", applied.told()) };
    cause
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_does_not_pass_fails_within_ten_seconds_and_independent_work_is_done() {
    let cluster = Recorder::new(sandbox());
    let (applied, took) = with(&cluster, fault(PodFault::Waiting("CreateContainerConfigError")), options()).await;
    assert!(took < Duration::from_secs(10), "{took:?}");
    let cause = cause(&applied);
    assert_eq!((cause.reason.as_str(), cause.container.as_deref()), ("CreateContainerConfigError", Some("c")));
    assert!(cause.pod.as_ref().unwrap().name.starts_with("d-"), "{cause}");
    assert_eq!(cause.state, "0 of 1 pods is available");
    assert!(cause.advice.contains("Secret"), "{}", cause.advice);
    assert!(matches!(applied.outcome("apply ConfigMap home/later"), Outcome::Skipped { .. }), "{}", applied.told());
    assert!(matches!(applied.outcome("wait for Deployment.apps home/well"), Outcome::Reached));
    assert_eq!((applied.tally.failed, applied.tally.timed_out), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_may_pass_gets_its_grace_and_then_fails() {
    for (fault_of_pod, reason) in [
        (PodFault::ImagePullBackOff, "ImagePullBackOff"),
        (PodFault::CrashLoopBackOff, "CrashLoopBackOff"),
        (PodFault::Unschedulable, "Unschedulable"),
    ] {
        let cluster = Recorder::new(sandbox());
        let (applied, took) = with(&cluster, fault(fault_of_pod), options()).await;
        let cause = cause(&applied);
        assert_eq!((cause.reason.as_str(), cause.seconds), (reason, 60));
        assert!(took >= GRACE && took < GRACE + Duration::from_secs(10), "{took:?}");
        let told = applied.events.iter().any(|it| {
            matches!(it, ApplyEvent::Progress(_, Readiness::Waiting { on }) if on.starts_with(&format!("{reason} in Pod d-")))
        });
        assert!(told, "what is put up with is told");
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_passes_in_its_grace_fails_nothing() {
    let cluster = Recorder::new(sandbox());
    cluster.sandbox.set_faults(fault(PodFault::ImagePullBackOff));
    let sandbox = cluster.sandbox.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(40)).await;
        sandbox.set_faults(FaultPlan::default());
        // Something has to happen for the sandbox to look again.
        as_other(
            &sandbox,
            json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "namespace": "home", "name": "x" } }),
        );
    });
    let applied = applied_with(&cluster, &wanted(), options(), watch::channel(false).1).await;
    assert!(applied.tally.is_success(), "{}", applied.told());
}

#[tokio::test(start_paused = true)]
async fn a_workload_that_is_ready_at_once_costs_no_look_at_its_pods() {
    let cluster = Recorder::new(sandbox());
    let (applied, _) = with(&cluster, FaultPlan::default(), options()).await;
    assert!(applied.tally.is_success());
    let asked = cluster.take();
    let about_pods = |it: &&String| ["Pod", "Event"].iter().any(|kind| it.contains(kind));
    assert_eq!(asked.iter().filter(about_pods).count(), 0, "{asked:?}");
}

fn secret() -> Value {
    json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "namespace": "home", "name": "login" },
        "stringData": { "password": "hunter2-sentinel" } })
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_log_before_the_crash_and_warnings_are_told_without_secrets() {
    let cluster = Recorder::new(sandbox());
    let lines = ["old", "1", "2", "3", "4", "5", "6", "7", "8", "login with hunter2-sentinel", "panic: no database"];
    let set = json!({ "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": { "namespace": "home", "name": "s" },
        "spec": { "serviceName": "s", "selector": { "matchLabels": { "app": "s" } }, "template": {
            "metadata": { "labels": { "app": "s" } },
            "spec": { "containers": [{ "name": "c", "image": "example.org/c:1" }] } } } });
    let object = ObjectRef::namespaced(GroupKind::new("apps", "StatefulSet"), "home", "s");
    cluster.sandbox.set_faults(FaultPlan::default().pods(object, PodFault::CrashLoopBackOff).log("c", &lines));
    as_other(&cluster.sandbox, namespace("home"));
    let event = |name: &str, kind: &str, about: &str, message: &str| {
        json!({ "apiVersion": "v1", "kind": "Event", "metadata": { "namespace": "home", "name": name }, "type": "Warning",
            "involvedObject": { "kind": kind, "name": about, "namespace": "home" }, "reason": "BackOff", "message": message })
    };
    as_other(&cluster.sandbox, event("a", "Pod", "s-0", "cannot use hunter2-sentinel"));
    as_other(&cluster.sandbox, event("b", "Pod", "other", "of another pod"));
    let wanted = desired(vec![bundle("base", [namespace("home"), secret(), set])]);
    let applied = applied_with(&cluster, &wanted, options(), watch::channel(false).1).await;
    let Outcome::Failed(StepError::Stuck(cause)) = applied.outcome("wait for StatefulSet.apps home/s") else {
        panic!("{}", applied.told())
    };
    assert_eq!(cause.log, ["1", "2", "3", "4", "5", "6", "7", "8", "login with ***", "panic: no database"]);
    assert_eq!(cause.events, ["BackOff: cannot use ***"]);
    assert_eq!(cause.advice, "read more of the log: kubectl logs -n home s-0 -c c --previous");
    assert!(cluster.take().contains(&"log Pod home/s-0 before its restart".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_late_names_the_pod_that_is_not_ready() {
    let cluster = Recorder::new(sandbox());
    let (applied, took) = with(&cluster, fault(PodFault::NeverReady).log("c", &["still starting"]), options()).await;
    let Outcome::TimedOut { cause: Some(cause), .. } = applied.outcome(WAIT) else { panic!("{}", applied.told()) };
    assert!(took >= ApplyOptions::default().timeout);
    assert_eq!((cause.reason.as_str(), cause.log.as_slice()), ("NotReady", ["still starting".to_owned()].as_slice()));
    assert!(cause.pod.as_ref().unwrap().name.starts_with("d-"));
}

#[tokio::test(start_paused = true)]
async fn without_a_right_to_see_pods_a_wait_is_as_long_and_says_what_it_could_not_see() {
    let cluster = Recorder::new(sandbox());
    let forbidden = |verb| {
        let error = ClusterError::Forbidden { action: "look".into(), message: "you may not look".into() };
        (RequestMatch::verb(verb).kind("Pod"), u64::MAX, error)
    };
    let (matching, times, error) = forbidden(Verb::Watch);
    let faults = fault(PodFault::ImagePullBackOff).fail(matching, times, error);
    let (matching, times, error) = forbidden(Verb::List);
    let (applied, took) = with(&cluster, faults.fail(matching, times, error), options()).await;
    let Outcome::TimedOut { cause: Some(cause), .. } = applied.outcome(WAIT) else { panic!("{}", applied.told()) };
    assert_eq!((cause.pod.as_ref(), cause.unread.as_slice()), (None, ["you may not look".to_owned()].as_slice()));
    assert!(took >= ApplyOptions::default().timeout);
}

#[tokio::test(start_paused = true)]
async fn what_hangs_while_a_failure_is_made_clearer_does_not_hold_it_up_for_long() {
    let cluster = Recorder::new(sandbox());
    let faults = fault(PodFault::CrashLoopBackOff)
        .hang(RequestMatch::verb(Verb::Log), u64::MAX)
        .hang(RequestMatch::verb(Verb::List).kind("Event"), u64::MAX);
    let (applied, took) = with(&cluster, faults, options()).await;
    assert_eq!(cause(&applied).log, Vec::<String>::new());
    assert!(took < GRACE + Duration::from_secs(30), "{took:?}");
}
