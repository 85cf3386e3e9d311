//! Objects of earlier tools become ours.

use ks_apply::sandbox::{FaultPlan, RequestMatch, Sandbox, Verb};
use ks_apply::{Cluster, ClusterError};
use ks_model::GroupKind;
use ks_plan::{Action, Desired, Reason};
use serde_json::{Value, json};

use crate::recorder::Recorder;
use crate::story::{applied, as_other, bundle, config_map, deployment, desired, manifest, namespace, planned, sandbox};

const KUBECTL: &str = "kubectl-client-side-apply";

fn wanted() -> Desired {
    desired(vec![bundle("demo", [namespace("home"), config_map("a", "new"), deployment("d")])])
}

/// What `kubectl apply` left: an older value, a field that nobody wants any more, and one that a person added since.
fn by_kubectl(sandbox: &Sandbox) {
    as_other(sandbox, namespace("home"));
    let mut map = config_map("a", "old");
    map["data"]["gone"] = json!("1");
    sandbox.update_as(KUBECTL, &manifest(map.clone())).unwrap();
    map["data"]["edited"] = json!("1");
    sandbox.update_as("kubectl-edit", &manifest(map)).unwrap();
    sandbox.update_as(KUBECTL, &manifest(deployment("d"))).unwrap();
}

async fn live(cluster: &Recorder) -> Value {
    let kinds = cluster.discover().await.unwrap();
    let kind = kinds.find(&GroupKind::new("", "ConfigMap"), "v1").unwrap();
    cluster.get(kind, manifest(config_map("a", "")).object()).await.unwrap().unwrap()
}

async fn data(cluster: &Recorder) -> Value {
    live(cluster).await["data"].clone()
}

#[tokio::test(start_paused = true)]
async fn what_kubectl_applied_is_adopted_and_what_a_person_added_stays() {
    let cluster = Recorder::new(sandbox());
    by_kubectl(&cluster.sandbox);
    let (_, plan) = planned(&cluster, &wanted()).await;
    let map = plan.change(manifest(config_map("a", "")).object()).unwrap();
    assert_eq!((map.action, &map.adopts[..], map.conflicts.len()), (Action::Update, &[KUBECTL.to_owned()][..], 0));
    assert_eq!(map.reasons[0], Reason::Adoption { managers: vec![KUBECTL.to_owned()] });
    let told = |field: &str| map.fields.iter().find(|it| it.path == field).map(|it| it.after.clone());
    assert_eq!(told(".data.gone"), Some(None));
    assert_eq!(told(".data.value"), Some(Some(json!("new"))));
    assert_eq!(told(".data.edited"), None);

    // The defaults that kubectl owns since it made the object do not count as changes.
    let deployment = plan.change(manifest(deployment("d")).object()).unwrap();
    assert!(deployment.fields.iter().all(|it| it.path.starts_with(".metadata.labels")), "{:?}", deployment.fields);

    assert!(applied(&cluster, &wanted()).await.tally.is_success());
    assert_eq!(data(&cluster).await, json!({ "value": "new", "edited": "1" }));
    assert!(planned(&cluster, &wanted()).await.1.is_empty());
}

#[tokio::test(start_paused = true)]
async fn once_adopted_a_later_write_of_kubectl_is_a_conflict() {
    let cluster = Recorder::new(sandbox());
    by_kubectl(&cluster.sandbox);
    applied(&cluster, &wanted()).await;
    let mut map = live(&cluster).await;
    map["data"]["value"] = json!("again");
    cluster.sandbox.update_as(KUBECTL, &manifest(map)).unwrap();
    let (_, plan) = planned(&cluster, &wanted()).await;
    let map = plan.change(manifest(config_map("a", "")).object()).unwrap();
    assert!(map.adopts.is_empty());
    assert_eq!(map.conflicts.iter().map(|it| it.owner.manager.as_str()).collect::<Vec<_>>(), [KUBECTL]);
}

#[tokio::test(start_paused = true)]
async fn a_server_side_apply_of_helm_is_not_a_release_of_the_installer() {
    let cluster = Recorder::new(sandbox());
    as_other(&cluster.sandbox, namespace("home"));
    as_other(&cluster.sandbox, config_map("a", "theirs"));
    let (_, plan) = planned(&cluster, &wanted()).await;
    let map = plan.change(manifest(config_map("a", "")).object()).unwrap();
    assert_eq!((map.adopts.len(), map.conflicts.len()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn an_adoption_that_breaks_off_is_finished_by_the_next_apply() {
    let cluster = Recorder::new(sandbox());
    by_kubectl(&cluster.sandbox);
    // The owners are written down, the object itself is not.
    let error = ClusterError::Forbidden { action: "apply".into(), message: "not now".into() };
    let hook = cluster.sandbox.clone();
    let broken = cluster.clone().at_write(move |request| {
        if request == "apply ConfigMap home/a" {
            let this = RequestMatch::verb(Verb::Apply).kind("ConfigMap").name("a");
            hook.set_faults(FaultPlan::default().fail(this, 1, error.clone()));
        }
    });
    assert!(!applied(&broken, &wanted()).await.tally.is_success());
    assert_eq!(data(&cluster).await["value"], "old");
    cluster.sandbox.set_faults(FaultPlan::default());
    assert!(applied(&cluster, &wanted()).await.tally.is_success());
    assert_eq!(data(&cluster).await, json!({ "value": "new", "edited": "1" }));
}
