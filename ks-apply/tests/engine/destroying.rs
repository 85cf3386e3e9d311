//! The end of everything: what ks made goes, what others have stays.

use std::collections::BTreeSet;
use std::sync::Arc;

use ks_apply::sandbox::FaultPlan;
use ks_apply::{ApplyOptions, Cluster, ClusterError, Tally, observe_all, survey};
use ks_model::{Bundle, GroupKind, ObjectRef, Ownership};
use ks_plan::{Action, Change, Desired, Plan, PlanningError, Reason, Risk};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use crate::recorder::Recorder;
use crate::story::{
    applied, as_other, bundle, config_map, definition, deployment, desired, namespace, requiring, sandbox, thing,
};

fn demo() -> Desired {
    let base = bundle("base", [namespace("home"), namespace("more"), config_map("a", "1"), definition()]);
    desired(vec![base, requiring(bundle("app", [thing(), deployment("app")]), &["base"])])
}

async fn ended(cluster: &Recorder, leave: &[&str]) -> Result<Plan, PlanningError> {
    let leave: BTreeSet<String> = leave.iter().map(|it| (*it).to_owned()).collect();
    let nothing = desired(Vec::new()).ended(leave);
    let survey = survey(cluster).await.unwrap();
    let live = observe_all(cluster, &survey, &nothing).await.unwrap();
    ks_plan::plan(&nothing, &live, &survey.facts)
}

async fn carried_out(cluster: &Recorder, plan: Plan) -> Tally {
    let (sender, _events) = mpsc::unbounded_channel();
    let (_keep, interrupt) = watch::channel(false);
    let discovery = cluster.discover().await.unwrap();
    let door: Arc<dyn Cluster> = Arc::new(cluster.clone());
    ks_apply::apply(door, discovery, Arc::new(plan), ApplyOptions::default(), interrupt, sender).await
}

async fn destroyed(cluster: &Recorder) -> Plan {
    let plan = ended(cluster, &[]).await.unwrap();
    let tally = carried_out(cluster, plan.clone()).await;
    assert!(tally.is_success(), "{tally:?}");
    plan
}

fn object(text: &str) -> ObjectRef {
    ObjectRef::read(text).unwrap()
}

async fn live(cluster: &Recorder, text: &str) -> Option<Value> {
    let (object, kinds) = (object(text), cluster.discover().await.unwrap());
    cluster.get(kinds.preferred(&object.kind)?, &object).await.unwrap()
}

fn change<'p>(plan: &'p Plan, text: &str) -> &'p Change {
    plan.change(&object(text)).unwrap_or_else(|| panic!("{text} is not in {:?}", plan.changes))
}

/// A cluster with the demo applied.
async fn cluster() -> Recorder {
    let cluster = Recorder::new(sandbox());
    assert!(applied(&cluster, &demo()).await.tally.is_success());
    cluster
}

#[tokio::test(start_paused = true)]
async fn everything_goes_against_the_graph_then_the_inventory_then_its_namespace() {
    let cluster = cluster().await;
    let plan = destroyed(&cluster).await;
    assert!(plan.removes_everything());
    let told: Vec<String> = plan.changes.iter().map(|it| format!("{} {}", it.action.symbol(), it.object)).collect();
    let at = |text: &str| told.iter().position(|it| it.ends_with(text)).unwrap_or_else(|| panic!("{text} in {told:?}"));
    let order = [
        "Thing.example.org home/t",
        "CustomResourceDefinition.apiextensions.k8s.io things.example.org",
        "ConfigMap home/ks",
        "Namespace home",
    ];
    assert!(order.windows(2).all(|it| at(it[0]) < at(it[1])), "{told:?}");
    assert!(at("Deployment.apps home/app") < at("ConfigMap home/a"), "{told:?}");
    assert_eq!(told.last().unwrap(), "- Namespace home");
    let steps: Vec<String> = plan.steps.iter().map(|it| it.task.to_string()).collect();
    let end = ["delete ConfigMap home/ks", "wait until ConfigMap home/ks is gone", "delete Namespace home"];
    assert_eq!(steps[steps.len() - 4..steps.len() - 1], end);
    assert!(!cluster.sandbox.export().unwrap().contains("applyset"), "something is left");
    assert!(ended(&cluster, &[]).await.unwrap().is_empty(), "nothing is left to do");
    assert!(applied(&cluster, &demo()).await.tally.is_success(), "it can be applied again");
}

#[tokio::test(start_paused = true)]
async fn the_namespace_of_the_inventory_stays_where_others_live_in_it() {
    let cluster = cluster().await;
    as_other(&cluster.sandbox, config_map("theirs", "1"));
    let before = live(&cluster, "ConfigMap home/theirs").await;
    let plan = destroyed(&cluster).await;
    let home = change(&plan, "Namespace home");
    let tenants = Reason::HasTenants { count: 1, some: vec![object("ConfigMap home/theirs")] };
    assert_eq!((home.action, &home.reasons[..]), (Action::Update, &[Reason::GivenBack, tenants][..]));
    assert_eq!(live(&cluster, "ConfigMap home/theirs").await, before);
    assert_eq!(live(&cluster, "Namespace more").await, None);
    let home = live(&cluster, "Namespace home").await.unwrap();
    assert_eq!(home.pointer("/metadata/labels/applyset.kubernetes.io~1part-of"), None, "{home}");
    assert!(ended(&cluster, &[]).await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_goes_with_namespaces_and_definitions_is_counted_and_named() {
    let cluster = cluster().await;
    for number in 0..7 {
        let mut other = config_map(&format!("theirs-{number}"), "1");
        other["metadata"]["namespace"] = json!("more");
        as_other(&cluster.sandbox, other);
    }
    let claim = json!({ "apiVersion": "v1", "kind": "PersistentVolumeClaim",
        "metadata": { "namespace": "more", "name": "z" },
        "spec": { "accessModes": ["ReadWriteOnce"], "resources": { "requests": { "storage": "1Gi" } } } });
    as_other(&cluster.sandbox, claim);
    let mut other = thing();
    other["metadata"]["name"] = json!("theirs");
    as_other(&cluster.sandbox, other);
    let plan = ended(&cluster, &[]).await.unwrap();
    let more = change(&plan, "Namespace more");
    assert_eq!(more.risk, Risk::DataLoss);
    let Some(Reason::TakesAlong { count, some }) = more.reasons.get(1) else { panic!("{:?}", more.reasons) };
    assert_eq!((*count, some.len(), &some[0]), (8, 5, &object("PersistentVolumeClaim more/z")));
    let definition = change(&plan, "CustomResourceDefinition.apiextensions.k8s.io things.example.org");
    let some = vec![object("Thing.example.org home/theirs")];
    assert_eq!(definition.reasons[1], Reason::TakesAlong { count: 1, some });
}

#[tokio::test(start_paused = true)]
async fn fields_in_objects_of_others_are_given_back() {
    let cluster = Recorder::new(sandbox());
    as_other(&cluster.sandbox, namespace("elsewhere"));
    let mut theirs = config_map("theirs", "1");
    theirs["metadata"]["namespace"] = json!("elsewhere");
    as_other(&cluster.sandbox, theirs);
    let before = live(&cluster, "ConfigMap elsewhere/theirs").await.unwrap();
    let label = json!({ "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "namespace": "elsewhere", "name": "theirs", "labels": { "role": "ours" } } });
    let mut base: Bundle = bundle("base", [namespace("home"), label]);
    base.objects[1].ownership = Ownership::Fields;
    assert!(applied(&cluster, &desired(vec![base])).await.tally.is_success());
    destroyed(&cluster).await;
    let after = live(&cluster, "ConfigMap elsewhere/theirs").await.unwrap();
    assert_eq!((&after["data"], &after["metadata"]["labels"]), (&before["data"], &before["metadata"]["labels"]));
    assert!(!after.to_string().contains("\"manager\":\"ks\""), "{after}");
    assert_eq!(live(&cluster, "Namespace home").await, None);
}

#[tokio::test(start_paused = true)]
async fn a_namespace_that_is_left_alone_loses_the_marks_and_stays() {
    let cluster = cluster().await;
    let mut other = config_map("theirs", "1");
    other["metadata"]["namespace"] = json!("more");
    as_other(&cluster.sandbox, other);
    let plan = ended(&cluster, &["more"]).await.unwrap();
    assert_eq!(change(&plan, "Namespace more").reasons, [Reason::GivenBack, Reason::Left]);
    assert!(carried_out(&cluster, plan).await.is_success());
    assert!(live(&cluster, "ConfigMap more/theirs").await.is_some());
    assert!(!cluster.sandbox.export().unwrap().contains("applyset"), "a mark is left");
    assert_eq!(live(&cluster, "Namespace home").await, None);
}

#[tokio::test(start_paused = true)]
async fn what_would_not_go_cannot_be_left_alone() {
    let cluster = cluster().await;
    as_other(&cluster.sandbox, namespace("theirs"));
    let refused = PlanningError::NotOurs(object("Namespace theirs"));
    assert_eq!(ended(&cluster, &["theirs"]).await.unwrap_err(), refused);
}

#[tokio::test(start_paused = true)]
async fn members_are_found_without_the_inventory() {
    let cluster = cluster().await;
    let kinds = cluster.discover().await.unwrap();
    let kind = kinds.preferred(&GroupKind::new("", "ConfigMap")).unwrap();
    cluster.sandbox.delete(kind, &object("ConfigMap home/ks"), None).await.unwrap();
    destroyed(&cluster).await;
    assert!(!cluster.sandbox.export().unwrap().contains("applyset"), "something is left");
}

/// From the `n`th request on nobody answers any more: as after a kill, whatever was sent is all that happened.
#[tokio::test(start_paused = true)]
async fn a_destroy_cut_off_at_any_request_is_finished_by_the_next() {
    for cut in 0.. {
        let cluster = cluster().await;
        as_other(&cluster.sandbox, namespace("theirs"));
        let plan = ended(&cluster, &[]).await.unwrap();
        let gone = || ClusterError::Forbidden { action: "any".into(), message: "the connection is cut".into() };
        let faults = (1 + cut..200).fold(FaultPlan::default(), |faults, nth| faults.fail_nth(nth, gone()));
        let discovery = cluster.discover().await.unwrap();
        cluster.sandbox.set_faults(faults);
        let (sender, _events) = mpsc::unbounded_channel();
        let (_keep, interrupt) = watch::channel(false);
        let door: Arc<dyn Cluster> = Arc::new(cluster.clone());
        let tally = ks_apply::apply(door, discovery, Arc::new(plan), ApplyOptions::default(), interrupt, sender).await;
        cluster.sandbox.set_faults(FaultPlan::default());
        destroyed(&cluster).await;
        let left = cluster.sandbox.export().unwrap();
        assert!(!left.contains("applyset") && left.contains("\"theirs\""), "cut at {cut}: {left}");
        assert_eq!(live(&cluster, "Namespace home").await, None, "cut at {cut}");
        if tally.is_success() {
            break;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_lease_beside_the_inventory_is_nobody_elses() {
    let cluster = cluster().await;
    let lease = json!({ "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": { "name": "ks", "namespace": "home" }, "spec": {} });
    as_other(&cluster.sandbox, lease);
    let plan = destroyed(&cluster).await;
    assert_eq!(change(&plan, "Namespace home").action, Action::Delete);
    assert_eq!(live(&cluster, "Lease.coordination.k8s.io home/ks").await, None);
}
