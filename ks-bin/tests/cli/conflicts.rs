//! Fields of other managers: what is offered, and what the answers do.

use std::fs;
use std::sync::OnceLock;

use ks_apply::{ApplyMode, Sandbox};
use ks_model::Manifest;
use serde_json::{Value, json};

use super::runner::{Room, Run};

const REPLICAS: &str = ".spec.replicas@Deployment kubesphere-monitoring-system/kube-state-metrics";
const IMAGE: &str = r#".spec.template.spec.containers[name="kube-state-metrics"].image@Deployment kubesphere-monitoring-system/kube-state-metrics"#;

const SANDBOX: &str = ".ks/sandbox.json";

/// A sandbox in which somebody has scaled a Deployment and set an image since ks applied it; made once for all tests.
fn contested() -> Room {
    static MADE: OnceLock<String> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let room = Room::with_small();
        let run = apply(&room, &[]);
        assert_eq!(run.code, Some(0), "{run:?}");
        let container = json!({ "name": "kube-state-metrics", "image": "example.org/theirs:1" });
        by(&room, "kubectl-scale", &json!({ "replicas": 5 }));
        by(&room, "patcher", &json!({ "template": { "spec": { "containers": [container] } } }));
        fs::read_to_string(room.path().join(SANDBOX)).unwrap()
    });
    Room::with_small().with(SANDBOX, made)
}

fn by(room: &Room, manager: &str, spec: &Value) {
    let object = json!({ "apiVersion": "apps/v1", "kind": "Deployment", "spec": spec,
        "metadata": { "namespace": "kubesphere-monitoring-system", "name": "kube-state-metrics" } });
    let sandbox = Sandbox::open(room.path().join(SANDBOX)).unwrap();
    let mode = ApplyMode { dry_run: false, force: true };
    sandbox.apply_as(manager, &Manifest::parse(object).unwrap(), mode).unwrap();
}

fn apply(room: &Room, more: &[&str]) -> Run {
    room.ks(&[&["apply", "--sandbox", "--yes", "-f", "cc.yaml"], more].concat())
}

fn plan(room: &Room, more: &[&str]) -> Run {
    room.ks(&[&["plan", "--sandbox", "-f", "cc.yaml"], more].concat())
}

fn as_json(room: &Room, more: &[&str]) -> Value {
    serde_json::from_str(&plan(room, &[&["-o", "json"], more].concat()).out).unwrap()
}

/// The lines about conflicts and keeps, without times.
fn lines(run: &Run) -> Vec<String> {
    let without_time = |line: &str| {
        let start = line.find(", 20").filter(|_| line.contains(" UTC)"));
        start.map_or(line.trim().to_owned(), |at| format!("{})", line[..at].trim()))
    };
    let is_about =
        |line: &&str| ["! .", "takes .", "wanted ", "No longer", "Kept as"].iter().any(|it| line.contains(it));
    run.out.lines().filter(is_about).map(without_time).collect()
}

#[test]
fn a_refusal_offers_each_field_and_what_it_offers_works() {
    let room = contested();
    let refused = apply(&room, &[]);
    assert_eq!(refused.code, Some(9), "{refused:?}");
    insta::assert_snapshot!(refused.err, @r#"
    error: 2 fields of other managers would change (`!` in the plan); nothing was done
     hint: write it with --take '.spec.replicas@Deployment.apps kubesphere-monitoring-system/kube-state-metrics'
     hint: leave it to kubectl-scale with --keep '.spec.replicas@Deployment.apps kubesphere-monitoring-system/kube-state-metrics'
     hint: write it with --take '.spec.template.spec.containers[name="kube-state-metrics"].image@Deployment.apps kubesphere-monitoring-system/kube-state-metrics'
     hint: leave it to patcher with --keep '.spec.template.spec.containers[name="kube-state-metrics"].image@Deployment.apps kubesphere-monitoring-system/kube-state-metrics'
     hint: take all that the plan shows with --force-conflicts
    "#);
    // The very words that it offers.
    let offered: Vec<&str> = refused.err.lines().filter_map(|it| it.split_once(" with ").map(|(_, it)| it)).collect();
    let words = |at: usize| offered[at].split_once(' ').map(|(flag, word)| [flag, word.trim_matches('\'')]).unwrap();
    let run = apply(&room, &[words(1), words(2)].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    let after = plan(&room, &["--detailed-exitcode"]);
    assert_eq!(after.code, Some(0), "{after:?}");
    assert_eq!(
        lines(&after),
        [
            "Kept as others have it",
            ".spec.replicas of Deployment kubesphere-monitoring-system/kube-state-metrics, wanted 1, is 5, belongs to kubectl-scale (Apply)",
        ]
    );
}

#[test]
fn a_plan_shows_owners_and_what_is_said_of_them() {
    let room = contested();
    let image = r#".spec.template.spec.containers[name="kube-state-metrics"].image"#;
    assert_eq!(
        lines(&plan(&room, &[])),
        [
            "! .spec.replicas belongs to kubectl-scale (Apply)".to_owned(),
            format!("! {image} belongs to patcher (Apply)")
        ]
    );
    let said = plan(&room, &["--take", IMAGE, "--keep", REPLICAS]);
    assert_eq!(lines(&said)[0], format!("takes {image} from patcher (Apply)"));
    assert_eq!(lines(&said)[1], "Kept as others have it");

    let document = as_json(&room, &["--keep", REPLICAS]);
    let kept = &document["keptFields"][0];
    assert_eq!((&kept["field"], &kept["wanted"], &kept["live"]), (&json!(".spec.replicas"), &json!(1), &json!(5)));
    assert_eq!(
        (&kept["owners"][0]["manager"], &kept["owners"][0]["operation"]),
        (&json!("kubectl-scale"), &json!("Apply"))
    );
    let changes = document["changes"].as_array().unwrap();
    let change = changes.iter().find(|it| it["object"]["name"] == "kube-state-metrics").unwrap();
    assert_eq!(
        (&change["conflicts"][0]["field"], &change["conflicts"][0]["resolution"]),
        (&json!(image), &json!("unresolved"))
    );
}

#[test]
fn a_kept_field_is_taken_back() {
    let room = contested();
    assert_eq!(apply(&room, &["--keep", REPLICAS, "--keep", IMAGE]).code, Some(0));
    assert_eq!(as_json(&room, &[])["keptFields"].as_array().unwrap().len(), 2);
    let run = apply(&room, &["--take", ".spec@Deployment kubesphere-monitoring-system/kube-state-metrics"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.out.contains("\nNo longer kept\n    .spec.replicas of "), "{run:?}");
    assert!(run.out.contains("kube-state-metrics: ks takes it\n"), "{run:?}");
    let after = as_json(&room, &[]);
    assert_eq!((after["keptFields"].as_array().unwrap().len(), after["changes"].as_array().unwrap().len()), (0, 0));
}

#[test]
fn a_saved_plan_holds_what_was_said() {
    let room = contested();
    assert_eq!(plan(&room, &["--out", "open.json"]).code, Some(0));
    let refused = room.ks(&["apply", "--sandbox", "open.json"]);
    assert_eq!(refused.code, Some(9), "{refused:?}");
    assert!(refused.err.contains("plan again with them, and save that"), "{refused:?}");

    assert_eq!(plan(&room, &["--take", IMAGE, "--keep", REPLICAS, "--out", "said.json"]).code, Some(0));
    // What is kept may change before the plan is applied.
    by(&room, "kubectl-scale", &json!({ "replicas": 7 }));
    let run = room.ks(&["apply", "--sandbox", "said.json"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let after = as_json(&room, &[]);
    assert_eq!((&after["keptFields"][0]["live"], after["changes"].as_array().unwrap().len()), (&json!(7), 0));
}

#[test]
fn wrong_words_are_told_together_with_what_is_possible() {
    let room = contested();
    let malformed =
        plan(&room, &["--take", ".spec.replicas", "--keep", ".metadata.labels.a/b@Pod a/b", "--keep", ".a@Pod"]);
    let unknown = plan(
        &room,
        &[
            "--take",
            ".spec@Deployment a/b",
            "--keep",
            ".spec.paused@Deployment kubesphere-monitoring-system/kube-state-metrics",
        ],
    );
    assert_eq!((malformed.code, unknown.code), (Some(2), Some(2)));
    insta::assert_snapshot!(malformed.err + &unknown.err, @r#"
    error: read --take and --keep:
      .spec.replicas names no object: write PATH@KIND NAMESPACE/NAME, or PATH@KIND NAME
      .metadata.labels.a/b@Pod a/b stops being a path at "/b@Pod a/b"; names with odd letters are written ["a.b/c"]
      .a@Pod names no object: write PATH@KIND NAMESPACE/NAME, or PATH@KIND NAME
     hint: a field is written as plans print it: '.spec.replicas@Deployment NAMESPACE/NAME'
    error: resolve conflicts:
      .spec@Deployment a/b: no such object is wanted
      .spec.paused@Deployment.apps kubesphere-monitoring-system/kube-state-metrics: it is no conflict, and not kept
     hint: possible: '.spec.replicas@Deployment.apps kubesphere-monitoring-system/kube-state-metrics'
     hint: possible: '.spec.template.spec.containers[name="kube-state-metrics"].image@Deployment.apps kubesphere-monitoring-system/kube-state-metrics'
    "#);
}
