use insta::assert_snapshot;
use ks_model::{Facts, Manifest, StorageClass};
use serde_json::{Value, json};

use super::*;
use crate::change::{Action, Reason, Risk};
use crate::fixture::{bundle, core, desired, drawn_plan, drawn_steps, merge, namespace, object, settled};
use crate::live::{DryRun, Refusal};
use crate::plan::Plan;

const CLAIM: &str = "home/prometheus-k8s-db-prometheus-k8s";

/// What a Prometheus says about storage: a class, or none, and a size.
fn template(class: Option<&str>, size: &str) -> Value {
    json!({ "volumeClaimTemplate": { "spec": {
        "storageClassName": class, "resources": { "requests": { "storage": size } } } } })
}

fn prometheus(storage: &Value) -> Manifest {
    object(
        "monitoring.coreos.com/v1",
        "Prometheus",
        "home/k8s",
        json!({ "spec": { "replicas": 2, "storage": storage } }),
    )
}

fn wanting(storage: &Value) -> Desired {
    desired(vec![bundle("prometheus", [namespace("home"), prometheus(storage)])])
}

/// A bound claim of the pod with this number.
fn claim(number: u32, class: &str, size: &str) -> (ObjectRef, Value) {
    let name = format!("{CLAIM}-{number}");
    let live = object(
        "v1",
        "PersistentVolumeClaim",
        &name,
        json!({
            "metadata": { "uid": format!("uid of claim {number}"), "labels": { "prometheus": "k8s" } },
            "spec": { "storageClassName": class, "volumeName": format!("volume {number}"),
                      "resources": { "requests": { "storage": size } } },
            "status": { "phase": "Bound", "capacity": { "storage": size } },
        }),
    );
    (core("PersistentVolumeClaim", &name), live.value().clone())
}

/// A cluster that is as wanted but for these claims.
fn with_claims(desired: &Desired, claims: impl IntoIterator<Item = (ObjectRef, Value)>) -> LiveState {
    let mut live = settled(desired);
    claims.into_iter().for_each(|(object, claim)| live.companion(object, claim));
    live
}

/// `nfs` lets no claim grow, `local` and `fast` do.
fn facts() -> Facts {
    let mut facts = Facts::default();
    for (name, grows) in [("nfs", false), ("local", true), ("fast", true)] {
        let mut class = StorageClass::default();
        class.allows_expansion = grows;
        facts.storage_classes.insert(name.to_owned(), class);
    }
    facts
}

fn planned(desired: &Desired, live: &LiveState) -> Plan {
    crate::plan(desired, live, &facts()).unwrap()
}

/// The changes of claims, each with why.
fn drawn(plan: &Plan) -> String {
    let mut plan = plan.clone();
    plan.changes.retain(|it| it.object.kind == claim_kind());
    let why = plan.changes.iter().flat_map(|change| &change.reasons).filter_map(|it| match it {
        Reason::Volume { change, .. } => Some(format!("because {change:?}")),
        Reason::BeingDeleted => Some("because it is being deleted".to_owned()),
        _ => None,
    });
    let why: Vec<String> = why.collect();
    format!("{}\n{}", drawn_plan(&plan), why.join("\n"))
}

#[test]
fn claims_that_are_as_wanted_need_nothing() {
    let desired = wanting(&template(Some("local"), "20Gi"));
    let live = with_claims(&desired, [claim(0, "local", "20Gi"), claim(1, "local", "20480Mi")]);
    let plan = planned(&desired, &live);
    assert!(plan.is_empty() && expansions(&desired, &live, &facts()).is_empty(), "{}", drawn_plan(&plan));
    assert!(!plan.steps.iter().any(|it| it.task.is_write()));
}

#[test]
fn absent_claims_need_nothing() {
    let desired = wanting(&template(Some("local"), "20Gi"));
    assert!(planned(&desired, &settled(&desired)).is_empty());
}

#[test]
fn a_template_without_a_class_takes_any() {
    let desired = wanting(&template(None, "20Gi"));
    let live = with_claims(&desired, [claim(0, "nfs", "20Gi"), claim(1, "gone", "20Gi")]);
    assert!(planned(&desired, &live).is_empty());
}

#[test]
fn claims_grow_in_place_before_their_owner_is_written() {
    let desired = wanting(&template(Some("local"), "50Gi"));
    let mut live = with_claims(&desired, [claim(0, "local", "20Gi"), claim(1, "local", "20Gi")]);
    let was = wanting(&template(Some("local"), "20Gi"));
    let prometheus = prometheus(&Value::Null).object().clone();
    live.observe(prometheus.clone(), settled(&was).get(&prometheus).clone());
    let plan = planned(&desired, &live);
    assert_snapshot!(drawn(&plan), @r#"
    ~ PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-0 (safe, verified None)
        .spec.resources.requests.storage: "20Gi" -> "50Gi"
        conflict .spec.resources.requests.storage of before-first-apply
    ~ PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-1 (safe, verified None)
        .spec.resources.requests.storage: "20Gi" -> "50Gi"
        conflict .spec.resources.requests.storage of before-first-apply
    because Expanded
    because Expanded
    "#);
    assert_snapshot!(drawn_steps(&plan.steps), @r"
    0 apply PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-0
    1 apply PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-1
    2 apply Prometheus.monitoring.coreos.com home/k8s < 0 1
    3 wait for Prometheus.monitoring.coreos.com home/k8s < 2
    4 wait for PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-0 < 3
    5 wait for PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-1 < 3
    6 component prometheus is present < 2
    7 component prometheus is ready < 3 4 5 6
    ");
    let grown = plan.change(&claim(0, "", "").0).unwrap();
    assert!(grown.manifest.as_ref().unwrap().is_pinned());
    assert_eq!((grown.risk, plan.risk()), (Risk::Safe, Risk::Disruptive), "the pods restart, the data stays");
}

#[test]
fn the_server_is_asked_about_growth_and_may_refuse_it() {
    let desired = wanting(&template(Some("local"), "50Gi"));
    let mut live = with_claims(&desired, [claim(0, "local", "20Gi"), claim(1, "local", "50Gi")]);
    let asked = expansions(&desired, &live, &facts());
    assert_eq!(asked.iter().map(Manifest::object).collect::<Vec<_>>(), [&claim(0, "", "").0]);
    let refusal = Refusal { message: "exceeded quota".into(), immutable: Vec::new() };
    live.answer(claim(0, "", "").0, DryRun::Refused(refusal));
    let plan = planned(&desired, &live);
    assert_snapshot!(drawn(&plan), @r"
    ! PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-0: exceeded quota
    ");
}

#[test]
fn another_class_makes_claims_anew_one_replica_after_the_other() {
    let desired = wanting(&template(Some("local"), "20Gi"));
    let live = with_claims(&desired, [claim(0, "nfs", "20Gi"), claim(1, "nfs", "20Gi")]);
    let plan = planned(&desired, &live);
    assert_snapshot!(drawn(&plan), @r#"
    ± PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-0 (data-loss, verified Server)
        immutable .spec.storageClassName
        .spec.storageClassName: "nfs" -> "local"
    ± PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-1 (data-loss, verified Server)
        immutable .spec.storageClassName
        .spec.storageClassName: "nfs" -> "local"
    because OfAnotherClass
    because OfAnotherClass
    "#);
    assert_snapshot!(drawn_steps(&plan.steps), @r"
    0 wait for the claim template of Prometheus.monitoring.coreos.com home/k8s
    1 delete PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-0 < 0
    2 delete Pod home/prometheus-k8s-0 and wait until PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-0 is gone < 1
    3 wait for Pod home/prometheus-k8s-0 with PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-0 < 2
    4 delete PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-1 < 3
    5 delete Pod home/prometheus-k8s-1 and wait until PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-1 is gone < 4
    6 wait for Pod home/prometheus-k8s-1 with PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-1 < 5
    7 wait for Prometheus.monitoring.coreos.com home/k8s < 6
    8 component prometheus is ready < 7
    ");
    let losses: Vec<String> = plan.data_losses().map(|it| it.object.to_string()).collect();
    assert_eq!(losses, [0, 1].map(|it| format!("PersistentVolumeClaim {CLAIM}-{it}")));
}

#[test]
fn no_data_is_given_up_for_a_class_that_is_not_there() {
    let desired = wanting(&template(Some("misspelt"), "20Gi"));
    let plan = planned(&desired, &with_claims(&desired, [claim(0, "nfs", "20Gi")]));
    assert_snapshot!(drawn(&plan), @r"
    ! PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-0: storage class misspelt does not exist: its data would go, and nothing would come back
    ");
    assert!(!plan.steps.iter().any(|it| it.task.is_write()));
}

#[test]
fn a_claim_cannot_shrink_and_one_of_a_fixed_class_cannot_grow() {
    let desired = wanting(&template(None, "20Gi"));
    let live = with_claims(&desired, [claim(0, "local", "50Gi"), claim(1, "nfs", "10Gi")]);
    assert_snapshot!(drawn(&planned(&desired, &live)), @r#"
    ± PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-0 (data-loss, verified Server)
        immutable .spec.resources.requests.storage
        .spec.resources.requests.storage: "50Gi" -> "20Gi"
    ± PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-1 (data-loss, verified Server)
        immutable .spec.resources.requests.storage
        .spec.resources.requests.storage: "10Gi" -> "20Gi"
    because TooLarge
    because TooSmall { class: "nfs" }
    "#);
}

#[test]
fn a_claim_without_a_volume_loses_nothing_and_goes_first() {
    let desired = wanting(&template(Some("local"), "20Gi"));
    let (pending, mut value) = claim(1, "misspelt", "20Gi");
    value["spec"].as_object_mut().unwrap().shift_remove("volumeName");
    value["status"] = json!({ "phase": "Pending" });
    let live = with_claims(&desired, [claim(0, "nfs", "20Gi"), (pending.clone(), value)]);
    let plan = planned(&desired, &live);
    assert_eq!(plan.change(&pending).unwrap().risk, Risk::Disruptive);
    assert_eq!(plan.data_losses().count(), 1);
    let deleted = plan.steps.iter().find(|it| it.task.to_string().starts_with("delete Pers")).unwrap();
    assert_eq!(deleted.task.object(), Some(&pending));
}

#[test]
fn what_a_killed_apply_left_is_finished_after_the_other_replica_runs() {
    let desired = wanting(&template(Some("local"), "20Gi"));
    let (leaving, mut value) = claim(1, "nfs", "20Gi");
    value["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
    // Claim 0 went and has not come back yet.
    let plan = planned(&desired, &with_claims(&desired, [(leaving, value)]));
    assert_snapshot!(drawn(&plan), @r#"
    ± PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-1 (disruptive, verified Server)
        immutable .spec.storageClassName
        .spec.storageClassName: "nfs" -> "local"
    because it is being deleted
    because OfAnotherClass
    "#);
    assert_snapshot!(drawn_steps(&plan.steps), @r"
    0 wait for the claim template of Prometheus.monitoring.coreos.com home/k8s
    1 wait for Pod home/prometheus-k8s-0 with PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-0 < 0
    2 delete Pod home/prometheus-k8s-1 and wait until PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-1 is gone < 0 1
    3 wait for Pod home/prometheus-k8s-1 with PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-1 < 2
    4 wait for Prometheus.monitoring.coreos.com home/k8s < 3
    5 component prometheus is ready < 4
    ");
    assert_eq!(plan.data_losses().count(), 0, "nothing more is lost than what has been agreed to");
}

#[test]
fn without_persistence_the_claims_go() {
    let desired = wanting(&json!({ "emptyDir": {} }));
    let live = with_claims(&desired, [claim(0, "nfs", "20Gi"), claim(1, "nfs", "20Gi"), claim(2, "nfs", "20Gi")]);
    let plan = planned(&desired, &live);
    assert_snapshot!(drawn(&plan), @r"
    - PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-0 (data-loss, verified Server)
    - PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-1 (data-loss, verified Server)
    because Unwanted
    because Unwanted
    ");
    assert_snapshot!(drawn_steps(&plan.steps), @r"
    0 wait for the claim template of Prometheus.monitoring.coreos.com home/k8s
    1 delete PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-0 < 0
    2 delete Pod home/prometheus-k8s-0 and wait until PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-0 is gone < 1
    3 wait for Pod home/prometheus-k8s-0 < 2
    4 delete PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-1 < 3
    5 delete Pod home/prometheus-k8s-1 and wait until PersistentVolumeClaim home/prometheus-k8s-db-prometheus-k8s-1 is gone < 4
    6 wait for Pod home/prometheus-k8s-1 < 5
    7 wait for Prometheus.monitoring.coreos.com home/k8s < 6
    8 component prometheus is ready < 7
    ");
}

#[test]
fn claims_of_pods_that_go_stay_and_are_named() {
    let desired = wanting(&template(None, "20Gi"));
    let mut live = with_claims(&desired, [claim(0, "nfs", "20Gi"), claim(1, "nfs", "20Gi"), claim(2, "nfs", "20Gi")]);
    let prometheus = prometheus(&Value::Null).object().clone();
    let mut three = live.object(&prometheus).unwrap().clone();
    merge(&mut three, json!({ "spec": { "replicas": 3 } }));
    live.observe(prometheus.clone(), crate::live::Observation::Present(three));
    let plan = planned(&desired, &live);
    let stays = Reason::ClaimsStay { claims: vec![claim(2, "", "").0] };
    assert!(plan.change(&prometheus).unwrap().reasons.contains(&stays));
    assert!(!plan.changes.iter().any(|it| it.object.kind == claim_kind()));
}

#[test]
fn a_stateful_set_of_our_own_has_claims_too() {
    let set = object(
        "apps/v1",
        "StatefulSet",
        "home/db",
        json!({ "spec": { "volumeClaimTemplates": [
        { "metadata": { "name": "data" }, "spec": { "storageClassName": "local" } }] } }),
    );
    let desired = desired(vec![bundle("db", [namespace("home"), set])]);
    let (_, mut value) = claim(0, "nfs", "20Gi");
    value["metadata"]["name"] = "data-db-0".into();
    let live = with_claims(&desired, [(core("PersistentVolumeClaim", "home/data-db-0"), value)]);
    let plan = planned(&desired, &live);
    let change = plan.change(&core("PersistentVolumeClaim", "home/data-db-0")).unwrap();
    assert_eq!((change.action, change.risk), (Action::Replace, Risk::DataLoss));
}

#[test]
fn a_claim_that_a_component_wants_by_itself_is_left_to_it() {
    let own =
        object("v1", "PersistentVolumeClaim", &format!("{CLAIM}-0"), json!({ "spec": { "storageClassName": "nfs" } }));
    let wanted = prometheus(&template(Some("local"), "20Gi"));
    let desired = desired(vec![bundle("prometheus", [namespace("home"), own, wanted])]);
    assert!(planned(&desired, &with_claims(&desired, [claim(0, "nfs", "20Gi")])).is_empty());
}

#[test]
fn a_stateful_set_with_the_old_template_is_waited_for() {
    let manifest = prometheus(&template(Some("local"), "20Gi"));
    let owner = ClaimOwner::of(manifest.object(), manifest.value(), None).unwrap();
    let set = |class: &str, size: &str| {
        json!({ "spec": { "volumeClaimTemplates": [{
        "metadata": { "name": "prometheus-k8s-db" },
        "spec": { "storageClassName": class, "resources": { "requests": { "storage": size } } } }] } })
    };
    assert!(owner.templates.readiness(Some(&set("local", "20480Mi"))).is_ready());
    for other in [set("nfs", "20Gi"), set("local", "10Gi"), json!({ "spec": {} })] {
        assert!(!owner.templates.readiness(Some(&other)).is_ready(), "{other}");
    }
    assert!(!owner.templates.readiness(None).is_ready());
    let without = prometheus(&json!({ "emptyDir": {} }));
    let none = ClaimOwner::of(without.object(), without.value(), Some(manifest.value())).unwrap();
    assert!(!none.templates.readiness(Some(&set("local", "20Gi"))).is_ready());
    assert!(none.templates.readiness(Some(&json!({ "spec": {} }))).is_ready());
}

#[test]
fn the_claims_of_a_thanos_ruler_have_a_name_of_their_own() {
    let ruler = object(
        "monitoring.coreos.com/v1",
        "ThanosRuler",
        "home/k",
        json!({ "spec": { "storage": template(None, "1Gi") } }),
    );
    let owner = ClaimOwner::of(ruler.object(), ruler.value(), None).unwrap();
    let claims: Vec<String> = owner.slots().iter().map(|it| it.claim.to_string()).collect();
    assert_eq!(claims, ["PersistentVolumeClaim home/thanos-ruler-k-data-thanos-ruler-k-0"]);
}
