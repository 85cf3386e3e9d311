//! Fields in objects of others, and objects that are the user's once they are made.

use ks_apply::{ApplyMode, Cluster};
use ks_model::{Bundle, GroupKind, ObjectRef, Ownership};
use ks_plan::{Action, Desired, Plan};
use serde_json::{Value, json};

use crate::recorder::Recorder;
use crate::story::{applied, as_other, bundle, config_map, desired, manifest, namespace, planned, sandbox};

fn labelled(value: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": { "namespace": "home", "name": "theirs", "labels": { "role": value } } })
}

fn with_part(part: Option<(Value, Ownership)>) -> Desired {
    let mut demo: Bundle = bundle("demo", [namespace("home"), config_map("a", "1")]);
    if let Some((object, ownership)) = part {
        let mut added = bundle("demo", [object]).objects.remove(0);
        added.ownership = ownership;
        demo.objects.push(added);
    }
    desired(vec![demo])
}

fn wanted(value: &str) -> Desired {
    with_part(Some((labelled(value), Ownership::Fields)))
}

fn theirs() -> ObjectRef {
    ObjectRef::namespaced(GroupKind::new("", "ConfigMap"), "home", "theirs")
}

async fn live(cluster: &Recorder, object: &ObjectRef) -> Option<Value> {
    let kinds = cluster.discover().await.unwrap();
    cluster.get(kinds.preferred(&object.kind).unwrap(), object).await.unwrap()
}

fn action(plan: &Plan, object: &ObjectRef) -> Option<Action> {
    plan.change(object).map(|it| it.action)
}

/// A cluster with the demo and with the object of others.
async fn cluster() -> Recorder {
    let cluster = Recorder::new(sandbox());
    applied(&cluster, &with_part(None)).await;
    as_other(&cluster.sandbox, config_map("theirs", "1"));
    cluster
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_told_and_not_made() {
    let cluster = Recorder::new(sandbox());
    let done = applied(&cluster, &wanted("ours")).await;
    assert!(done.tally.is_success());
    assert_eq!(live(&cluster, &theirs()).await, None);
    let (_, plan) = planned(&cluster, &wanted("ours")).await;
    assert!(plan.is_empty(), "{:?}", plan.changes);
    assert_eq!(plan.missing.iter().map(|it| &it.object).collect::<Vec<_>>(), [&theirs()]);
}

#[tokio::test(start_paused = true)]
async fn fields_are_written_and_given_back() {
    let cluster = cluster().await;
    let before = live(&cluster, &theirs()).await.unwrap();
    let done = applied(&cluster, &wanted("ours")).await;
    assert!(done.tally.is_success());
    let object = live(&cluster, &theirs()).await.unwrap();
    assert_eq!(object["metadata"]["labels"], json!({ "role": "ours" }), "no mark of the inventory");
    assert_eq!(object["data"], before["data"]);

    let reads = cluster.requests();
    let (_, plan) = planned(&cluster, &wanted("ours")).await;
    assert!(plan.is_empty() && cluster.requests().since(reads).dry_runs == 0);

    let done = applied(&cluster, &with_part(None)).await;
    assert!(done.tally.is_success());
    assert_eq!(action(&done.plan, &theirs()), Some(Action::Update));
    let object = live(&cluster, &theirs()).await.unwrap();
    assert_eq!(object["metadata"].get("labels"), None);
    assert_eq!(object["data"], before["data"]);
    cluster.take();
    let (_, plan) = planned(&cluster, &with_part(None)).await;
    assert!(plan.is_empty(), "{:?}", plan.changes);
    assert!(cluster.take().iter().all(|it| !it.contains("theirs")), "it is forgotten");
}

#[tokio::test(start_paused = true)]
async fn fields_are_taken_from_whoever_has_them() {
    let cluster = cluster().await;
    let mut with_label = labelled("before");
    with_label["data"] = json!({ "value": "1" });
    as_other(&cluster.sandbox, with_label);
    let (_, plan) = planned(&cluster, &wanted("ours")).await;
    let change = plan.change(&theirs()).unwrap();
    assert_eq!((change.conflicts.len(), plan.conflicting().count()), (1, 0), "taken, without a question");
    assert!(applied(&cluster, &wanted("ours")).await.tally.is_success());
    assert_eq!(live(&cluster, &theirs()).await.unwrap()["metadata"]["labels"], json!({ "role": "ours" }));
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_tool_owns_in_an_object_of_others_stays_its_own() {
    let cluster = Recorder::new(sandbox());
    applied(&cluster, &with_part(None)).await;
    let mut object = labelled("before");
    object["data"] = json!({ "value": "1" });
    cluster.sandbox.update_as("kubectl-client-side-apply", &manifest(object)).unwrap();
    assert!(applied(&cluster, &wanted("ours")).await.tally.is_success());
    let live = live(&cluster, &theirs()).await.unwrap();
    assert_eq!((&live["metadata"]["labels"], &live["data"]), (&json!({ "role": "ours" }), &json!({ "value": "1" })));
    assert!(planned(&cluster, &wanted("ours")).await.1.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_object_that_goes_before_its_turn_is_not_made() {
    let cluster = cluster().await;
    let (survey, plan) = planned(&cluster, &wanted("ours")).await;
    let kind = survey.discovery.preferred(&theirs().kind).unwrap().clone();
    cluster.sandbox.delete(&kind, &theirs(), None).await.unwrap();
    let write = plan.change(&theirs()).unwrap().manifest.clone().unwrap();
    let error = cluster.apply(&kind, &write, ApplyMode { dry_run: false, force: true }).await.unwrap_err();
    assert!(error.to_string().contains("UID"), "{error}");
    assert_eq!(live(&cluster, &theirs()).await, None);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_changed_in_an_object_of_others_is_refused_and_nothing_is_deleted() {
    let cluster = Recorder::new(sandbox());
    applied(&cluster, &with_part(None)).await;
    let class = |provisioner: &str| {
        json!({ "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": { "name": "theirs" },
                "provisioner": provisioner })
    };
    as_other(&cluster.sandbox, class("a.example/one"));
    let (_, plan) = planned(&cluster, &with_part(Some((class("b.example/two"), Ownership::Fields)))).await;
    let object = ObjectRef::cluster(GroupKind::new("storage.k8s.io", "StorageClass"), "theirs");
    assert_eq!(action(&plan, &object), None);
    assert_eq!(plan.faults.iter().map(|it| &it.object).collect::<Vec<_>>(), [&object]);
}

#[tokio::test(start_paused = true)]
async fn a_label_that_was_copied_makes_no_member() {
    let cluster = cluster().await;
    let ours = live(&cluster, &ObjectRef { name: "a".into(), ..theirs() }).await.unwrap();
    let mut copy = config_map("theirs", "1");
    copy["metadata"]["labels"] = ours["metadata"]["labels"].clone();
    as_other(&cluster.sandbox, copy);
    assert!(applied(&cluster, &wanted("ours")).await.tally.is_success());
    let (_, plan) = planned(&cluster, &with_part(None)).await;
    assert_eq!(action(&plan, &theirs()), Some(Action::Update), "given back, and not deleted");
}

#[tokio::test(start_paused = true)]
async fn fields_come_after_the_own_objects_and_go_with_the_last_writes() {
    let cluster = Recorder::new(sandbox());
    as_other(&cluster.sandbox, namespace("home"));
    as_other(&cluster.sandbox, config_map("theirs", "1"));
    let told = applied(&cluster, &wanted("ours")).await.told();
    let at = |step: &str| told.find(step).unwrap_or_else(|| panic!("no {step} in\n{told}"));
    assert!(at("write the inventory") < at("apply ConfigMap home/a"), "{told}");
    assert!(at("apply ConfigMap home/a") < at("apply ConfigMap home/theirs"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn what_is_made_once_is_the_users() {
    let once = || with_part(Some((config_map("start", "1"), Ownership::Once)));
    let start = ObjectRef { name: "start".into(), ..theirs() };
    let cluster = Recorder::new(sandbox());
    assert!(applied(&cluster, &once()).await.tally.is_success());
    let object = live(&cluster, &start).await.unwrap();
    assert_eq!(object["metadata"].get("labels"), None, "it is no member");

    let edited = manifest(config_map("start", "2"));
    cluster.sandbox.apply_as("console", &edited, ApplyMode { dry_run: false, force: true }).unwrap();
    assert!(planned(&cluster, &once()).await.1.is_empty());
    assert!(applied(&cluster, &with_part(None)).await.tally.is_success());
    assert_eq!(live(&cluster, &start).await.unwrap()["data"]["value"], "2");
}
