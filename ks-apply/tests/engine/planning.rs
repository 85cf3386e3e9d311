use std::sync::Arc;

use ks_apply::sandbox::{FaultPlan, ManualClock, Moment, RequestMatch, Sandbox, SandboxOptions, Verb};
use ks_apply::{ApplyMode, Cluster, ClusterError, ServedKind};
use ks_model::{GroupKind, ObjectRef};
use ks_plan::{Action, Desired};
use serde_json::{Value, json};

use crate::recorder::Recorder;
use crate::story::{
    applied, as_other, bundle, config_map, definition, deployment, desired, manifest, namespace, planned, sandbox,
    thing,
};

fn several() -> Desired {
    let objects =
        [namespace("home"), config_map("a", "1"), config_map("b", "1"), deployment("d"), definition(), thing()];
    desired(vec![bundle("demo", objects)])
}

#[tokio::test(start_paused = true)]
async fn an_unchanged_cluster_costs_one_list_for_each_kind() {
    let cluster = Recorder::new(sandbox());
    assert!(applied(&cluster, &several()).await.tally.is_success());
    cluster.take();
    let before = cluster.requests();
    let (_, plan) = planned(&cluster, &several()).await;
    let count = cluster.requests().since(before);
    assert!(plan.is_empty() && plan.unready.is_empty() && plan.steps.is_empty());
    assert_eq!((count.dry_runs, count.writes), (0, 0));
    let mut requests = cluster.take();
    requests.sort();
    insta::assert_snapshot!(requests.join("\n"), @r"
    discover
    get ConfigMap home/ks
    get ConfigMap kubesphere-system/ks
    list ConfigMap
    list CustomResourceDefinition.apiextensions.k8s.io
    list Deployment.apps
    list Namespace
    list Node
    list StorageClass.storage.k8s.io
    list Thing.example.org
    version
    ");
}

#[tokio::test(start_paused = true)]
async fn planning_writes_nothing_whatever_it_meets() {
    let cluster = Recorder::new(sandbox());
    as_other(&cluster.sandbox, namespace("home"));
    as_other(&cluster.sandbox, config_map("a", "theirs"));
    as_other(&cluster.sandbox, deployment("leftover"));
    let before = cluster.sandbox.export().unwrap();
    let (_, plan) = planned(&cluster, &several()).await;
    assert!(!plan.is_empty());
    assert_eq!(cluster.requests().writes, 0);
    assert_eq!(cluster.sandbox.export().unwrap(), before);
    assert_eq!(plan.conflicting().count(), 1);
}

#[tokio::test(start_paused = true)]
async fn only_what_is_in_doubt_is_asked_about() {
    let cluster = Recorder::new(sandbox());
    applied(&cluster, &several()).await;
    let map = manifest(config_map("a", "edited"));
    cluster.sandbox.apply_as("kubectl-edit", &map, ApplyMode { dry_run: false, force: true }).unwrap();
    cluster.take();
    let (_, plan) = planned(&cluster, &several()).await;
    let asked: Vec<String> = cluster.take().into_iter().filter(|it| it.starts_with("dry run")).collect();
    // The second request asks what taking the field would do.
    assert_eq!(asked, ["dry run ConfigMap home/a", "dry run ConfigMap home/a"]);
    assert_eq!((plan.summary().update, plan.conflicting().count()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_a_right_or_a_quota_forbids_is_a_fault_of_one_object() {
    let cluster = Recorder::new(sandbox());
    let error = ClusterError::Forbidden { action: "apply".into(), message: "exceeded quota".into() };
    as_other(&cluster.sandbox, namespace("home"));
    cluster.sandbox.set_faults(FaultPlan::default().fail(RequestMatch::verb(Verb::DryRun).name("b"), 1, error));
    let (_, plan) = planned(&cluster, &several()).await;
    let faults: Vec<String> = plan.faults.iter().map(|it| format!("{}: {}", it.object, it.refusal.message)).collect();
    assert_eq!(faults, ["ConfigMap home/b: exceeded quota"]);
}

#[tokio::test(start_paused = true)]
async fn a_kind_that_is_recorded_and_no_longer_served_is_forgotten() {
    let cluster = Recorder::new(sandbox());
    applied(&cluster, &several()).await;
    let kind = cluster.discover().await.unwrap();
    let crd = GroupKind::new("apiextensions.k8s.io", "CustomResourceDefinition");
    let served: &ServedKind = kind.find(&crd, "v1").unwrap();
    cluster.sandbox.delete(served, &ObjectRef::cluster(crd.clone(), "things.example.org"), None).await.unwrap();
    let without =
        desired(vec![bundle("demo", [namespace("home"), config_map("a", "1"), config_map("b", "1"), deployment("d")])]);
    let (_, plan) = planned(&cluster, &without).await;
    assert_eq!(plan.summary().delete, 0);
    assert!(applied(&cluster, &without).await.tally.is_success());
    assert!(planned(&cluster, &without).await.1.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_namespace_that_is_being_deleted_is_not_asked_about() {
    // The clock stands still, so what is deleted never goes away.
    let clock = Arc::new(ManualClock::at(Moment(0)));
    let cluster = Recorder::new(Sandbox::in_memory_with(SandboxOptions::default(), clock));
    as_other(&cluster.sandbox, namespace("home"));
    as_other(&cluster.sandbox, config_map("a", "theirs"));
    let kinds = cluster.discover().await.unwrap();
    let kind = kinds.find(&GroupKind::new("", "Namespace"), "v1").unwrap();
    let home = ObjectRef::cluster(GroupKind::new("", "Namespace"), "home");
    cluster.sandbox.delete(kind, &home, None).await.unwrap();
    let live = cluster.sandbox.get(kind, &home).await.unwrap().expect("still there");
    assert!(live.pointer("/metadata/deletionTimestamp").is_some());
    cluster.take();
    let (survey, plan) = planned(&cluster, &several()).await;
    assert!(!survey.namespaces.contains("home"));
    let requests = cluster.take();
    assert!(!requests.iter().any(|it| it.starts_with("dry run ConfigMap")), "{requests:?}");
    let actions: Vec<(String, Action)> = plan
        .changes
        .iter()
        .map(|it| (it.object.to_string(), it.action))
        .filter(|(it, _)| it.contains("home"))
        .collect();
    assert_eq!(actions[0], ("Namespace home".into(), Action::Replace));
    assert!(actions[1..].iter().all(|(_, action)| *action == Action::Create), "{actions:?}");
}

#[tokio::test(start_paused = true)]
async fn an_object_that_a_list_has_in_another_version_is_read_in_its_own() {
    let cluster = Recorder::new(sandbox());
    let mut two_versions = definition();
    let mut old = two_versions["spec"]["versions"][0].clone();
    old["name"] = json!("v1alpha1");
    old["storage"] = json!(false);
    two_versions["spec"]["versions"].as_array_mut().unwrap().push(old);
    let mut of_old: Value = thing();
    of_old["apiVersion"] = json!("example.org/v1alpha1");
    of_old["metadata"]["name"] = json!("old");
    // One list in one version finds both, and one of them is wanted in the other.
    let both = desired(vec![bundle("demo", [namespace("home"), two_versions, thing(), of_old])]);
    let result = applied(&cluster, &both).await;
    assert!(result.tally.is_success(), "{}", result.told());
    let before = cluster.requests();
    let (_, plan) = planned(&cluster, &both).await;
    assert!(plan.is_empty(), "{:?}", plan.changes);
    assert_eq!(cluster.requests().since(before).dry_runs, 0);
}

#[tokio::test(start_paused = true)]
async fn what_has_no_namespace_to_be_in_is_a_fault_before_anything_is_written() {
    let cluster = Recorder::new(sandbox());
    let mut elsewhere = config_map("a", "1");
    elsewhere["metadata"]["namespace"] = "away".into();
    let wanted = desired(vec![bundle("demo", [namespace("home"), elsewhere])]);
    let (_, plan) = planned(&cluster, &wanted).await;
    let [fault] = plan.faults.as_slice() else { panic!("{:?}", plan.faults) };
    assert!(fault.refusal.message.contains("namespace away does not exist"), "{fault:?}");
    as_other(&cluster.sandbox, namespace("away"));
    assert!(applied(&cluster, &wanted).await.tally.is_success());
    assert!(planned(&cluster, &wanted).await.1.is_empty());
}
