//! The API server, or its store, goes away in the middle of an apply: the apply carries on, under its lease, and ends well.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "the steps of a test stand in functions of their own")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use ks_apply::lease::{LeaseOptions, Lookout};
use ks_apply::{ApplyEvent, ApplyOptions, Cluster};
use ks_plan::Inventory;
use ks_tests::configuration::everything_on;
use ks_tests::control_plane::ControlPlane;
use ks_tests::engine::{Engine, changed_fields};
use tokio::sync::{mpsc, watch};

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_outlives_a_store_that_does_not_answer_for_some_seconds() {
    outlived(60, |plane| plane.stall_etcd(Duration::from_secs(8)).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_outlives_an_api_server_that_is_killed_and_comes_again() {
    outlived(90, |plane| plane.restart_api_server().unwrap()).await;
}

/// Applies everything, lets something go wrong after some steps, and insists that all is as it would be without that.
///
/// The definitions are served by then: one whose names a server accepted and did not come to serve is not looked at by the next
/// server until somebody writes to it.
async fn outlived(steps: usize, mishap: fn(&ControlPlane)) {
    let Some(plane) = ControlPlane::stood_in() else { return };
    let cluster = plane.cluster().await;
    let door: Arc<dyn Cluster> = Arc::new(cluster.clone());
    let engine = Engine::on(cluster);
    let lookout = Lookout::begin(door, &Inventory::default()).await;
    let planned = engine.plan(&everything_on()).await;
    let discovery = planned.survey.discovery.clone();
    let lease = LeaseOptions { holder: "the only one".to_owned(), timeout: Duration::ZERO };
    let held = lookout.acquire(&planned.plan, &discovery, lease, |_| ()).await.unwrap();

    let (_interrupt, interrupted) = watch::channel(false);
    let (sender, mut events) = mpsc::unbounded_channel();
    let plan = Arc::new(planned.plan.clone());
    let apply = tokio::spawn(held.apply(discovery, Arc::clone(&plan), ApplyOptions::default(), interrupted, sender));
    let defines = |id| plan.steps.get(id).unwrap().task.to_string().contains("CustomResourceDefinition");
    let mut definitions = plan.steps.iter().filter(|it| defines(it.id)).count();
    let (mut ended, mut retried, mut trouble, mut ended_since) = (0, 0, None, 0);
    let mut told = Vec::new();
    while let Some(event) = events.recv().await {
        match event {
            ApplyEvent::StepFinished(id, outcome, _) => {
                ended += 1;
                definitions -= usize::from(defines(id));
                let is_over = trouble.as_ref().is_some_and(tokio::task::JoinHandle::is_finished);
                ended_since += usize::from(is_over);
                if !outcome.is_success() {
                    told.push(format!("{}: {outcome:?}", plan.steps.get(id).unwrap().task));
                }
            }
            ApplyEvent::Retried(..) => retried += 1,
            _ => {}
        }
        if ended >= steps && definitions == 0 && trouble.is_none() {
            let plane = Arc::clone(&plane);
            let began = Instant::now();
            trouble = Some(tokio::task::spawn_blocking(move || {
                mishap(&plane);
                began.elapsed()
            }));
        }
    }
    let took = trouble.unwrap().await.unwrap();
    let ending = apply.await.unwrap();
    assert!(ending.tally.is_success() && ending.lost.is_none(), "{ending:?}\n{}", told.join("\n"));
    assert!(ended_since > 0, "nothing was left to do");
    println!("away for {took:.1?}, {retried} writes tried again");
    let again = engine.plan(&everything_on()).await;
    assert!(again.plan.is_empty(), "{}", changed_fields(&again.plan));
}
