//! Custom kinds whose component says when they are ready.

use std::time::Duration;

use ks_apply::{Outcome, StepError};
use ks_model::GroupKind;
use ks_plan::readiness::{KindRule, Rules};
use ks_plan::saved::ConfigurationSource;
use ks_plan::{Desired, LiveState, SavedPlan};
use serde_json::{Value, json};

use crate::recorder::Recorder;
use crate::story::{
    Applied, applied, as_other, bundle, config_map, desired, namespace, planned, requiring, sandbox, thing,
};

const WAIT: &str = "wait for Thing.example.org home/t";

fn definition() -> Value {
    let mut definition = crate::story::definition();
    definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["status"] =
        json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true });
    definition
}

fn rules() -> Rules {
    let rule = KindRule {
        kind: GroupKind::new("example.org", "Thing"),
        ready: "self.status.phase == 'Running'".into(),
        failed: Some("self.status.phase == 'Broken'".into()),
        message: Some("self.status.reason".into()),
    };
    [rule].into_iter().collect()
}

fn wanted() -> Desired {
    let base = bundle("base", [namespace("home"), definition(), thing()]);
    let later = requiring(bundle("later", [config_map("later", "1")]), &["base"]);
    desired(vec![base, later]).with_readiness(rules())
}

/// Applies while a controller of the kind writes a status after some seconds.
async fn with_status(status: Value) -> (Applied, Recorder) {
    let cluster = Recorder::new(sandbox());
    let other = cluster.sandbox.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(20)).await;
        let mut thing = thing();
        thing["status"] = status;
        as_other(&other, thing);
    });
    (applied(&cluster, &wanted()).await, cluster)
}

#[tokio::test(start_paused = true)]
async fn a_custom_kind_is_awaited_as_its_component_says() {
    let (applied, cluster) = with_status(json!({ "phase": "Running" })).await;
    assert!(matches!(applied.outcome(WAIT), Outcome::Reached), "{}", applied.told());
    let told = applied.told();
    let at = |step: &str| told.find(step).unwrap();
    assert!(at(WAIT) < at("apply ConfigMap home/later"), "{told}");
    let (_, again) = planned(&cluster, &wanted()).await;
    assert_eq!((again.is_empty(), again.unready.len()), (true, 0));
}

#[tokio::test(start_paused = true)]
async fn what_the_expression_calls_failed_ends_the_wait_with_its_message() {
    let (applied, cluster) = with_status(json!({ "phase": "Broken", "reason": "no disk" })).await;
    let Outcome::Failed(StepError::NeverReady(words)) = applied.outcome(WAIT) else { panic!("{}", applied.told()) };
    assert_eq!(words, "no disk");
    assert!(matches!(applied.outcome("apply ConfigMap home/later"), Outcome::Skipped { .. }));
    let (_, again) = planned(&cluster, &wanted()).await;
    assert_eq!(again.unready[0].readiness.to_string(), "failed: no disk");
}

#[tokio::test(start_paused = true)]
async fn a_saved_plan_carries_the_expressions() {
    let cluster = Recorder::new(sandbox());
    let (_, plan) = planned(&cluster, &wanted()).await;
    let source = ConfigurationSource::default;
    let saved = SavedPlan::of(&plan, &wanted(), &LiveState::default(), "here".into(), source()).text().unwrap();
    assert_eq!(SavedPlan::read(&saved).unwrap().plan.readiness, rules());
    let plain = desired(vec![bundle("base", [namespace("home")])]);
    let (_, plan) = planned(&cluster, &plain).await;
    let saved = SavedPlan::of(&plan, &plain, &LiveState::default(), "here".into(), source()).text().unwrap();
    assert!(!saved.contains("\"readiness\""), "nothing is said where nothing is to be said");
}
