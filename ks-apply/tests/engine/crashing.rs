use ks_apply::ClusterError;
use ks_apply::sandbox::FaultPlan;
use ks_plan::Desired;

use crate::recorder::Recorder;
use crate::story::{
    applied, bundle, config_map, definition, deployment, desired, namespace, planned, requiring, sandbox, thing,
};

fn before() -> Desired {
    let old = bundle("old", [config_map("old", "1"), deployment("old")]);
    desired(vec![bundle("base", [namespace("home"), config_map("a", "1")]), old])
}

fn after() -> Desired {
    let base = bundle("base", [namespace("home"), config_map("a", "2"), definition()]);
    desired(vec![base, requiring(bundle("new", [thing(), deployment("new")]), &["base"])])
}

/// From the `n`th request on nobody answers any more: as after a kill, whatever was sent is all that happened.
#[tokio::test(start_paused = true)]
async fn an_apply_cut_off_at_any_request_is_finished_by_the_next() {
    for cut in 0.. {
        let cluster = Recorder::new(sandbox());
        applied(&cluster, &before()).await;
        let (survey, plan) = planned(&cluster, &after()).await;
        let gone = || ClusterError::Forbidden { action: "any".into(), message: "the connection is cut".into() };
        let so_far = 1 + cut;
        let faults = (so_far..200).fold(FaultPlan::default(), |faults, nth| faults.fail_nth(nth, gone()));
        cluster.sandbox.set_faults(faults);
        let (sender, _events) = tokio::sync::mpsc::unbounded_channel();
        let door = std::sync::Arc::new(cluster.clone());
        let (_keep, interrupt) = tokio::sync::watch::channel(false);
        let tally = ks_apply::apply(door, survey.discovery, plan.into(), Default::default(), interrupt, sender).await;
        cluster.sandbox.set_faults(FaultPlan::default());
        let next = applied(&cluster, &after()).await;
        assert!(next.tally.is_success(), "cut at {cut}: {}", next.told());
        let (_, empty) = planned(&cluster, &after()).await;
        assert!(empty.is_empty(), "cut at {cut}: {:?}", empty.changes);
        let left = cluster.sandbox.export().unwrap();
        assert!(!left.contains("\"old\""), "cut at {cut}: an orphan is left");
        if tally.is_success() {
            break;
        }
    }
}
