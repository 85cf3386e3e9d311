//! What is deleted, and when the inventory changes.

use ks_model::ClosedGate;

use super::*;
use crate::fixture::component;
use crate::inventory::Inventory;
use crate::steps::Task;

/// What remains of a component that is off: its objects still stand in the cluster.
fn leftovers(bundles: Vec<Bundle>, closed: Vec<ClosedGate>, wanted: Vec<Bundle>) -> (Desired, LiveState) {
    let before = desired(wanted.iter().cloned().chain(bundles).collect());
    let now = Desired::new(wanted, closed, BTreeMap::new(), Inventory::new("home", "ks")).unwrap();
    (now, settled(&before))
}

#[test]
fn what_a_closed_gate_wanted_is_deleted_and_the_gate_says_why() {
    let gate = ClosedGate::new(component("gone"), "c".into(), "alerting.enabled is false".into(), None);
    let gone = bundle("gone", [namespace("a"), config_map("a/gone")]);
    let forgotten = bundle("forgotten", [config_map("home/forgotten")]);
    let (desired, live) = leftovers(vec![gone, forgotten], vec![gate], vec![bundle("demo", [namespace("home")])]);
    let plan = planned(&desired, &live);
    let reason = Reason::GateClosed { reason: "alerting.enabled is false".into() };
    assert_eq!(change(&plan, &core("ConfigMap", "a/gone")).reasons, [reason]);
    assert_eq!(change(&plan, &core("ConfigMap", "home/forgotten")).reasons, [Reason::NoLongerWanted]);
    assert_eq!(change(&plan, &core("ConfigMap", "a/gone")).uid(), Some("uid of ConfigMap a/gone"));
    assert_snapshot!(drawn_plan(&plan), @r#"
      Namespace home (safe, verified Server)
    ~ ConfigMap home/ks (safe, verified None)
        .metadata.annotations["applyset.kubernetes.io/additional-namespaces"]: "a" -> ""
        .metadata.annotations["applyset.kubernetes.io/contains-group-kinds"]: "ConfigMap,Namespace" -> "Namespace"
    - ConfigMap a/gone (safe, verified Server)
    - Namespace a (data-loss, verified Server)
    - ConfigMap home/forgotten (safe, verified Server)
    "#);
    assert_snapshot!(drawn_steps(&plan.steps), @r"
    0 delete ConfigMap a/gone
    1 wait until ConfigMap a/gone is gone < 0
    2 delete Namespace a < 1
    3 wait until Namespace a is gone < 2
    4 delete ConfigMap home/forgotten
    5 wait until ConfigMap home/forgotten is gone < 4
    6 write the inventory < 1 3 5
    ");
}

#[test]
fn a_foreign_object_that_carries_our_label_is_left_alone() {
    let desired = one_map();
    let mut live = settled(&desired);
    let mut copied = config_map("home/copied");
    desired.inventory().mark(&mut copied, &component("demo"));
    live.observe(
        copied.object().clone(),
        Observation::Present(applied_as(&desired, &copied, "kube-controller-manager")),
    );
    live.observe(core("ConfigMap", "home/bare"), Observation::Present(copied.value().clone()));
    assert!(planned(&desired, &live).is_empty());
}

#[test]
fn an_object_of_another_inventory_is_left_alone() {
    let desired = one_map();
    let mut live = settled(&desired);
    let mut other = config_map("home/other");
    Inventory::new("home", "somebody-else").mark(&mut other, &component("demo"));
    live.observe(other.object().clone(), Observation::Present(applied_as(&desired, &other, "ks")));
    assert!(planned(&desired, &live).is_empty());
}

#[test]
fn the_inventory_changes_only_with_its_kinds_and_namespaces() {
    let wanted = || vec![bundle("demo", [namespace("home"), config_map("home/c")])];
    let same_kind = leftovers(vec![bundle("x", [config_map("home/more")])], Vec::new(), wanted());
    let other_kind = leftovers(vec![bundle("x", [object("v1", "Secret", "home/s", json!({}))])], Vec::new(), wanted());
    let other_namespace = leftovers(vec![bundle("x", [config_map("b/c")])], Vec::new(), wanted());
    let shrinks = |(desired, live): (Desired, LiveState)| {
        let plan = planned(&desired, &live);
        assert!(!plan.steps.iter().any(|it| it.task == Task::GrowInventory), "nothing is new");
        plan.steps.iter().any(|it| it.task == Task::ShrinkInventory)
    };
    assert_eq!([same_kind, other_kind, other_namespace].map(shrinks), [false, true, true]);
}

#[test]
fn a_new_kind_grows_the_inventory_once_and_does_not_shrink_it() {
    let (before, after) = (
        one_map(),
        desired(vec![bundle(
            "demo",
            [namespace("home"), config_map("home/c"), object("v1", "Secret", "home/s", json!({}))],
        )]),
    );
    let plan = planned(&after, &settled(&before));
    assert_snapshot!(drawn_steps(&plan.steps), @r"
    0 write the inventory
    1 apply Secret home/s < 0
    2 component demo is present < 1
    3 component demo is ready < 1 2
    ");
}

#[test]
fn the_namespace_of_the_inventory_stays_while_anything_is_wanted() {
    let home = bundle("home", [namespace("home")]);
    let (desired, live) = leftovers(vec![home], Vec::new(), vec![bundle("demo", [config_map("other/c")])]);
    let plan = planned(&desired, &live);
    assert!(plan.change(&core("Namespace", "home")).is_none());
}

#[test]
fn when_nothing_is_wanted_the_inventory_goes_with_its_namespace() {
    let all = bundle("demo", [namespace("home"), config_map("home/c")]);
    let (desired, live) = leftovers(vec![all], Vec::new(), Vec::new());
    let plan = planned(&desired, &live);
    assert_snapshot!(drawn_steps(&plan.steps), @r"
    0 delete ConfigMap home/c
    1 wait until ConfigMap home/c is gone < 0
    2 delete Namespace home < 1
    3 wait until Namespace home is gone < 2
    ");
    assert!(planned(&desired, &LiveState::default()).is_empty(), "nothing wanted, nothing there, nothing to do");
}
