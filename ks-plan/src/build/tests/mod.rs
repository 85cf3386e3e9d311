use std::collections::BTreeMap;

use insta::assert_snapshot;
use ks_model::{Bundle, ObjectRef};
use serde_json::json;

use super::*;
use crate::change::Reason;
use crate::conflict::{Conflict, Resolution};
use crate::fixture::{
    applied, applied_as, bundle, config_map, core, definition, deployment, desired, drawn_plan, drawn_steps, merge,
    namespace, object, settled,
};
use crate::live::Observation;

mod adoption;
mod keeping;
mod membership;

fn planned(desired: &Desired, live: &LiveState) -> Plan {
    plan(desired, live, &Facts::default()).unwrap()
}

/// One ConfigMap `home/c` and the namespace of the inventory.
fn one_map() -> Desired {
    desired(vec![bundle("demo", [namespace("home"), config_map("home/c")])])
}

/// A settled cluster in which one object is laid over with other values.
fn with(desired: &Desired, object: &ObjectRef, over: Value) -> LiveState {
    let mut live = settled(desired);
    let mut value = live.object(object).unwrap().clone();
    merge(&mut value, over);
    live.observe(object.clone(), Observation::Present(value));
    live
}

fn refused(message: &str, immutable: &[&str]) -> DryRun {
    let immutable = immutable.iter().map(|it| (*it).to_owned()).collect();
    DryRun::Refused(Refusal { message: message.to_owned(), immutable })
}

fn change<'a>(plan: &'a Plan, object: &ObjectRef) -> &'a Change {
    plan.change(object).unwrap()
}

#[test]
fn an_empty_cluster_gets_everything_and_the_inventory() {
    let plan = planned(&one_map(), &LiveState::default());
    assert_snapshot!(drawn_plan(&plan), @r#"
    + Namespace home (safe, verified None)
        .metadata.labels["applyset.kubernetes.io/part-of"]: none -> "applyset-cDEE1d2GQFGtfNACUEI-g0uXpVLpMaMSp3nqZtRPpyQ-v1"
        .metadata.labels["ks.kubesphere.io/component"]: none -> "demo"
    + ConfigMap home/c (safe, verified None)
        .data.a: none -> "b"
        .metadata.labels["applyset.kubernetes.io/part-of"]: none -> "applyset-cDEE1d2GQFGtfNACUEI-g0uXpVLpMaMSp3nqZtRPpyQ-v1"
        .metadata.labels["ks.kubesphere.io/component"]: none -> "demo"
    + ConfigMap home/ks (safe, verified None)
        .metadata.annotations["applyset.kubernetes.io/additional-namespaces"]: none -> ""
        .metadata.annotations["applyset.kubernetes.io/contains-group-kinds"]: none -> "ConfigMap,Namespace"
        .metadata.annotations["applyset.kubernetes.io/tooling"]: none -> "ks/v1.0.0"
        .metadata.labels["applyset.kubernetes.io/id"]: none -> "applyset-cDEE1d2GQFGtfNACUEI-g0uXpVLpMaMSp3nqZtRPpyQ-v1"
    "#);
    assert_snapshot!(drawn_steps(&plan.steps), @r"
    0 apply Namespace home
    1 wait for Namespace home < 0
    2 write the inventory < 0
    3 apply ConfigMap home/c < 0 2
    4 component demo is present < 0 3
    5 component demo is ready < 1 3 4
    ");
}

#[test]
fn a_cluster_that_is_as_wanted_has_no_doubt_no_change_and_no_step() {
    let desired = one_map();
    let live = settled(&desired);
    let plan = planned(&desired, &live);
    assert!(doubts(&desired, &live).is_empty());
    assert!(plan.is_empty() && !plan.steps.iter().any(|it| it.task.is_write()), "{}", drawn_plan(&plan));
    assert_eq!(plan.summary().unchanged, 3);
}

#[test]
fn a_changed_leaf_is_an_update_that_shows_it() {
    let desired = one_map();
    let live = with(&desired, &core("ConfigMap", "home/c"), json!({ "data": { "a": "drift", "foreign": "stays" } }));
    assert_eq!(doubts(&desired, &live).len(), 1);
    assert_snapshot!(drawn_plan(&planned(&desired, &live)), @r#"
      Namespace home (safe, verified Server)
    ~ ConfigMap home/c (safe, verified None)
        .data.a: "drift" -> "b"
      ConfigMap home/ks (safe, verified Server)
    "#);
}

#[test]
fn the_answer_of_the_server_decides_what_an_update_shows() {
    let desired = one_map();
    let map = core("ConfigMap", "home/c");
    let mut live = with(&desired, &map, json!({ "data": { "a": "drift" } }));
    let mut merged = live.object(&map).unwrap().clone();
    merge(
        &mut merged,
        json!({ "metadata": { "generation": 7, "resourceVersion": "9" }, "data": { "a": "b", "by": "server" } }),
    );
    let conflicts = vec![Conflict::new(".data.a", "kubectl-edit")];
    live.answer(map, DryRun::Merged { object: merged, conflicts });
    assert_snapshot!(drawn_plan(&planned(&desired, &live)), @r#"
      Namespace home (safe, verified Server)
    ~ ConfigMap home/c (safe, verified Server)
        .data.a: "drift" -> "b"
        .data.by: none -> "server"
        conflict .data.a of kubectl-edit
      ConfigMap home/ks (safe, verified Server)
    "#);
}

#[test]
fn a_server_that_sees_no_difference_makes_it_unchanged() {
    let desired = one_map();
    let map = core("ConfigMap", "home/c");
    let mut live = with(&desired, &map, json!({ "data": { "a": "drift" } }));
    let same = live.object(&map).unwrap().clone();
    live.answer(map, DryRun::Merged { object: same, conflicts: Vec::new() });
    assert!(planned(&desired, &live).is_empty());
}

#[test]
fn an_object_of_another_manager_with_equal_fields_changes_its_owner_only() {
    let desired = one_map();
    let map = core("ConfigMap", "home/c");
    let mut live = settled(&desired);
    let manifest = &desired.find(&map).unwrap().1.manifest;
    live.observe(map.clone(), Observation::Present(applied_as(&desired, manifest, "helm")));
    let plan = planned(&desired, &live);
    let change = change(&plan, &map);
    assert_eq!(
        (change.action, &change.reasons[..], change.risk),
        (Action::Update, &[Reason::Ownership][..], Risk::Safe)
    );
    assert!(change.fields.is_empty() && change.conflicts.is_empty());
}

#[test]
fn a_leaf_of_another_manager_is_a_conflict_even_without_a_server() {
    let desired = one_map();
    let map = core("ConfigMap", "home/c");
    let mut live = settled(&desired);
    let theirs = object("v1", "ConfigMap", "home/c", json!({ "data": { "a": "theirs" } }));
    live.observe(map, Observation::Present(applied_as(&desired, &theirs, "helm")));
    assert_snapshot!(drawn_plan(&planned(&desired, &live)), @r#"
      Namespace home (safe, verified Server)
    ~ ConfigMap home/c (safe, verified None)
        .data.a: "theirs" -> "b"
        .metadata.labels["applyset.kubernetes.io/part-of"]: none -> "applyset-cDEE1d2GQFGtfNACUEI-g0uXpVLpMaMSp3nqZtRPpyQ-v1"
        .metadata.labels["ks.kubesphere.io/component"]: none -> "demo"
        conflict .data.a of helm (Apply)
      ConfigMap home/ks (safe, verified Server)
    "#);
}

#[test]
fn an_immutable_field_makes_a_replace_that_names_it() {
    let template = json!({ "spec": { "selector": { "matchLabels": { "app": "new" } } } });
    let wanted = object("apps/v1", "Deployment", "home/d", template);
    let desired = desired(vec![bundle("demo", [namespace("home"), wanted])]);
    let deployment = ObjectRef::namespaced(GroupKind::new("apps", "Deployment"), "home", "d");
    let mut live = with(
        &desired,
        &deployment,
        json!({ "spec": { "selector": { "matchLabels": { "app": "old" } }, "replicas": 1 } }),
    );
    live.answer(deployment, refused("spec.selector: field is immutable", &["spec.selector"]));
    let plan = planned(&desired, &live);
    assert_snapshot!(drawn_plan(&plan), @r#"
      Namespace home (safe, verified Server)
    ± Deployment.apps home/d (disruptive, verified None)
        immutable spec.selector
        .spec.selector: {"matchLabels":{"app":"old"}} -> {"matchLabels":{"app":"new"}}
      ConfigMap home/ks (safe, verified Server)
    "#);
    assert_snapshot!(drawn_steps(&plan.steps), @r"
    0 delete Deployment.apps home/d
    1 wait until Deployment.apps home/d is gone < 0
    2 apply Deployment.apps home/d < 1
    3 wait for Deployment.apps home/d < 2
    4 component demo is present < 2
    5 component demo is ready < 3 4
    ");
}

#[test]
fn what_the_server_would_make_anew_is_what_is_there_after_a_replace() {
    let desired = one_map();
    let map = core("ConfigMap", "home/c");
    let mut live = with(&desired, &map, json!({ "data": { "a": "old" } }));
    let mut object = applied(&desired, &map);
    object["data"]["added"] = "by the server".into();
    let DryRun::Refused(refusal) = refused("frozen", &[".data"]) else { unreachable!() };
    live.answer(map.clone(), DryRun::Anew { refusal: refusal.clone(), object: object.clone() });
    let plan = planned(&desired, &live);
    let replace = change(&plan, &map);
    assert_eq!((replace.action, replace.verified, &replace.after), (Action::Replace, Verified::Server, &Some(object)));
    assert_eq!(replace.immutable, refusal.immutable);
}

#[test]
fn without_a_server_a_table_knows_what_is_immutable() {
    let claim = object("v1", "PersistentVolumeClaim", "home/p", json!({ "spec": { "storageClassName": "new" } }));
    let desired = desired(vec![bundle("demo", [namespace("home"), claim])]);
    let live =
        with(&desired, &core("PersistentVolumeClaim", "home/p"), json!({ "spec": { "storageClassName": "old" } }));
    assert_snapshot!(drawn_plan(&planned(&desired, &live)), @r#"
      Namespace home (safe, verified Server)
    ± PersistentVolumeClaim home/p (data-loss, verified None)
        immutable .spec.storageClassName
        .spec.storageClassName: "old" -> "new"
      ConfigMap home/ks (safe, verified Server)
    "#);
}

#[test]
fn what_the_server_refuses_is_a_fault_and_no_change() {
    let desired = one_map();
    let map = core("ConfigMap", "home/c");
    let mut absent = settled(&desired);
    absent.observe(map.clone(), Observation::Absent { askable: true });
    absent.answer(map.clone(), refused("no such thing", &[]));
    let mut present = with(&desired, &map, json!({ "data": { "a": "drift" } }));
    present.answer(map.clone(), refused("no such thing", &[]));
    for live in [absent, present] {
        let plan = planned(&desired, &live);
        assert!(!plan.is_empty() && plan.change(&map).is_none());
        assert_eq!(plan.faults[0].refusal.message, "no such thing");
    }
}

#[test]
fn an_object_in_a_namespace_that_nobody_makes_is_a_fault() {
    let desired = desired(vec![bundle("demo", [namespace("home"), config_map("away/c"), config_map("home/c")])]);
    let mut live = LiveState::default();
    assert_eq!(planned(&desired, &live).faults, [], "nobody has looked for it");
    for name in ["away", "home"] {
        let home = ObjectRef::cluster(GroupKind::new("", "Namespace"), name);
        live.observe(home, Observation::Absent { askable: true });
    }
    let plan = planned(&desired, &live);
    let [fault] = plan.faults.as_slice() else { panic!("{:?}", plan.faults) };
    assert_eq!(fault.object, core("ConfigMap", "away/c"));
    assert!(fault.refusal.message.starts_with("namespace away does not exist"), "{fault:?}");
}

#[test]
fn a_replace_takes_fields_of_others_only_as_conflicts() {
    let claim =
        |class: &str| object("v1", "PersistentVolumeClaim", "home/p", json!({ "spec": { "storageClassName": class } }));
    let desired = desired(vec![bundle("demo", [namespace("home"), claim("new")])]);
    let mut live = settled(&desired);
    let theirs = applied_as(&desired, &claim("old"), "somebody");
    live.observe(core("PersistentVolumeClaim", "home/p"), Observation::Present(theirs));
    let plan = planned(&desired, &live);
    let change = change(&plan, &core("PersistentVolumeClaim", "home/p"));
    assert_eq!(change.action, Action::Replace);
    let told = |it: &Conflict| (it.field.clone(), it.owner.to_string(), it.resolution);
    let conflicts: Vec<_> = change.conflicts.iter().map(told).collect();
    let class = (".spec.storageClassName".to_owned(), "somebody (Apply)".to_owned(), Resolution::Unresolved);
    assert_eq!(conflicts, [class]);
}

#[test]
fn fields_that_are_owned_in_another_version_change_their_owner() {
    let desired = one_map();
    let map = core("ConfigMap", "home/c");
    let mut live = settled(&desired);
    let mut old = live.object(&map).unwrap().clone();
    old["metadata"]["managedFields"][0]["apiVersion"] = json!("v0");
    live.observe(map.clone(), Observation::Present(old));
    live.answer(map.clone(), DryRun::Merged { object: applied(&desired, &map), conflicts: Vec::new() });
    let plan = planned(&desired, &live);
    assert_eq!(change(&plan, &map).reasons, [Reason::Ownership]);
}

#[test]
fn secret_values_are_never_in_the_fields() {
    let secret = |value: &str| object("v1", "Secret", "home/s", json!({ "data": { "k": value } }));
    let annotated = |it: &Value, text: &str| {
        let mut it = it.clone();
        merge(
            &mut it,
            json!({ "metadata": { "annotations": { "kubectl.kubernetes.io/last-applied-configuration": text } } }),
        );
        it
    };
    let desired = desired(vec![bundle("demo", [namespace("home"), secret("c2VudGluZWwtbmV3")])]);
    let object = core("Secret", "home/s");
    let old = annotated(secret("c2VudGluZWwtb2xk").value(), "c2VudGluZWwtb2xk");
    let mut live = settled(&desired);
    let created = planned(&desired, &LiveState::default());
    live.observe(object.clone(), Observation::Present(old.clone()));
    let offline = planned(&desired, &live);
    live.answer(object.clone(), DryRun::Merged { object: applied(&desired, &object), conflicts: Vec::new() });
    let online = planned(&desired, &live);
    let DryRun::Refused(refusal) = refused("frozen", &["data"]) else { unreachable!() };
    live.answer(object.clone(), DryRun::Anew { refusal, object: applied(&desired, &object) });
    let replaced = planned(&desired, &live);
    for plan in [created, offline, online, replaced] {
        let told = format!("{}{plan:?}", drawn_plan(&plan));
        assert!(told.contains(".data.k") && !told.contains("c2VudGluZWw"), "{told}");
    }
}

#[test]
fn an_object_on_its_way_out_is_made_anew_once_it_is_gone() {
    let desired = one_map();
    let map = core("ConfigMap", "home/c");
    let live = with(&desired, &map, json!({ "metadata": { "deletionTimestamp": "2026-01-01T00:00:00Z" } }));
    let plan = planned(&desired, &live);
    assert!(doubts(&desired, &live).is_empty());
    assert!(matches!(change(&plan, &map).reasons[..], [Reason::BeingDeleted, Reason::Wanted { .. }]));
    assert_eq!(change(&plan, &map).risk, Risk::Safe);
    assert_snapshot!(drawn_steps(&plan.steps), @r"
    0 wait until ConfigMap home/c is gone
    1 apply ConfigMap home/c < 0
    2 component demo is present < 1
    3 component demo is ready < 1 2
    ");
}

#[test]
fn a_namespace_on_its_way_out_takes_its_contents_along() {
    let desired = one_map();
    let live = with(
        &desired,
        &core("Namespace", "home"),
        json!({ "metadata": { "deletionTimestamp": "2026-01-01T00:00:00Z" } }),
    );
    let plan = planned(&desired, &live);
    assert_eq!(change(&plan, &core("ConfigMap", "home/c")).action, Action::Create);
    assert_snapshot!(drawn_steps(&plan.steps), @r"
    0 wait until Namespace home is gone
    1 apply Namespace home < 0
    2 wait for Namespace home < 1
    3 write the inventory < 1
    4 apply ConfigMap home/c < 1 3
    5 component demo is present < 1 4
    6 component demo is ready < 2 4 5
    ");
}

#[test]
fn an_unchanged_object_that_is_not_ready_is_awaited() {
    let desired = desired(vec![bundle("demo", [namespace("home"), deployment("home/d", json!({}))])]);
    let live = with(&desired, &core("Namespace", "home"), json!({ "status": { "phase": "Active" } }));
    let plan = planned(&desired, &live);
    assert!(plan.is_empty());
    assert_eq!(plan.unready.len(), 1);
    assert_snapshot!(drawn_steps(&plan.steps), @r"
    0 wait for Deployment.apps home/d
    1 component demo is ready < 0
    ");
}

#[test]
fn nothing_waits_for_a_claim_that_waits_for_its_first_pod() {
    let claim =
        |class: &str| object("v1", "PersistentVolumeClaim", "home/c", json!({ "spec": { "storageClassName": class } }));
    let user = object("v1", "ConfigMap", "home/later", json!({}));
    let steps = |class: &str| {
        let mut later = bundle("later", [user.clone()]);
        later.requires = ["base".parse().unwrap()].into();
        let desired = desired(vec![bundle("base", [namespace("home"), claim(class)]), later]);
        let mut facts = Facts::default();
        let mut late = ks_model::StorageClass::default();
        late.binds_at_first_use = true;
        facts.storage_classes = [("late".to_owned(), late), ("early".to_owned(), Default::default())].into();
        drawn_steps(&plan(&desired, &LiveState::default(), &facts).unwrap().steps)
    };
    let wait = "wait for PersistentVolumeClaim home/c";
    assert!(steps("early").contains(wait) && !steps("late").contains(wait), "{}", steps("late"));
}

fn thing(spec: Value) -> Manifest {
    object("example.org/v1", "Thing", "home/t", json!({ "spec": spec }))
}

#[test]
fn a_server_that_knows_the_old_definition_only_does_not_decide() {
    let desired =
        desired(vec![bundle("demo", [namespace("home"), definition("Thing", "things"), thing(json!({ "size": 2 }))])]);
    let kind = GroupKind::new("apiextensions.k8s.io", "CustomResourceDefinition");
    let definition = ObjectRef::cluster(kind, "things.example.org");
    let object = ObjectRef::namespaced(GroupKind::new("example.org", "Thing"), "home", "t");
    let unknown = || refused(".spec.size: field not declared in schema", &[]);
    let mut outdated = with(&desired, &definition, json!({ "spec": { "scope": "Old" } }));
    outdated.observe(object.clone(), Observation::Absent { askable: true });
    outdated.answer(object.clone(), unknown());
    assert!(planned(&desired, &outdated).faults.is_empty());
    let mut current = settled(&desired);
    current.observe(object.clone(), Observation::Absent { askable: true });
    current.answer(object, unknown());
    assert_eq!(planned(&desired, &current).faults.len(), 1);
}

#[test]
fn a_kind_that_this_plan_defines_is_checked_and_defaulted_by_its_schema() {
    let of =
        |spec: Value| desired(vec![bundle("demo", [namespace("home"), definition("Thing", "things"), thing(spec)])]);
    let good = planned(&of(json!({ "name": "x" })), &LiveState::default());
    let created = good.changes.iter().find(|it| it.object.kind.kind == "Thing").unwrap();
    assert_eq!(created.verified, Verified::Schema);
    assert!(created.fields.iter().any(|it| it.path == ".spec.size"), "the default is shown");
    let bad = planned(&of(json!({ "name": 1, "nmae": "x" })), &LiveState::default());
    assert_snapshot!(bad.faults.iter().map(|it| format!("{}: {}", it.object, it.refusal.message)).collect::<Vec<_>>().join("\n"), @r"
    Thing.example.org home/t: .spec.nmae: unknown field
    Thing.example.org home/t: .spec.name: must be a string, is a number
    ");
}
