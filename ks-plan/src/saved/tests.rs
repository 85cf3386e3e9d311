//! Plans that are saved, read again, and held against a cluster that has moved on.

use std::collections::BTreeMap;

use ks_model::{Facts, ObjectRef};
use serde_json::{Value, json};

use super::*;
use crate::display::{PlanDocument, TextOptions, text};
use crate::fixture::{bundle, config_map, core, definition, desired, merge, namespace, object, settled};
use crate::{Desired, LiveState, Observation, Plan, plan};

const SECRET: &str = "c2VzYW1l";

/// A Secret, a map and a custom resource with its definition, all of them in `home`.
fn wanted(map: &str) -> Desired {
    let secret = object("v1", "Secret", "home/s", json!({ "data": { "key": SECRET } }));
    let thing = object("example.org/v1", "Thing", "home/t", json!({ "spec": { "name": map } }));
    let mut changed = config_map("home/c").value().clone();
    merge(&mut changed, json!({ "data": { "a": map } }));
    let map = ks_model::Manifest::parse(changed).unwrap();
    desired(vec![bundle("demo", [namespace("home"), secret, map, definition("Thing", "things"), thing])])
}

fn planned(desired: &Desired, live: &LiveState) -> Plan {
    let mut facts = Facts::default();
    facts.cluster_uid = Some("c0ffee".into());
    plan(desired, live, &facts).unwrap()
}

fn saved(desired: &Desired, live: &LiveState) -> SavedPlan {
    let saved = SavedPlan::of(&planned(desired, live), desired, live, "demo".into(), ConfigurationSource::default());
    SavedPlan::read(&saved.text().unwrap()).unwrap()
}

/// The same cluster with one object laid over.
fn with(live: &LiveState, object: &ObjectRef, over: Value) -> LiveState {
    let mut live = live.clone();
    let mut value = live.object(object).unwrap().clone();
    merge(&mut value, over);
    live.observe(object.clone(), Observation::Present(value));
    live
}

fn stale(saved: &SavedPlan, live: &LiveState) -> BTreeMap<String, Staleness> {
    saved.stale(live).into_iter().map(|it| (it.object.to_string(), it.because)).collect()
}

#[test]
fn a_saved_plan_shows_what_the_plan_showed_and_holds_no_secret_value() {
    for live in [LiveState::default(), settled(&wanted("before"))] {
        let desired = wanted("after");
        let (plan, saved) = (planned(&desired, &live), saved(&desired, &live));
        assert!(!saved.text().unwrap().contains(SECRET));
        let options = TextOptions { full: true, ..TextOptions::default() };
        assert_eq!(text(&saved.plan, &options), text(&plan, &options));
        let document = |plan: &Plan| serde_json::to_string(&PlanDocument::of(plan)).unwrap();
        assert_eq!(document(&saved.plan), document(&plan));
        assert_eq!(saved.plan.steps, plan.steps);
    }
}

#[test]
fn secret_values_come_back_from_the_configuration_or_not_at_all() {
    let desired = wanted("a");
    let saved = saved(&desired, &LiveState::default());
    assert!(saved.needs_secrets());
    let secret = core("Secret", "home/s");
    let revealed = saved.reveal(&LiveState::default(), Some(&desired)).unwrap();
    assert_eq!(revealed.change(&secret).unwrap().manifest.as_ref().unwrap().value()["data"]["key"], json!(SECRET));
    let unrevealed = saved.reveal(&LiveState::default(), None).unwrap_err();
    assert_eq!(unrevealed.objects, [secret]);
}

#[test]
fn an_unchanged_cluster_is_as_expected_and_a_status_does_not_matter() {
    let live = settled(&wanted("before"));
    let saved = saved(&wanted("after"), &live);
    assert_eq!(stale(&saved, &live), BTreeMap::new());
    let map = core("ConfigMap", "home/c");
    let live = with(&live, &map, json!({ "status": { "seen": 1 }, "metadata": { "resourceVersion": "99" } }));
    let live = with(&live, &map, json!({ "data": { "of_others": "x" } }));
    assert_eq!(stale(&saved, &live), BTreeMap::new());
}

#[test]
fn every_object_that_moved_is_named() {
    let before = wanted("before");
    let live = settled(&before);
    let saved = saved(&wanted("after"), &live);
    for manifest in before.manifests() {
        let object = manifest.object();
        let name = object.to_string();
        let label = json!({ "metadata": { "labels": { "ks.kubesphere.io/component": "other" } } });
        assert_eq!(stale(&saved, &with(&live, object, label)), BTreeMap::from([(name.clone(), Staleness::Changed)]));
        let other = json!({ "metadata": { "uid": "other" } });
        assert_eq!(stale(&saved, &with(&live, object, other)), BTreeMap::from([(name.clone(), Staleness::Replaced)]));
        let leaving = json!({ "metadata": { "deletionTimestamp": "2026-01-01T00:00:00Z" } });
        assert_eq!(stale(&saved, &with(&live, object, leaving)), BTreeMap::from([(name.clone(), Staleness::Changed)]));
        let mut gone = live.clone();
        gone.observe(object.clone(), Observation::Absent { askable: true });
        assert_eq!(stale(&saved, &gone), BTreeMap::from([(name, Staleness::Gone)]));
    }
}

#[test]
fn of_an_object_that_goes_all_but_its_status_matters() {
    let gone = desired(vec![bundle("demo", [namespace("home")])]);
    let live = settled(&wanted("a"));
    let saved = saved(&gone, &live);
    let map = core("ConfigMap", "home/c");
    let filled = with(&live, &map, json!({ "data": { "of_others": "x" } }));
    assert_eq!(stale(&saved, &filled), BTreeMap::from([(map.to_string(), Staleness::Changed)]));
    assert_eq!(stale(&saved, &with(&live, &map, json!({ "status": { "seen": 1 } }))), BTreeMap::new());
}

#[test]
fn a_plan_from_fingerprints_fits_the_cluster_that_they_were_taken_of() {
    let (before, after) = (wanted("before"), wanted("after"));
    let live = settled(&before);
    let mut facts = Facts::default();
    facts.cluster_uid = Some("c0ffee".into());
    let recorded = crate::RecordedState::of(&live, &after, &facts).live(&after, &facts);
    assert_eq!(stale(&saved(&after, &recorded), &live), BTreeMap::new());
}

#[test]
fn what_was_not_there_must_not_be_there() {
    let desired = wanted("a");
    let saved = saved(&desired, &LiveState::default());
    let appeared = stale(&saved, &settled(&desired));
    assert!(appeared.values().all(|it| *it == Staleness::Appeared) && appeared.len() == 6, "{appeared:?}");
}

#[test]
fn a_new_member_that_the_plan_does_not_know_is_named() {
    let live = settled(&wanted("a"));
    let saved = saved(&wanted("a"), &live);
    let mut joined = live.clone();
    let mut member = live.object(&core("ConfigMap", "home/c")).unwrap().clone();
    merge(&mut member, json!({ "metadata": { "name": "d", "uid": "another" } }));
    joined.observe(core("ConfigMap", "home/d"), Observation::Present(member));
    assert_eq!(stale(&saved, &joined), BTreeMap::from([("ConfigMap home/d".to_owned(), Staleness::Joined)]));
}

#[test]
fn other_files_are_told_apart() {
    let read = |text: &str| SavedPlan::read(text).unwrap_err().to_string();
    insta::assert_snapshot!(read("{"), @"line 1, column 1: EOF while parsing an object");
    insta::assert_snapshot!(read("[1]"), @"it is JSON, but no plan saved by `ks plan --out`");
    insta::assert_snapshot!(read(r#"{ "formatVersion": "1.0" }"#), @"it is JSON, but no plan saved by `ks plan --out`");
    let old = json!({ "kind": "ks.kubesphere.io/plan", "formatVersion": "0.9" });
    insta::assert_snapshot!(read(&old.to_string()), @"its format is 0.9, and this ks reads 1.0");
    let cut = json!({ "kind": "ks.kubesphere.io/plan", "formatVersion": "1.0" });
    insta::assert_snapshot!(read(&cut.to_string()), @"line 1, column 54: missing field `cluster`");
}

#[test]
fn a_plan_that_contradicts_itself_is_refused() {
    let saved = saved(&wanted("after"), &settled(&wanted("before")));
    let document: Value = serde_json::from_str(&saved.text().unwrap()).unwrap();
    let broken = |pointer: &str, value: Value| {
        let mut document = document.clone();
        *document.pointer_mut(pointer).unwrap() = value;
        SavedPlan::read(&document.to_string()).unwrap_err().to_string()
    };
    let steps = [("/plan/steps/0/id", json!(7)), ("/plan/steps/0/needs", json!([0])), ("/expected", json!([]))];
    for (pointer, value) in steps {
        let error = broken(pointer, value);
        assert!(error.starts_with("it contradicts itself: "), "{pointer}: {error}");
    }
    let error = broken("/plan/changes", json!([]));
    assert!(error.contains("which it does not know"), "{error}");
}

#[test]
fn a_saved_plan_fits_its_own_schema_as_far_as_its_members_go() {
    let schema = SavedPlan::schema();
    let saved = saved(&wanted("a"), &LiveState::default());
    let document: Value = serde_json::from_str(&saved.text().unwrap()).unwrap();
    let members = document.as_object().unwrap();
    assert!(members.keys().all(|it| schema["properties"].get(it).is_some()), "{schema}");
    let required = schema["required"].as_array().unwrap();
    assert!(required.iter().all(|it| members.contains_key(it.as_str().unwrap())));
}
