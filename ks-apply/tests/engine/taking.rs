//! Fields of others are taken as the plan shows it, and no others.

use ks_apply::{ApplyMode, ApplyOptions, Cluster};
use ks_model::GroupKind;
use ks_plan::{Desired, Resolution, Resolutions};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::recorder::Recorder;
use crate::story::{
    Applied, applied, applied_with, bundle, config_map, desired, manifest, namespace, planned, sandbox,
};

fn wanted() -> Desired {
    let mut map = config_map("a", "ours");
    map["data"]["other"] = json!("ours");
    desired(vec![bundle("demo", [namespace("home"), map])])
}

async fn live(cluster: &Recorder) -> Value {
    let kinds = cluster.discover().await.unwrap();
    let kind = kinds.find(&GroupKind::new("", "ConfigMap"), "v1").unwrap();
    cluster.get(kind, manifest(config_map("a", "")).object()).await.unwrap().unwrap()
}

/// Somebody edits one value.
async fn edited(cluster: &Recorder, key: &str, value: &str) {
    let mut map = live(cluster).await;
    map["data"][key] = json!(value);
    cluster.sandbox.update_as("kubectl-edit", &manifest(map)).unwrap();
}

async fn forced(cluster: &Recorder) -> Applied {
    let mut options = ApplyOptions::default();
    options.force_conflicts = true;
    applied_with(cluster, &wanted(), options, watch::channel(false).1).await
}

#[tokio::test(start_paused = true)]
async fn the_plan_says_how_and_when_the_owner_wrote() {
    let cluster = Recorder::new(sandbox());
    applied(&cluster, &wanted()).await;
    edited(&cluster, "value", "theirs").await;
    let (_, plan) = planned(&cluster, &wanted()).await;
    let change = plan.conflicting().next().unwrap();
    let conflict = &change.conflicts[0];
    assert_eq!((conflict.field.as_str(), conflict.resolution), (".data.value", Resolution::Unresolved));
    let told = conflict.owner.to_string();
    assert!(told.starts_with("kubectl-edit (Update, 20") && told.ends_with(" UTC)"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_label_is_taken_whatever_letters_its_name_has() {
    let cluster = Recorder::new(sandbox());
    let with_label = |value: &str| {
        let mut map = config_map("a", "ours");
        map["metadata"]["labels"] = json!({ "example.org/team": value });
        map
    };
    let wanted = || desired(vec![bundle("demo", [namespace("home"), with_label("ours")])]);
    applied(&cluster, &wanted()).await;
    cluster
        .sandbox
        .apply_as("somebody", &manifest(with_label("theirs")), ApplyMode { dry_run: false, force: true })
        .unwrap();
    let (_, plan) = planned(&cluster, &wanted()).await;
    let conflict = &plan.conflicting().next().unwrap().conflicts[0];
    assert_eq!(conflict.field, r#".metadata.labels["example.org/team"]"#);
    let mut resolutions = Resolutions::default();
    resolutions.take.insert(format!("{}@ConfigMap home/a", conflict.field).parse().unwrap());
    let done = applied(&cluster, &wanted().with_resolutions(resolutions)).await;
    assert!(done.tally.is_success(), "{}", done.told());
    assert_eq!(live(&cluster).await["metadata"]["labels"]["example.org/team"], "ours");
}

#[tokio::test(start_paused = true)]
async fn without_a_word_nothing_is_taken() {
    let cluster = Recorder::new(sandbox());
    applied(&cluster, &wanted()).await;
    edited(&cluster, "value", "theirs").await;
    let done = applied(&cluster, &wanted()).await;
    assert_eq!(done.tally.failed, 1);
    assert_eq!(live(&cluster).await["data"], json!({ "value": "theirs", "other": "ours" }));
}

#[tokio::test(start_paused = true)]
async fn force_takes_what_the_plan_shows() {
    let cluster = Recorder::new(sandbox());
    applied(&cluster, &wanted()).await;
    edited(&cluster, "value", "theirs").await;
    cluster.take();
    let done = forced(&cluster).await;
    assert!(done.tally.is_success(), "{}", done.told());
    let asked: Vec<String> = cluster.take().into_iter().filter(|it| it == "apply ConfigMap home/a").collect();
    assert_eq!(asked.len(), 2, "first without force");
    assert_eq!(live(&cluster).await["data"], json!({ "value": "ours", "other": "ours" }));
}

#[tokio::test(start_paused = true)]
async fn what_comes_up_after_the_plan_is_not_taken_and_nothing_else_either() {
    let cluster = Recorder::new(sandbox());
    applied(&cluster, &wanted()).await;
    edited(&cluster, "value", "theirs").await;
    let late = cluster.sandbox.clone();
    let told = std::sync::Mutex::new(false);
    let hooked = cluster.clone().at_write(move |request| {
        let mut told = told.lock().unwrap();
        if request == "apply ConfigMap home/a" && !*told {
            *told = true;
            let mut map = config_map("a", "theirs");
            map["data"]["other"] = json!("late");
            late.update_as("somebody", &manifest(map)).unwrap();
        }
    });
    let done = forced(&hooked).await;
    let told = done.told();
    assert!(
        told.contains(
            "apply ConfigMap home/a: .data.other belongs to somebody, which the plan does not take; plan again"
        ),
        "{told}"
    );
    assert_eq!(live(&cluster).await["data"], json!({ "value": "theirs", "other": "late" }));
}

#[tokio::test(start_paused = true)]
async fn what_changes_between_the_question_and_the_force_is_looked_at_again() {
    let cluster = Recorder::new(sandbox());
    applied(&cluster, &wanted()).await;
    edited(&cluster, "value", "theirs").await;
    let late = cluster.sandbox.clone();
    let count = std::sync::Mutex::new(0);
    let hooked = cluster.clone().at_write(move |request| {
        let mut count = count.lock().unwrap();
        *count += usize::from(request == "apply ConfigMap home/a");
        // The second is the forced one.
        if *count == 2 {
            *count += 1;
            let mut map = config_map("a", "theirs");
            map["data"]["other"] = json!("late");
            late.update_as("somebody", &manifest(map)).unwrap();
        }
    });
    let done = forced(&hooked).await;
    assert!(done.told().contains(".data.other belongs to somebody"), "{}", done.told());
    assert_eq!(done.retries(), 1);
    assert_eq!(live(&cluster).await["data"], json!({ "value": "theirs", "other": "late" }));
}
