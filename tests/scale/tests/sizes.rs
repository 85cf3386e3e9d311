//! What is measured is what it says: as many objects as asked for, and nothing to do where nothing changed.

use std::collections::BTreeSet;
use std::sync::Arc;

use ks_model::{Facts, ObjectRef};
use ks_plan::display::{PlanDocument, TextOptions, text};
use ks_plan::{Desired, LiveState, doubts, plan};
use ks_scale::cluster::{changed, settled, sieved, texts};
use ks_scale::{catalogue, compiled, desired};
use serde_json::Value;

const COUNT: usize = 400;

#[test]
fn as_many_objects_as_asked_for_each_once() {
    let catalogue = catalogue();
    let desired = desired(&catalogue, compiled(&catalogue, COUNT));
    let objects: BTreeSet<_> = desired.manifests().map(|it| it.object()).collect();
    assert_eq!(objects.len(), COUNT);
    let lacking = |name: &String| !objects.iter().any(|it| it.kind.is("", "Namespace") && it.name == *name);
    let homeless = objects.iter().filter(|it| it.namespace.as_ref().is_some_and(lacking));
    let foreign: BTreeSet<_> = homeless.filter_map(|it| it.namespace.as_deref()).collect();
    assert!(
        foreign.iter().all(|it| !it.ends_with(char::is_numeric)),
        "copies live in no namespace of others: {foreign:?}"
    );
}

#[test]
fn a_settled_cluster_is_as_wanted_and_ready() {
    let catalogue = catalogue();
    let desired = desired(&catalogue, compiled(&catalogue, COUNT));
    let plan = plan(&desired, &settled(&desired), &Facts::default()).unwrap();
    let changes: Vec<_> = plan.changes.iter().filter(|it| it.action != ks_plan::Action::NoOp).collect();
    assert!(plan.is_empty() && plan.changes.len() == COUNT + 1, "{changes:#?} {:?}", plan.faults);
    assert_eq!((plan.unready, plan.steps.len()), (Vec::new(), 0));
}

#[test]
fn one_change_in_ten_is_one_in_ten() {
    let catalogue = catalogue();
    let desired = desired(&catalogue, compiled(&catalogue, COUNT));
    let plan = plan(&desired, &changed(&desired, 10), &Facts::default()).unwrap();
    assert_eq!(plan.summary().update, COUNT / 10);
}

#[test]
fn two_calls_give_the_same_bytes() {
    let catalogue = catalogue();
    let once = || texts(&settled(&desired(&catalogue, compiled(&catalogue, COUNT))));
    assert_eq!(once(), once());
}

/// Everything that a plan is written as: what stays, what changes, and what is done.
fn written(desired: &Arc<Desired>, live: &LiveState) -> (String, String) {
    let plan = plan(desired, live, &Facts::default()).expect("a plan");
    let document = serde_json::to_string(&PlanDocument::of(&plan)).expect("JSON");
    (document, text(&plan, &TextOptions { full: true, ..TextOptions::default() }))
}

#[test]
fn a_plan_of_sifted_objects_is_the_plan_of_all() {
    let catalogue = catalogue();
    let desired = Arc::new(desired(&catalogue, compiled(&catalogue, COUNT)));
    for live in [settled(&desired), changed(&desired, 10), changed(&desired, 2)] {
        let objects: Vec<(ObjectRef, Value)> = live.present().map(|(it, value)| (it.clone(), value.clone())).collect();
        let sifted = sieved(&desired, objects);
        assert_eq!(written(&desired, &sifted), written(&desired, &live));
        assert!(sifted.present().count() < live.present().count());
        let names = |live: &LiveState| doubts(&desired, live).iter().map(|it| it.object().clone()).collect::<Vec<_>>();
        assert_eq!(names(&sifted), names(&live));
    }
}
