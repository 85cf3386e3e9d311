use std::sync::Arc;
use std::time::Duration;

use ks_apply::sandbox::{FaultPlan, PodFault};
use ks_apply::{ApplyEvent, ApplyOptions, Outcome};
use ks_model::{GroupKind, ObjectRef};
use tokio::sync::watch;

use crate::recorder::Recorder;
use crate::story::{applied, applied_with, bundle, config_map, deployment, desired, namespace, planned, sandbox};

#[tokio::test(start_paused = true)]
async fn an_interrupt_finishes_what_is_being_written_and_starts_nothing() {
    let maps = (0..20).map(|it| config_map(&format!("m{it}"), "1"));
    let wanted = desired(vec![bundle("demo", [namespace("home")].into_iter().chain(maps))]);
    let (sender, receiver) = watch::channel(false);
    let sender = Arc::new(sender);
    let cluster = Recorder::new(sandbox()).at_write(move |request| {
        if request.contains("home/m0") {
            sender.send_replace(true);
        }
    });
    let result = applied_with(&cluster, &wanted, ApplyOptions::default(), receiver).await;
    let writes = cluster.take().into_iter().filter(|it| it.starts_with("apply ConfigMap home/m")).count();
    assert!(matches!(result.outcome("apply ConfigMap home/m0"), Outcome::Applied), "{}", result.told());
    assert!(writes < 20 && result.tally.interrupted > 0 && result.tally.failed == 0, "{:?}", result.tally);
    let ended = result.events.iter().filter(|it| matches!(it, ApplyEvent::StepFinished(..))).count();
    assert_eq!(ended, result.plan.steps.len(), "every step ends once");
    assert!(applied(&cluster, &wanted).await.tally.is_success(), "the next run finishes");
    assert!(planned(&cluster, &wanted).await.1.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_interrupt_ends_a_wait() {
    let wanted = desired(vec![bundle("demo", [namespace("home"), deployment("d")])]);
    let cluster = Recorder::new(sandbox());
    let object = ObjectRef::namespaced(GroupKind::new("apps", "Deployment"), "home", "d");
    cluster.sandbox.set_faults(FaultPlan::default().pods(object, PodFault::NeverReady));
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(5)).await;
        sender.send_replace(true);
    });
    let result = applied_with(&cluster, &wanted, ApplyOptions::default(), receiver).await;
    assert!(matches!(result.outcome("wait for Deployment.apps home/d"), Outcome::Interrupted), "{}", result.told());
    assert_eq!((result.tally.skipped, result.tally.failed), (0, 0), "{}", result.told());
}

#[tokio::test(start_paused = true)]
async fn an_apply_that_is_interrupted_before_it_begins_writes_nothing() {
    let wanted = desired(vec![bundle("demo", [namespace("home")])]);
    let cluster = Recorder::new(sandbox());
    let result = applied_with(&cluster, &wanted, ApplyOptions::default(), watch::channel(true).1).await;
    assert_eq!((result.tally.applied, result.tally.interrupted), (0, result.plan.steps.len()));
}
