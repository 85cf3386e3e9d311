use std::collections::BTreeMap;

use ks_apply::sandbox::{FaultPlan, RequestMatch, Verb};
use ks_apply::{ClusterError, Outcome};
use ks_plan::{Desired, StepId, Task};
use serde_json::json;

use crate::recorder::Recorder;
use crate::story::{
    Applied, applied, bundle, config_map, definition, deployment, desired, namespace, planned, requiring, sandbox,
    thing,
};

fn invalid() -> ClusterError {
    ClusterError::Invalid { action: "apply".into(), message: "no".into(), causes: Vec::new() }
}

fn transient() -> ClusterError {
    ClusterError::Transient { action: "apply".into(), message: "busy".into(), retry_after: None }
}

/// The place of each step among the requests, for the steps that are requests.
fn places(result: &Applied, requests: &[String]) -> BTreeMap<StepId, usize> {
    let mut places = BTreeMap::new();
    for step in result.plan.steps.iter() {
        let request = match &step.task {
            Task::GrowInventory => "apply ConfigMap home/ks".to_owned(),
            Task::Write(object) => format!("apply {object}"),
            Task::Delete(object) => format!("delete {object} of its UID"),
            Task::AwaitReady(object) | Task::AwaitAbsent(object) => format!("watch {object}"),
            _ => continue,
        };
        let place = requests.iter().position(|it| *it == request);
        places.insert(step.id, place.unwrap_or_else(|| panic!("{request} is missing in {requests:#?}")));
    }
    places
}

#[tokio::test(start_paused = true)]
async fn writes_come_in_the_order_of_the_graph_and_the_second_time_there_are_none() {
    let low = bundle("low", [namespace("home"), config_map("low", "1"), deployment("low")]);
    let high = requiring(bundle("high", [definition(), thing(), config_map("high", "1")]), &["low"]);
    let wanted = desired(vec![low, high]);
    let cluster = Recorder::new(sandbox());
    let result = applied(&cluster, &wanted).await;
    assert!(result.tally.is_success(), "{}", result.told());
    let requests = cluster.take();
    let places = places(&result, &requests);
    for step in result.plan.steps.iter().filter(|it| places.contains_key(&it.id)) {
        for need in step.needs.iter().filter(|it| places.contains_key(it)) {
            assert!(places[need] < places[&step.id], "{} before its need", step.task);
        }
    }
    assert!(planned(&cluster, &wanted).await.1.is_empty());
    let again = applied(&cluster, &wanted).await;
    assert_eq!((again.tally.applied, again.plan.steps.len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_failed_step_skips_what_needs_it_and_nothing_else() {
    let bad = bundle("bad", [config_map("bad", "1")]);
    let needy = requiring(bundle("needy", [config_map("needy", "1")]), &["bad"]);
    let alone = bundle("alone", [config_map("alone", "1")]);
    let wanted = desired(vec![bundle("base", [namespace("home")]), bad, needy, alone]);
    let cluster = Recorder::new(sandbox());
    cluster.sandbox.set_faults(FaultPlan::default().fail(RequestMatch::verb(Verb::Apply).name("bad"), 1, invalid()));
    let result = applied(&cluster, &wanted).await;
    insta::assert_snapshot!(result.told(), @r"
    apply Namespace home: applied
    wait for Namespace home: reached
    component base is present: reached
    write the inventory: applied
    component base is ready: reached
    apply ConfigMap home/bad: failed: apply: no
    component bad is present: skipped, because of: apply ConfigMap home/bad
    component bad is ready: skipped, because of: apply ConfigMap home/bad
    apply ConfigMap home/needy: skipped, because of: apply ConfigMap home/bad
    component needy is present: skipped, because of: apply ConfigMap home/bad
    component needy is ready: skipped, because of: apply ConfigMap home/bad
    apply ConfigMap home/alone: applied
    component alone is present: reached
    component alone is ready: reached
    ");
    assert_eq!((result.tally.failed, result.tally.skipped, result.retries()), (1, 5, 0));
    assert!(applied(&cluster, &wanted).await.tally.is_success(), "the next run mends it");
}

#[tokio::test(start_paused = true)]
async fn a_passing_fault_is_tried_again_and_a_lasting_one_given_up() {
    let wanted = desired(vec![bundle("demo", [namespace("home"), config_map("a", "1")])]);
    let cluster = Recorder::new(sandbox());
    let at_a = || RequestMatch::verb(Verb::Apply).name("a");
    cluster.sandbox.set_faults(FaultPlan::default().fail(at_a(), 3, transient()));
    let result = applied(&cluster, &wanted).await;
    assert!(result.tally.is_success() && result.retries() == 3, "{}", result.told());
    let changed = desired(vec![bundle("demo", [namespace("home"), config_map("a", "2")])]);
    cluster.sandbox.set_faults(FaultPlan::default().fail(at_a(), 1000, transient()));
    let result = applied(&cluster, &changed).await;
    assert!(matches!(result.outcome("apply ConfigMap home/a"), Outcome::Failed(_)), "{}", result.told());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_wants_to_be_left_alone_for_ages_is_not_asked_again() {
    let wanted = desired(vec![bundle("demo", [namespace("home"), config_map("a", "1")])]);
    let cluster = Recorder::new(sandbox());
    let ages = ClusterError::Transient { action: "apply".into(), message: "busy".into(), retry_after: Some(u64::MAX) };
    cluster.sandbox.set_faults(FaultPlan::default().fail(RequestMatch::verb(Verb::Apply).name("a"), 1, ages));
    let result = applied(&cluster, &wanted).await;
    assert!(matches!(result.outcome("apply ConfigMap home/a"), Outcome::Failed(_)), "{}", result.told());
    assert_eq!(result.retries(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_write_of_a_new_kind_waits_until_the_kind_is_served() {
    let wanted = desired(vec![bundle("demo", [namespace("home"), definition(), thing()])]);
    let cluster = Recorder::new(sandbox());
    let not_yet = ClusterError::NotServed { action: "apply".into(), kind: "Thing".into() };
    cluster.sandbox.set_faults(FaultPlan::default().fail(
        RequestMatch::verb(Verb::Apply).kind("Thing"),
        4,
        not_yet.clone(),
    ));
    let result = applied(&cluster, &wanted).await;
    assert!(result.tally.is_success() && result.retries() == 4, "{}", result.told());
    // A kind that was there before the plan and is not now will not come by itself.
    let mut bigger = thing();
    bigger["spec"] = json!({ "size": 2 });
    let changed = desired(vec![bundle("demo", [namespace("home"), definition(), bigger])]);
    cluster.sandbox.set_faults(FaultPlan::default().fail(RequestMatch::verb(Verb::Apply).kind("Thing"), 4, not_yet));
    assert_eq!(applied(&cluster, &changed).await.retries(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_is_lost_is_not_made_twice_for_the_worse() {
    let wanted = desired(vec![bundle("demo", [namespace("home"), config_map("a", "1")])]);
    let cluster = Recorder::new(sandbox());
    let lost = FaultPlan::default().lose_answer(RequestMatch::verb(Verb::Apply), 2, transient());
    cluster.sandbox.set_faults(lost.lose_answer(RequestMatch::verb(Verb::Delete), 1, transient()));
    assert!(applied(&cluster, &wanted).await.tally.is_success());
    assert!(planned(&cluster, &wanted).await.1.is_empty());
    let less = desired(vec![bundle("demo", [namespace("home")])]);
    assert!(applied(&cluster, &less).await.tally.is_success());
    assert!(planned(&cluster, &less).await.1.is_empty());
}

#[tokio::test(start_paused = true)]
async fn deletes_carry_the_uid_and_come_after_all_writes() {
    let before =
        desired(vec![bundle("demo", [namespace("home"), config_map("a", "1")]), bundle("old", [deployment("d")])]);
    let after = desired(vec![bundle("demo", [namespace("home"), config_map("a", "2")])]);
    let cluster = Recorder::new(sandbox());
    applied(&cluster, &before).await;
    cluster.take();
    let result = applied(&cluster, &after).await;
    let writes: Vec<String> =
        cluster.take().into_iter().filter(|it| it.starts_with("apply") || it.starts_with("delete")).collect();
    assert_eq!(
        writes,
        ["apply ConfigMap home/a", "delete Deployment.apps home/d of its UID", "apply ConfigMap home/ks"]
    );
    assert_eq!((result.tally.deleted, result.tally.failed), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn an_object_of_the_same_name_that_came_meanwhile_is_not_deleted() {
    let before = desired(vec![bundle("demo", [namespace("home"), config_map("a", "1")])]);
    let after = desired(vec![bundle("demo", [namespace("home")])]);
    let cluster = Recorder::new(sandbox());
    applied(&cluster, &before).await;
    let error = ClusterError::Conflict { action: "delete".into(), message: "another UID".into(), fields: Vec::new() };
    cluster.sandbox.set_faults(FaultPlan::default().fail(RequestMatch::verb(Verb::Delete), 1, error));
    let result = applied(&cluster, &after).await;
    assert!(matches!(result.outcome("delete ConfigMap home/a"), Outcome::Failed(_)));
    assert_eq!(result.retries(), 0);
    assert!(matches!(result.outcome("write the inventory"), Outcome::Skipped { .. }), "it still holds the kind");
}

#[tokio::test(start_paused = true)]
async fn an_immutable_field_is_changed_by_delete_wait_and_write() {
    let cluster = Recorder::new(sandbox());
    applied(&cluster, &selecting("one")).await;
    cluster.take();
    let result = applied(&cluster, &selecting("two")).await;
    assert!(result.tally.is_success(), "{}", result.told());
    let touched: Vec<String> =
        cluster.take().into_iter().filter(|it| it.contains("home/d") && !it.starts_with("get")).collect();
    // The second question is whether the server would take it as a new object.
    assert_eq!(touched[..2], ["dry run Deployment.apps home/d", "dry run Deployment.apps home/d-trial"]);
    assert_eq!(
        touched[2..5],
        ["delete Deployment.apps home/d of its UID", "watch Deployment.apps home/d", "apply Deployment.apps home/d",]
    );
    assert!(planned(&cluster, &selecting("two")).await.1.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_object_is_not_deleted_where_nobody_may_ask_whether_it_could_be_made_anew() {
    let cluster = Recorder::new(sandbox());
    applied(&cluster, &selecting("one")).await;
    let error = ClusterError::Forbidden { action: "dry run".into(), message: "no trials for you".into() };
    cluster.sandbox.set_faults(FaultPlan::default().fail(RequestMatch::any().name("d-trial"), 1, error));
    let plan = planned(&cluster, &selecting("two")).await.1;
    let faults: Vec<String> = plan.faults.iter().map(|it| format!("{}: {}", it.object, it.refusal.message)).collect();
    assert!(faults.len() == 1 && faults[0].ends_with("may not be asked: no trials for you"), "{faults:?}");
}

/// A Deployment whose selector, which cannot be changed, is for this application.
fn selecting(app: &str) -> Desired {
    let mut it = deployment("d");
    it["spec"]["selector"]["matchLabels"]["app"] = json!(app);
    it["spec"]["template"]["metadata"]["labels"]["app"] = json!(app);
    desired(vec![bundle("demo", [namespace("home"), it])])
}
