//! Fields that stay as others have them, and fields that are taken.

use super::*;
use crate::fixture::updated_as;
use crate::resolutions::{FieldAddress, Forgotten, KeptField, ResolutionProblem, Resolutions};
use crate::structured::{ApplyRequest, apply};

const REPLICAS: &str = ".spec.replicas@Deployment.apps home/d";

fn wanted(replicas: u32, image: &str) -> Manifest {
    let container = json!({ "name": "c", "image": image, "args": ["a"] });
    let spec = json!({ "replicas": replicas, "template": { "spec": { "containers": [container] } } });
    object("apps/v1", "Deployment", "home/d", json!({ "spec": spec }))
}

fn desired_with(take: &[&str], keep: &[&str]) -> Desired {
    let desired = desired(vec![bundle("demo", [namespace("home"), wanted(2, "ours")])]);
    let read = |it: &[&str]| it.iter().map(|it| it.parse().unwrap()).collect();
    desired.with_resolutions(Resolutions { take: read(take), keep: read(keep) })
}

fn name() -> ObjectRef {
    ObjectRef::namespaced(GroupKind::new("apps", "Deployment"), "home", "d")
}

/// A settled cluster in which somebody has scaled the Deployment and set its image.
fn scaled(desired: &Desired) -> LiveState {
    let mut live = settled(desired);
    let theirs = edited(
        desired,
        live.object(&name()).unwrap(),
        &json!({ "spec": { "replicas": 5,
        "template": { "spec": { "containers": [{ "name": "c", "image": "theirs", "args": ["a"] }] } } } }),
    );
    live.observe(name(), Observation::Present(theirs));
    live
}

fn edited(desired: &Desired, live: &Value, over: &Value) -> Value {
    let mut new = live.clone();
    merge(&mut new, over.clone());
    let manifest = &desired.find(&name()).unwrap().1.manifest;
    crate::structured::update(Some(live), &new, "editor", desired.type_of(manifest), Some("2026-11-20T09:14:05Z"))
}

/// What the cluster is after the plan has been carried out.
fn carried_out(plan: &Plan, desired: &Desired, live: &LiveState) -> LiveState {
    let mut after = live.clone();
    for change in plan.changes.iter().filter(|it| it.action != Action::NoOp) {
        let manifest = change.manifest.as_ref().unwrap();
        let request = ApplyRequest {
            live: live.object(&change.object),
            applied: manifest.value(),
            manager: "ks",
            force: true,
            time: None,
        };
        let object = apply(request, desired.type_of(manifest)).unwrap();
        after.observe(change.object.clone(), Observation::Present(object));
    }
    after
}

fn told(plan: &Plan) -> Vec<String> {
    let conflicts = plan.changes.iter().flat_map(|it| &it.conflicts);
    conflicts.map(|it| format!("{} {} {:?}", it.field, it.owner, it.resolution)).collect()
}

fn kept(plan: &Plan) -> Vec<String> {
    let show = |it: &Option<Value>| it.as_ref().map_or("none".to_owned(), ToString::to_string);
    let told =
        |it: &KeptField| format!("{} wanted {} is {} of {}", it.field, show(&it.wanted), show(&it.live), it.owners[0]);
    plan.kept_fields.iter().map(told).collect()
}

fn problems(take: &[&str], keep: &[&str]) -> Vec<String> {
    let desired = desired_with(take, keep);
    let Err(PlanningError::Resolutions(found)) = plan(&desired, &scaled(&desired), &Facts::default()) else {
        panic!("no problem")
    };
    found.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_taken_is_written_and_what_is_not_is_refused() {
    let desired = desired_with(&[REPLICAS], &[]);
    let plan = planned(&desired, &scaled(&desired));
    assert_eq!(
        told(&plan),
        [
            ".spec.replicas editor (Update, 2026-11-20 09:14 UTC) Taken",
            r#".spec.template.spec.containers[name="c"].image editor (Update, 2026-11-20 09:14 UTC) Unresolved"#,
        ]
    );
    assert_eq!(plan.conflicting().count(), 1);
    let all = desired_with(&[".spec@Deployment home/d"], &[]);
    assert_eq!(planned(&all, &scaled(&all)).conflicting().count(), 0, "what is above covers what is below");
}

#[test]
fn what_is_kept_is_left_out_and_remembered() {
    let first = desired_with(&[], &[".spec@Deployment home/d"]);
    let live = scaled(&first);
    let plan = planned(&first, &live);
    assert_eq!((told(&plan).len(), plan.change(&name()).unwrap().action), (0, Action::NoOp));
    let expected = [
        ".spec.replicas wanted 2 is 5 of editor (Update, 2026-11-20 09:14 UTC)",
        r#".spec.template.spec.containers[name="c"].image wanted "ours" is "theirs" of editor (Update, 2026-11-20 09:14 UTC)"#,
    ];
    assert_eq!(kept(&plan), expected);
    let spec = &plan.change(&name()).unwrap().manifest.as_ref().unwrap().value()["spec"];
    assert_eq!(*spec, json!({ "template": { "spec": { "containers": [{ "name": "c", "args": ["a"] }] } } }));

    let live = carried_out(&plan, &first, &live);
    let again = desired_with(&[], &[]);
    assert!(doubts(&again, &live).is_empty());
    let plan = planned(&again, &live);
    assert!(plan.is_empty(), "{}", drawn_plan(&plan));
    assert_eq!(kept(&plan), expected);
    assert!(planned(&first, &live).is_empty(), "saying it again changes nothing");
}

#[test]
fn to_take_a_kept_field_forgets_it() {
    let first = desired_with(&[], &[REPLICAS, r#".spec.template.spec.containers[name="c"].image@Deployment home/d"#]);
    let live = carried_out(&planned(&first, &scaled(&first)), &first, &scaled(&first));
    let take = desired_with(&[REPLICAS], &[]);
    let plan = planned(&take, &live);
    assert_eq!(told(&plan), [".spec.replicas editor (Update, 2026-11-20 09:14 UTC) Taken"]);
    assert_eq!((plan.forgotten_keeps[0].because, plan.kept_fields.len()), (Forgotten::Taken, 1));
    assert!(drawn_steps(&plan.steps).contains("the inventory"));
    let live = carried_out(&plan, &take, &live);
    let plan = planned(&desired_with(&[], &[]), &live);
    assert!(plan.is_empty() && plan.forgotten_keeps.is_empty());
    assert_eq!(plan.kept_fields.len(), 1);
}

/// A cluster that remembers that the replicas are kept.
fn remembering(desired: &Desired) -> LiveState {
    let first = desired_with(&[], &[".spec@Deployment home/d"]);
    let live = carried_out(&planned(&first, &scaled(&first)), &first, &scaled(&first));
    assert_eq!(planned(desired, &live).kept_fields.len(), 2);
    live
}

#[test]
fn a_field_that_nobody_else_owns_is_kept_no_longer() {
    let desired = desired_with(&[], &[]);
    let mut live = remembering(&desired);
    let mut alone = live.object(&name()).unwrap().clone();
    alone["metadata"]["managedFields"].as_array_mut().unwrap().retain(|it| it["manager"] == "ks");
    live.observe(name(), Observation::Present(alone));
    let plan = planned(&desired, &live);
    assert!(plan.forgotten_keeps.iter().all(|it| it.because == Forgotten::Unowned) && plan.forgotten_keeps.len() == 2);
    let fields: Vec<&str> = change(&plan, &name()).fields.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(fields, [".spec.replicas", r#".spec.template.spec.containers[name="c"].image"#]);
    assert!(planned(&desired, &carried_out(&plan, &desired, &live)).is_empty());
}

#[test]
fn an_object_that_is_not_there_is_made_with_all_that_is_wanted() {
    let desired = desired_with(&[], &[]);
    let mut live = remembering(&desired);
    live.observe(name(), Observation::Absent { askable: true });
    let plan = planned(&desired, &live);
    assert!(plan.forgotten_keeps.iter().all(|it| it.because == Forgotten::Absent) && plan.forgotten_keeps.len() == 2);
    assert_eq!(change(&plan, &name()).manifest.as_ref().unwrap().value()["spec"]["replicas"], json!(2));
    assert_eq!(plan.kept_fields.len(), 0);
}

#[test]
fn an_object_that_is_not_wanted_is_forgotten() {
    let live = remembering(&desired_with(&[], &[]));
    let plan = planned(&desired(vec![bundle("demo", [namespace("home")])]), &live);
    assert!(plan.forgotten_keeps.iter().all(|it| it.because == Forgotten::Unwanted) && plan.forgotten_keeps.len() == 2);
}

#[test]
fn an_object_that_is_replaced_has_all_that_is_wanted_and_its_conflicts_again() {
    let desired = desired_with(&[], &[]);
    let mut live = remembering(&desired);
    let mut other = live.object(&name()).unwrap().clone();
    other["spec"]["template"]["spec"]["containers"][0]["args"] = json!(["b"]);
    live.observe(name(), Observation::Present(other));
    live.answer(name(), refused("spec.selector: field is immutable", &["spec.selector"]));
    let plan = planned(&desired, &live);
    let change = change(&plan, &name());
    assert_eq!((change.action, change.unresolved().count()), (Action::Replace, 2));
    assert_eq!(change.manifest.as_ref().unwrap().value()["spec"]["replicas"], json!(2));
    assert!(plan.forgotten_keeps.iter().all(|it| it.because == Forgotten::Replaced) && plan.kept_fields.is_empty());
}

#[test]
fn a_whole_item_is_kept_where_others_own_all_of_it() {
    let first = desired_with(&[], &[]);
    let mut live = settled(&first);
    let mut theirs = wanted(2, "theirs").value().clone();
    theirs["spec"]["template"]["spec"]["containers"][0]["args"] = json!(["b"]);
    let theirs = updated_as(&first, &Manifest::parse(theirs).unwrap(), "editor");
    live.observe(name(), Observation::Present(theirs));
    let item = r#".spec.template.spec.containers[name="c"]"#;
    let keep = desired_with(&[], &[&format!("{item}@Deployment home/d")]);
    let plan = planned(&keep, &live);
    assert_eq!((plan.kept_fields.len(), plan.kept_fields[0].field.as_str()), (1, item));
    assert_eq!(change(&plan, &name()).manifest.as_ref().unwrap().value()["spec"], json!({ "replicas": 2 }));
    let live = carried_out(&plan, &keep, &live);
    assert!(planned(&first, &live).is_empty());
}

#[test]
fn wrong_resolutions_are_told_all_at_once() {
    let item = r#".spec.template.spec.containers[name="c"]"#;
    assert_eq!(
        problems(
            &[
                ".spec.paused@Deployment home/d",
                ".spec@Deployment home/e",
                &format!("{item}.image.x@Deployment home/d")
            ],
            &[
                &format!("{item}.name@Deployment home/d"),
                &format!("{item}.args@Deployment.batch home/d"),
                ".a@ConfigMap home/ks"
            ]
        ),
        [
            ".spec@Deployment home/e: no such object is wanted",
            ".a@ConfigMap home/ks: no such object is wanted",
            r#".spec.template.spec.containers[name="c"].args@Deployment.batch home/d: no such object is wanted"#,
            r#".spec.template.spec.containers[name="c"].name@Deployment.apps home/d: it is the key of its item, which can be kept as a whole"#,
            ".spec.paused@Deployment.apps home/d: it is no conflict, and not kept",
            r#".spec.template.spec.containers[name="c"].image.x@Deployment.apps home/d: it is owned as one with .spec.template.spec.containers[name="c"].image@Deployment.apps home/d"#,
        ]
    );
    assert_eq!(
        problems(&[REPLICAS], &[".spec@Deployment home/d"]),
        [format!("{REPLICAS}: it cannot be taken and kept")]
    );
}

#[test]
fn what_could_be_resolved_is_told_with_the_problems() {
    let desired = desired_with(&[".x@Deployment home/d"], &[REPLICAS]);
    let Err(PlanningError::Resolutions(found)) = plan(&desired, &scaled(&desired), &Facts::default()) else {
        panic!("no problem")
    };
    let possible: Vec<String> = found.possible.iter().map(FieldAddress::to_string).collect();
    let image = r#".spec.template.spec.containers[name="c"].image@Deployment.apps home/d"#;
    assert_eq!(possible, [REPLICAS, image]);
    assert!(matches!(found.problems[..], [ResolutionProblem::NoConflict(_)]));
}

#[test]
fn what_is_taken_over_from_an_earlier_tool_is_no_conflict_and_cannot_be_kept() {
    let first = desired_with(&[], &[]);
    let mut live = settled(&first);
    let theirs = updated_as(&first, &wanted(5, "ours"), "kubectl-client-side-apply");
    live.observe(name(), Observation::Present(theirs.clone()));
    let plan_of = planned(&first, &live);
    assert_eq!((told(&plan_of).len(), change(&plan_of, &name()).adopts.len()), (0, 1));
    let keep = desired_with(&[], &[REPLICAS]);
    let error = plan(&keep, &live, &Facts::default()).unwrap_err();
    assert!(error.to_string().ends_with("it is no conflict, and not kept"), "{error}");

    // What somebody has changed since is kept beside what is taken over.
    let scaled = edited(&first, &theirs, &json!({ "spec": { "replicas": 7 } }));
    live.observe(name(), Observation::Present(scaled));
    let plan = planned(&keep, &live);
    assert_eq!((told(&plan).len(), kept(&plan).len(), change(&plan, &name()).adopts.len()), (0, 1, 1));
    let after = change(&plan, &name()).after.as_ref().unwrap();
    assert_eq!(
        (
            &after["spec"]["replicas"],
            crate::structured::owned_by(after, "ks").unwrap().contains(&path("spec.replicas").0)
        ),
        (&json!(7), false)
    );
}

fn path(text: &str) -> crate::structured::FieldPath {
    text.parse().unwrap()
}

#[test]
fn a_mark_of_membership_cannot_be_kept() {
    let label = r#".metadata.labels["ks.kubesphere.io/component"]"#;
    let first = desired_with(&[], &[]);
    let mut live = settled(&first);
    let over = json!({ "metadata": { "labels": { "ks.kubesphere.io/component": "theirs" } } });
    let theirs = edited(&first, live.object(&name()).unwrap(), &over);
    live.observe(name(), Observation::Present(theirs));
    let keep = desired_with(&[], &[&format!("{label}@Deployment home/d")]);
    let error = plan(&keep, &live, &Facts::default()).unwrap_err().to_string();
    assert!(error.ends_with("it cannot be kept, since it marks the object as one of ks"), "{error}");
}
