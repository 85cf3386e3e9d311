//! Fields that stay as others have them, and fields that are taken back.

use ks_apply::Cluster;
use ks_model::GroupKind;
use ks_plan::{Action, Desired, Plan, PlanningError, Resolutions};
use serde_json::{Value, json};

use crate::recorder::Recorder;
use crate::story::{applied, bundle, deployment, desired, manifest, namespace, planned, sandbox};

const REPLICAS: &str = ".spec.replicas@Deployment.apps home/d";
const IMAGE: &str = r#".spec.template.spec.containers[name="c"].image@Deployment.apps home/d"#;

fn wanted() -> Value {
    let mut object = deployment("d");
    object["spec"]["replicas"] = json!(2);
    object
}

fn with(take: &[&str], keep: &[&str]) -> Desired {
    let mut resolutions = Resolutions::default();
    resolutions.take = take.iter().map(|it| it.parse().unwrap()).collect();
    resolutions.keep = keep.iter().map(|it| it.parse().unwrap()).collect();
    desired(vec![bundle("demo", [namespace("home"), wanted()])]).with_resolutions(resolutions)
}

async fn live(cluster: &Recorder) -> Value {
    let kinds = cluster.discover().await.unwrap();
    let kind = kinds.find(&GroupKind::new("apps", "Deployment"), "v1").unwrap();
    cluster.get(kind, manifest(deployment("d")).object()).await.unwrap().unwrap()
}

/// Somebody scales it and sets its image.
async fn edited(cluster: &Recorder, replicas: u32, image: &str) {
    let mut object = live(cluster).await;
    object["spec"]["replicas"] = json!(replicas);
    object["spec"]["template"]["spec"]["containers"][0]["image"] = json!(image);
    cluster.sandbox.update_as("editor", &manifest(object)).unwrap();
}

/// A sandbox in which everything is as wanted but for what somebody has edited since.
async fn contested() -> Recorder {
    let cluster = Recorder::new(sandbox());
    assert!(applied(&cluster, &with(&[], &[])).await.tally.is_success());
    edited(&cluster, 5, "theirs").await;
    cluster
}

async fn values(cluster: &Recorder) -> (Value, Value) {
    let object = live(cluster).await;
    (object["spec"]["replicas"].clone(), object["spec"]["template"]["spec"]["containers"][0]["image"].clone())
}

fn kept(plan: &Plan) -> Vec<String> {
    plan.kept_fields.iter().map(|it| format!("{}@{}", it.field, it.object)).collect()
}

#[tokio::test(start_paused = true)]
async fn one_is_taken_and_one_is_kept() {
    let cluster = contested().await;
    let done = applied(&cluster, &with(&[IMAGE], &[REPLICAS])).await;
    assert!(done.tally.is_success(), "{}", done.told());
    assert_eq!(values(&cluster).await, (json!(5), json!("example.org/c:1")));
    let owners = live(&cluster).await["metadata"]["managedFields"].clone();
    let of = |manager: &str| {
        let entry = owners.as_array().unwrap().iter().find(|it| it["manager"] == manager);
        entry.map(|it| it["fieldsV1"].to_string()).unwrap_or_default()
    };
    assert!(!of("ks").contains("f:replicas") && of("ks").contains("f:image"), "{owners}");
    assert!(of("editor").contains("f:replicas") && !of("editor").contains("f:image"), "{owners}");

    cluster.take();
    let (_, plan) = planned(&cluster, &with(&[], &[])).await;
    assert!(plan.is_empty(), "{:?}", plan.changes);
    assert_eq!(kept(&plan), [REPLICAS]);
    let asked = cluster.take();
    assert!(!asked.iter().any(|it| it.starts_with("dry run")), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_kept_field_may_go_on_changing() {
    let cluster = contested().await;
    applied(&cluster, &with(&[], &[REPLICAS, IMAGE])).await;
    edited(&cluster, 9, "theirs").await;
    let (_, plan) = planned(&cluster, &with(&[], &[])).await;
    assert!(plan.is_empty());
    assert_eq!(plan.kept_fields[0].live, Some(json!(9)));
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_can_be_taken_later() {
    let cluster = contested().await;
    applied(&cluster, &with(&[], &[REPLICAS, IMAGE])).await;
    let done = applied(&cluster, &with(&[REPLICAS], &[])).await;
    assert!(done.tally.is_success(), "{}", done.told());
    assert_eq!(values(&cluster).await, (json!(2), json!("theirs")));
    let (_, plan) = planned(&cluster, &with(&[], &[])).await;
    assert!(plan.is_empty());
    assert_eq!(kept(&plan), [IMAGE]);
}

#[tokio::test(start_paused = true)]
async fn another_conflict_is_not_kept_by_itself() {
    let cluster = contested().await;
    applied(&cluster, &with(&[IMAGE], &[REPLICAS])).await;
    edited(&cluster, 5, "theirs").await;
    let (_, plan) = planned(&cluster, &with(&[], &[])).await;
    let conflicts: Vec<&str> = plan.conflicting().flat_map(|it| &it.conflicts).map(|it| it.field.as_str()).collect();
    assert_eq!(conflicts, [r#".spec.template.spec.containers[name="c"].image"#]);
    assert_eq!(kept(&plan), [REPLICAS]);
}

#[tokio::test(start_paused = true)]
async fn an_object_that_was_deleted_is_made_as_wanted() {
    let cluster = contested().await;
    applied(&cluster, &with(&[], &[REPLICAS, IMAGE])).await;
    let kinds = cluster.discover().await.unwrap();
    let kind = kinds.find(&GroupKind::new("apps", "Deployment"), "v1").unwrap();
    cluster.sandbox.delete(kind, manifest(deployment("d")).object(), None).await.unwrap();
    let done = applied(&cluster, &with(&[], &[])).await;
    assert_eq!(done.plan.forgotten_keeps.len(), 2);
    assert_eq!(values(&cluster).await, (json!(2), json!("example.org/c:1")));
    let (_, plan) = planned(&cluster, &with(&[], &[])).await;
    assert!(plan.is_empty() && plan.kept_fields.is_empty() && plan.forgotten_keeps.is_empty());
}

#[tokio::test(start_paused = true)]
async fn to_keep_is_written_down_before_anything_else_is_written() {
    let cluster = contested().await;
    let mut both = with(&[IMAGE], &[REPLICAS]);
    cluster.take();
    assert!(applied(&cluster, &both).await.tally.is_success());
    let writes: Vec<String> = cluster.take().into_iter().filter(|it| it.starts_with("apply")).collect();
    assert_eq!(writes[0], "apply ConfigMap home/ks", "{writes:?}");
    // And to forget is written after the field was taken.
    both = with(&[REPLICAS], &[]);
    assert!(applied(&cluster, &both).await.tally.is_success());
    let writes: Vec<String> = cluster.take().into_iter().filter(|it| it.starts_with("apply")).collect();
    assert_eq!(writes.last().unwrap(), "apply ConfigMap home/ks", "{writes:?}");
}

#[tokio::test(start_paused = true)]
async fn a_resolution_without_a_conflict_is_no_plan() {
    let cluster = contested().await;
    let wrong = with(&[".spec.paused@Deployment home/d"], &[]);
    let mut survey = ks_apply::survey(&cluster).await.unwrap();
    let live = ks_apply::observe(&cluster, &mut survey, &wrong).await.unwrap();
    let error = ks_plan::plan(&wrong, &live, &survey.facts).unwrap_err();
    assert!(matches!(error, PlanningError::Resolutions(_)), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_field_of_an_object_of_others_is_kept_too() {
    use ks_model::{DesiredObject, Ownership};
    let cluster = contested().await;
    let theirs = json!({ "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "namespace": "home", "name": "theirs", "labels": { "role": "theirs", "other": "theirs" } } });
    cluster.sandbox.update_as("editor", &manifest(theirs.clone())).unwrap();
    let want = |keep: &[&str]| {
        let mut part = theirs.clone();
        part["metadata"]["labels"] = json!({ "role": "ours", "other": "ours" });
        let mut all = bundle("demo", [namespace("home")]);
        let mut object = DesiredObject::new(manifest(part), "demo/existing/it.yaml", Default::default());
        object.ownership = Ownership::Fields;
        all.objects.push(object);
        let mut resolutions = Resolutions::default();
        resolutions.keep = keep.iter().map(|it| it.parse().unwrap()).collect();
        desired(vec![all]).with_resolutions(resolutions)
    };
    let done = applied(&cluster, &want(&[".metadata.labels.role@ConfigMap home/theirs"])).await;
    assert!(done.tally.is_success(), "{}", done.told());
    let kinds = cluster.discover().await.unwrap();
    let kind = kinds.find(&GroupKind::new("", "ConfigMap"), "v1").unwrap();
    let object = cluster.get(kind, manifest(theirs.clone()).object()).await.unwrap().unwrap();
    assert_eq!(object["metadata"]["labels"], json!({ "role": "theirs", "other": "ours" }));
    let (_, plan) = planned(&cluster, &want(&[])).await;
    assert!(plan.changes.iter().all(|it| it.action == Action::NoOp) && plan.kept_fields.len() == 1);
}
