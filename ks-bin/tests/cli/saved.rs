//! Saved plans and snapshots, as a user meets them.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use super::runner::{Room, Run, SMALL};

fn ks(room: &Room, line: &str) -> Run {
    room.ks(&line.split(' ').collect::<Vec<_>>())
}

/// A folder with a configuration and a second one that switches alerting on.
fn room() -> Room {
    Room::with_small().with("on.yaml", &SMALL.replace("enabled: false", "enabled: true"))
}

/// An error without the UIDs of clusters, which are random.
fn told(run: &Run) -> String {
    let is_uid = |word: &str| word.len() == 36 && word.bytes().filter(|it| *it == b'-').count() == 4;
    let word = |it: &str| if is_uid(it) { "UID".to_owned() } else { it.to_owned() };
    let line = |it: &str| it.split(' ').map(word).collect::<Vec<_>>().join(" ");
    format!("exit code {:?}\n{}", run.code.unwrap(), run.err.lines().map(line).collect::<Vec<_>>().join("\n"))
}

#[test]
fn a_saved_plan_is_shown_as_it_was_and_applied_without_a_question() {
    let room = room();
    for form in ["text", "json", "markdown"] {
        let planned = ks(&room, &format!("plan --sandbox -f cc.yaml --out plan.json -o {form}"));
        assert_eq!(planned.code, Some(0), "{planned:?}");
        assert_eq!(ks(&room, &format!("show plan.json -o {form}")).out, planned.out);
    }
    let mode = fs::metadata(room.path().join("plan.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let applied = ks(&room, "apply --sandbox plan.json");
    assert_eq!(applied.code, Some(0), "{applied:?}");
    assert!(ks(&room, "plan --sandbox -f cc.yaml").out.contains("Nothing to change."));
}

#[test]
fn a_plan_that_the_cluster_has_left_behind_is_refused_and_nothing_is_written() {
    let room = room();
    ks(&room, "apply --sandbox --yes -f cc.yaml");
    ks(&room, "plan --sandbox -f on.yaml --out on.json");
    assert_eq!(ks(&room, "apply --sandbox --yes -f on.yaml").code, Some(0));
    let before = fs::read(room.path().join(".ks/sandbox.json")).unwrap();
    let refused = ks(&room, "apply --sandbox on.json");
    assert_eq!(refused.code, Some(10));
    assert!(refused.out.is_empty() && refused.err.contains("it exists now") && refused.err.contains("plan again"));
    assert_eq!(fs::read(room.path().join(".ks/sandbox.json")).unwrap(), before);
}

#[test]
fn a_plan_of_another_cluster_is_refused() {
    let room = room();
    ks(&room, "plan --sandbox -f cc.yaml --out plan.json");
    insta::assert_snapshot!(told(&ks(&room, "apply --sandbox=other.json plan.json")));
}

#[test]
fn what_is_no_plan_is_refused_with_what_it_should_be() {
    let room = room()
        .with("empty.json", "")
        .with("other.json", "{}")
        .with("old.json", r#"{ "kind": "ks.kubesphere.io/plan", "formatVersion": "0.3", "changes": [] }"#);
    let tries = ["show nowhere.json", "show empty.json", "show other.json", "show old.json", "apply --sandbox cc.yaml"];
    let screens: Vec<String> = tries.iter().map(|it| format!("$ ks {it}\n{}", told(&ks(&room, it)))).collect();
    insta::assert_snapshot!(screens.join("\n"));
}

#[test]
fn a_saved_plan_with_secrets_needs_the_configuration_it_was_made_from() {
    let room = room();
    ks(&room, "plan --sandbox -f cc.yaml --out plan.json");
    let text = fs::read_to_string(room.path().join("plan.json")).unwrap();
    let saved: Value = serde_json::from_str(&text).unwrap();
    assert!(text.contains("<secret "), "the plan writes a Secret");
    assert_eq!(saved["configuration"]["file"], "cc.yaml");
    fs::rename(room.path().join("cc.yaml"), room.path().join("moved.yaml")).unwrap();
    insta::assert_snapshot!(told(&ks(&room, "apply --sandbox plan.json")));
    assert_eq!(ks(&room, "apply --sandbox plan.json -f moved.yaml").code, Some(0));
}

#[test]
fn a_plan_from_a_snapshot_is_the_plan_from_the_cluster_byte_for_byte() {
    let room = room();
    for _ in 0..2 {
        assert_eq!(ks(&room, "snapshot --sandbox -f cc.yaml --out cluster.json").code, Some(0));
        for form in ["text --full", "json", "markdown"] {
            let live = ks(&room, &format!("plan --sandbox -f cc.yaml -o {form}"));
            let recorded = ks(&room, &format!("plan --cluster snapshot:cluster.json -f cc.yaml -o {form}"));
            assert_eq!(recorded.out, live.out);
        }
        ks(&room, "apply --sandbox --yes -f cc.yaml");
    }
}

#[test]
fn a_snapshot_knows_components_that_were_off() {
    let room = room();
    ks(&room, "apply --sandbox --yes -f on.yaml");
    // Alerting goes off in what is recorded, and comes back in the plan.
    ks(&room, "snapshot --sandbox -f cc.yaml --out cluster.json");
    let planned = ks(&room, "plan --cluster snapshot:cluster.json -f on.yaml");
    assert!(planned.out.contains("Nothing to change."), "{planned:?}");
}

#[test]
fn a_snapshot_is_not_written_to_and_needs_a_configuration() {
    let room = room().with("other.json", "[]");
    ks(&room, "snapshot --sandbox -f cc.yaml --out cluster.json");
    let tries = [
        "apply --cluster snapshot:cluster.json -f cc.yaml",
        "plan --cluster snapshot:cluster.json",
        "plan --cluster snapshot:nowhere.json -f cc.yaml",
        "plan --cluster snapshot:other.json -f cc.yaml",
        "plan --cluster cluster.json -f cc.yaml",
    ];
    let screens: Vec<String> = tries.iter().map(|it| format!("$ ks {it}\n{}", told(&ks(&room, it)))).collect();
    insta::assert_snapshot!(screens.join("\n"));
}

#[test]
fn the_schemas_are_printed_without_a_cluster() {
    for of in ["--schema", "--schema=output"] {
        let run = ks(&Room::new(), &format!("plan {of}"));
        let schema: Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(run.code, Some(0));
    }
}
