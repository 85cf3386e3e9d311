//! The store of the API server falls silent in the middle of an apply: the apply carries on, under its lease, and ends well.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "the steps of a test stand in functions of their own")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use ks_apply::lease::{LeaseOptions, Lookout};
use ks_apply::{ApplyEvent, ApplyOptions, Cluster, ConnectOptions, KubeCluster};
use ks_plan::Inventory;
use ks_tests::configuration::everything_on;
use ks_tests::control_plane::{ControlPlane, Options};
use ks_tests::engine::{Engine, changed_fields};
use tokio::sync::{mpsc, watch};

/// How many writes are made before something goes wrong.
const WRITES: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_outlives_a_store_that_does_not_answer_for_some_seconds() {
    outlived(|plane| plane.stall_etcd(Duration::from_secs(8)).unwrap()).await;
}

/// Applies everything, lets something go wrong after some writes, and insists that all is as it would be without that.
async fn outlived(mishap: fn(&ControlPlane)) {
    let options = Options { nodes: 0, controllers: false, operator: false };
    let Some(plane) = ControlPlane::start_or_skip(options) else { return };
    let plane = Arc::new(plane);
    plane.add_what_others_bring().unwrap();
    plane.stand_in_for_controllers();
    let options = ConnectOptions { kubeconfig: Some(plane.kubeconfig()), ..ConnectOptions::default() };
    let cluster = KubeCluster::connect(options).await.unwrap();
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
    let (mut ended, mut retried, mut trouble) = (0, 0, None);
    let mut told = Vec::new();
    while let Some(event) = events.recv().await {
        match event {
            ApplyEvent::StepFinished(id, outcome, _) => {
                ended += 1;
                if !outcome.is_success() {
                    told.push(format!("{}: {outcome:?}", plan.steps.get(id).unwrap().task));
                }
            }
            ApplyEvent::Retried(..) => retried += 1,
            _ => {}
        }
        if ended == WRITES && trouble.is_none() {
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
    println!("{took:.1?} without a store, {retried} writes tried again");
    let again = engine.plan(&everything_on()).await;
    assert!(again.plan.is_empty(), "{}", changed_fields(&again.plan));
}
