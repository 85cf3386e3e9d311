use std::time::Duration;

use ks_apply::sandbox::{FaultPlan, PodFault, RequestMatch, Verb};
use ks_apply::{ApplyEvent, ApplyOptions, ClusterError, Outcome};
use ks_model::{GroupKind, ObjectRef};
use ks_plan::Desired;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::recorder::Recorder;
use crate::story::{
    applied, applied_with, bundle, config_map, definition, deployment, desired, namespace, requiring, sandbox, thing,
};

const WAIT: &str = "wait for Deployment.apps home/d";

/// A Deployment, and a component that requires it.
fn wanted() -> Desired {
    let base = bundle("base", [namespace("home"), deployment("d")]);
    desired(vec![base, requiring(bundle("later", [config_map("later", "1")]), &["base"])])
}

fn never_ready() -> FaultPlan {
    let object = ObjectRef::namespaced(GroupKind::new("apps", "Deployment"), "home", "d");
    FaultPlan::default().pods(object, PodFault::NeverReady)
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_late_tells_how_far_it_came_and_skips_what_requires_it() {
    let cluster = Recorder::new(sandbox());
    cluster.sandbox.set_faults(never_ready());
    let mut options = ApplyOptions::default();
    options.timeout = Duration::from_secs(20);
    let result = applied_with(&cluster, &wanted(), options, watch::channel(false).1).await;
    let Outcome::TimedOut { last, waited, .. } = result.outcome(WAIT) else { panic!("{}", result.told()) };
    assert_eq!((last.to_string().as_str(), *waited), ("0 of 1 pods is available", options.timeout));
    assert!(matches!(result.outcome("apply ConfigMap home/later"), Outcome::Skipped { .. }));
    assert_eq!((result.tally.timed_out, result.tally.failed), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn an_unready_object_is_awaited_by_the_next_run_although_it_does_not_change() {
    let cluster = Recorder::new(sandbox());
    cluster.sandbox.set_faults(never_ready());
    let mut options = ApplyOptions::default();
    options.timeout = Duration::from_secs(20);
    applied_with(&cluster, &wanted(), options, watch::channel(false).1).await;
    let again = applied_with(&cluster, &wanted(), options, watch::channel(false).1).await;
    assert_eq!(again.plan.unready.len(), 1);
    assert!(matches!(again.outcome(WAIT), Outcome::TimedOut { .. }), "{}", again.told());
    assert!(matches!(again.outcome("apply ConfigMap home/later"), Outcome::Skipped { .. }), "{}", again.told());
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_is_refused_fails_its_step() {
    let cluster = Recorder::new(sandbox());
    let error = ClusterError::Forbidden { action: "watch".into(), message: "you may not look".into() };
    cluster.sandbox.set_faults(FaultPlan::default().fail(RequestMatch::verb(Verb::Watch).name("d"), 1, error));
    let result = applied(&cluster, &wanted()).await;
    let Outcome::Failed(error) = result.outcome(WAIT) else { panic!("{}", result.told()) };
    assert_eq!(error.to_string(), "watch: you may not look");
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_ends_fails_its_step_and_does_not_hang() {
    let mut cluster = Recorder::new(sandbox());
    cluster.ended_watches = vec!["d".into()];
    let result = applied(&cluster, &wanted()).await;
    let Outcome::Failed(error) = result.outcome(WAIT) else { panic!("{}", result.told()) };
    assert_eq!(error.to_string(), "its watch ended");
}

#[tokio::test(start_paused = true)]
async fn a_time_longer_than_any_clock_is_no_bug() {
    let cluster = Recorder::new(sandbox());
    let mut options = ApplyOptions::default();
    options.timeout = Duration::MAX;
    assert!(applied_with(&cluster, &wanted(), options, watch::channel(false).1).await.tally.is_success());
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_the_whole_apply_ends_waits_and_names_them() {
    let cluster = Recorder::new(sandbox());
    cluster.sandbox.set_faults(never_ready());
    let mut options = ApplyOptions::default();
    options.deadline = Some(Duration::from_secs(45));
    let began = tokio::time::Instant::now();
    let result = applied_with(&cluster, &wanted(), options, watch::channel(false).1).await;
    assert_eq!(began.elapsed(), Duration::from_secs(45));
    let Outcome::TimedOut { last, waited, .. } = result.outcome(WAIT) else { panic!("{}", result.told()) };
    assert_eq!((last.to_string().as_str(), waited.as_secs()), ("0 of 1 pods is available", 45));
    assert!(matches!(result.outcome("apply ConfigMap home/later"), Outcome::Interrupted), "{}", result.told());
    assert_eq!(result.events.iter().filter(|it| matches!(it, ApplyEvent::Overdue)).count(), 1);
    assert!(!result.tally.is_success());
}

#[tokio::test(start_paused = true)]
async fn no_write_begins_after_the_deadline() {
    let cluster = Recorder::new(sandbox());
    let error = ClusterError::Transient { action: "apply".into(), message: "later".into(), retry_after: None };
    cluster.sandbox.set_faults(FaultPlan::default().fail(RequestMatch::verb(Verb::Apply).name("d"), 99, error));
    let mut options = ApplyOptions::default();
    options.deadline = Some(Duration::from_secs(10));
    let began = tokio::time::Instant::now();
    let result = applied_with(&cluster, &wanted(), options, watch::channel(false).1).await;
    // The last pause began before the deadline: three seconds, and as much again by chance.
    assert!((10..=16).contains(&began.elapsed().as_secs()), "the patience is longer: {:?}", began.elapsed());
    assert!(matches!(result.outcome("apply Deployment.apps home/d"), Outcome::Failed(_)), "{}", result.told());
    assert!(matches!(result.outcome("apply ConfigMap home/later"), Outcome::Interrupted), "{}", result.told());
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_is_not_reached_changes_nothing() {
    let cluster = Recorder::new(sandbox());
    let mut options = ApplyOptions::default();
    options.deadline = Some(Duration::MAX);
    let result = applied_with(&cluster, &wanted(), options, watch::channel(false).1).await;
    assert!(result.tally.is_success() && !result.events.iter().any(|it| matches!(it, ApplyEvent::Overdue)));
}

#[tokio::test(start_paused = true)]
async fn what_was_before_the_apply_ends_no_wait() {
    let cluster = Recorder::new(sandbox());
    assert!(applied(&cluster, &wanted()).await.tally.is_success());
    let mut changed = deployment("d");
    changed["spec"]["template"]["metadata"]["annotations"] = json!({ "rolls": "anew" });
    let changed = desired(vec![bundle("base", [namespace("home"), changed])]);
    // The first that the watch tells is the Deployment as it was, with all its pods ready; the new ones never are.
    cluster.sandbox.set_faults(never_ready().old_news(RequestMatch::verb(Verb::Watch).name("d"), 1));
    let mut options = ApplyOptions::default();
    options.timeout = Duration::from_secs(20);
    let result = applied_with(&cluster, &changed, options, watch::channel(false).1).await;
    assert!(matches!(result.outcome(WAIT), Outcome::TimedOut { .. }), "{}", result.told());
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_misses_news_is_begun_anew() {
    let cluster = Recorder::new(sandbox());
    let deaf = (1..200).fold(FaultPlan::default(), |faults, nth| faults.deafen_nth(nth, Duration::from_secs(60)));
    cluster.sandbox.set_faults(deaf);
    let result = applied(&cluster, &wanted()).await;
    assert!(result.tally.is_success(), "{}", result.told());
}

#[tokio::test(start_paused = true)]
async fn a_fault_of_a_watch_that_passes_is_none() {
    let cluster = Recorder::new(sandbox());
    let busy = ClusterError::Transient { action: "watch".into(), message: "gone".into(), retry_after: None };
    cluster.sandbox.set_faults(FaultPlan::default().fail(RequestMatch::verb(Verb::Watch), 20, busy));
    let result = applied(&cluster, &wanted()).await;
    assert!(result.tally.is_success(), "{}", result.told());
}

/// A webhook that admits things, its Service and its Deployment.
fn admission() -> [Value; 3] {
    let service = json!({ "name": "hook", "namespace": "home" });
    [
        deployment("hook"),
        json!({ "apiVersion": "v1", "kind": "Service", "metadata": service,
            "spec": { "selector": { "app": "hook" }, "ports": [{ "port": 443 }] } }),
        json!({ "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
            "metadata": { "name": "hook" }, "webhooks": [{ "name": "hook.example.org", "sideEffects": "None",
                "admissionReviewVersions": ["v1"], "clientConfig": { "service": service },
                "rules": [{ "apiGroups": ["example.org"], "apiVersions": ["v1"], "operations": ["*"],
                    "resources": ["things"] }] }] }),
    ]
}

#[tokio::test(start_paused = true)]
async fn who_does_not_want_to_wait_waits_only_for_what_a_write_rests_on() {
    let cluster = Recorder::new(sandbox());
    cluster.sandbox.set_faults(never_ready());
    let base =
        bundle("base", [namespace("home"), deployment("d"), definition(), thing()].into_iter().chain(admission()));
    let wanted = desired(vec![base, requiring(bundle("later", [config_map("later", "1")]), &["base"])]);
    let mut options = ApplyOptions::default();
    options.wait = false;
    let began = tokio::time::Instant::now();
    let result = applied_with(&cluster, &wanted, options, watch::channel(false).1).await;
    assert!(result.tally.is_success() && began.elapsed().is_zero(), "{}", result.told());
    for left_out in [WAIT, "component base is ready"] {
        assert!(matches!(result.outcome(left_out), Outcome::NotAwaited), "{}", result.told());
    }
    // The one defines the kind of an object, the other answers for a webhook.
    let definition = "wait for CustomResourceDefinition.apiextensions.k8s.io things.example.org";
    for kept in [definition, "wait for Deployment.apps home/hook"] {
        assert!(matches!(result.outcome(kept), Outcome::Reached), "{}", result.told());
    }
    assert!(matches!(result.outcome("apply ConfigMap home/later"), Outcome::Applied), "{}", result.told());
    // The namespace and the Service as well.
    assert_eq!(result.tally.not_awaited, 3);
    let asked = cluster.take();
    assert!(!asked.iter().any(|it| it.starts_with("watch") && it.ends_with("home/d")), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn who_does_not_want_to_wait_writes_whatever_rests_on_no_wait() {
    let cluster = Recorder::new(sandbox());
    let hook = ObjectRef::namespaced(GroupKind::new("apps", "Deployment"), "home", "hook");
    cluster.sandbox.set_faults(FaultPlan::default().pods(hook, PodFault::NeverReady));
    let base = bundle("base", [namespace("home"), definition(), thing()].into_iter().chain(admission()));
    let mut other = thing();
    other["metadata"]["name"] = json!("other");
    let later = requiring(bundle("later", [config_map("later", "1"), other]), &["base"]);
    let mut options = ApplyOptions::default();
    (options.wait, options.timeout) = (false, Duration::from_secs(20));
    let result = applied_with(&cluster, &desired(vec![base, later]), options, watch::channel(false).1).await;
    let late = result.outcome("wait for Deployment.apps home/hook");
    assert!(matches!(late, Outcome::TimedOut { .. }), "{}", result.told());
    for skipped in ["apply Thing.example.org home/t", "apply Thing.example.org home/other"] {
        assert!(matches!(result.outcome(skipped), Outcome::Skipped { .. }), "{}", result.told());
    }
    assert!(matches!(result.outcome("apply ConfigMap home/later"), Outcome::Applied), "{}", result.told());
}

#[tokio::test(start_paused = true)]
async fn who_does_not_want_to_wait_needs_of_a_component_only_that_it_is_written() {
    let cluster = Recorder::new(sandbox());
    let hook = ObjectRef::namespaced(GroupKind::new("apps", "Deployment"), "home", "hook");
    cluster.sandbox.set_faults(FaultPlan::default().pods(hook, PodFault::NeverReady));
    let (mut gadgets, mut gadget, mut admission) = (definition(), thing(), admission());
    gadgets["metadata"]["name"] = json!("gadgets.example.org");
    gadgets["spec"]["names"] = json!({ "kind": "Gadget", "plural": "gadgets" });
    gadget["kind"] = json!("Gadget");
    admission[2]["webhooks"][0]["rules"][0]["resources"] = json!(["gadgets"]);
    let base = bundle("base", [namespace("home"), definition(), gadgets].into_iter().chain(admission));
    let admitted = requiring(bundle("admitted", [gadget]), &["base"]);
    let later = requiring(bundle("later", [thing()]), &["base"]);
    let mut options = ApplyOptions::default();
    (options.wait, options.timeout) = (false, Duration::from_secs(20));
    let result = applied_with(&cluster, &desired(vec![base, admitted, later]), options, watch::channel(false).1).await;
    let late = result.outcome("wait for Deployment.apps home/hook");
    assert!(matches!(late, Outcome::TimedOut { .. }), "{}", result.told());
    let skipped = result.outcome("apply Gadget.example.org home/t");
    assert!(matches!(skipped, Outcome::Skipped { .. }), "{}", result.told());
    // Its component requires another one that is never ready, which is no reason of the server's.
    assert!(matches!(result.outcome("apply Thing.example.org home/t"), Outcome::Applied), "{}", result.told());
}

#[tokio::test(start_paused = true)]
async fn the_kind_that_most_waits_for_is_defined_first_and_one_that_nothing_waits_for_last() {
    let cluster = Recorder::new(sandbox());
    let defined = |kind: &str, plural: &str| {
        let mut definition = definition();
        definition["metadata"]["name"] = json!(format!("{plural}.example.org"));
        definition["spec"]["names"] = json!({ "kind": kind, "plural": plural });
        definition
    };
    let gadget = |name: &str| {
        let mut gadget = thing();
        (gadget["kind"], gadget["metadata"]["name"]) = (json!("Gadget"), json!(name));
        gadget
    };
    let unused = defined("Apparatus", "apparatuses");
    let definitions = [unused, definition(), defined("Gadget", "gadgets")];
    let objects = [namespace("home"), config_map("plain", "1"), thing(), gadget("a"), gadget("b")];
    let wanted = desired(vec![bundle("base", definitions.into_iter().chain(objects))]);
    let mut options = ApplyOptions::default();
    options.wait = false;
    assert!(applied_with(&cluster, &wanted, options, watch::channel(false).1).await.tally.is_success());
    let mut applied = cluster.take();
    applied.retain(|it| it.starts_with("apply CustomResourceDefinition") || it.ends_with("home/plain"));
    insta::assert_snapshot!(applied.join("\n"), @r"
    apply CustomResourceDefinition.apiextensions.k8s.io gadgets.example.org
    apply CustomResourceDefinition.apiextensions.k8s.io things.example.org
    apply ConfigMap home/plain
    apply CustomResourceDefinition.apiextensions.k8s.io apparatuses.example.org
    ");
}
