//! Going back to what was applied before.

use std::fs;

use serde_json::{Value, json};

use super::history::{ks, room};
use super::runner::{Room, Run, SMALL};

fn apply(room: &Room, file: &str) {
    let run = ks(room, &format!("apply --sandbox --yes -f {file} --manifests own"));
    assert_eq!(run.code, Some(0), "{run:?}");
}

/// A rollback of the small platform, with what is said behind it.
fn rollback(room: &Room, more: &str) -> Run {
    ks(room, format!("rollback --sandbox --manifests own {more}").trim_end())
}

fn is_as(room: &Room, file: &str) -> bool {
    ks(room, &format!("plan --sandbox -f {file} --manifests own")).out.contains("Nothing to change.")
}

fn shown(room: &Room, number: u32) -> Value {
    let text = ks(room, &format!("history show {number} --sandbox -o json")).out;
    serde_json::from_str(&text).unwrap()
}

#[test]
fn what_was_applied_before_comes_back_and_goes_again_without_any_file() {
    let room = room();
    apply(&room, "one.yaml");
    apply(&room, "two.yaml");
    let run = rollback(&room, "--yes");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.out.contains(".data.word: two → one") && run.err.contains("configuration of apply 1"), "{run:?}");
    assert!(is_as(&room, "one.yaml"));
    let record = shown(&room, 3);
    assert_eq!((&record["rollbackTo"], &record["outcome"]), (&json!(1), &json!("succeeded")));
    assert_eq!(record["configuration"], shown(&room, 1)["configuration"]);
    assert!(ks(&room, "history --sandbox").out.contains("~1 (rollback to 1)"));

    assert_eq!(rollback(&room, "--yes").code, Some(0));
    assert!(is_as(&room, "two.yaml"), "the last other configuration is the one that was left");
    let nothing = rollback(&room, "2 --yes");
    assert!(nothing.code == Some(0) && nothing.out.contains("Nothing to change."), "{nothing:?}");
    assert_eq!(rollback(&room, "1 --yes").code, Some(0));
    assert!(is_as(&room, "one.yaml"));
}

#[test]
fn a_dry_run_shows_it_and_a_rollback_is_asked_about() {
    let room = room();
    apply(&room, "one.yaml");
    apply(&room, "two.yaml");
    let state = || fs::read_to_string(room.path().join(".ks/sandbox.json")).unwrap();
    let before = state();
    let dry = rollback(&room, "--dry-run");
    assert!(dry.code == Some(0) && dry.out.contains(".data.word: two → one"), "{dry:?}");
    let document: Value = serde_json::from_str(&rollback(&room, "1 --dry-run -o json").out).unwrap();
    assert_eq!((&document["formatVersion"], &document["summary"]["update"]), (&json!("1.0"), &json!(1)));
    assert_eq!(rollback(&room, "").code, Some(9), "nobody said yes");
    assert_eq!(state(), before, "something was written");
}

#[test]
fn what_cannot_be_gone_back_to_is_told() {
    let room = room();
    let mut told = rollback(&room, "").err;
    apply(&room, "one.yaml");
    told += &rollback(&room, "").err;
    told += &rollback(&room, "5").err;
    told += &ks(&room, "rollback 1 --sandbox").err;
    assert_eq!(ks(&room, "apply --sandbox --yes -f one.yaml --history 5").code, Some(0));
    told += &rollback(&room, "2").err;
    fs::write(room.path().join("own/demo/note/more.yaml"), "").unwrap();
    told += &rollback(&room, "1").err;
    let lines: Vec<&str> = told.lines().filter(|it| !it.starts_with("warning: ")).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn secret_values_come_from_the_cluster_or_a_file_or_are_missed_by_name() {
    let text = |password: &str, replicas: u8| {
        let monitoring = format!(
            "spec:\n  monitoring:\n    prometheus:\n      replicas: {replicas}\n      remoteWrite:\n        - {{ url: \
             'https://u:{password}@example.org/w', name: far }}\n"
        );
        SMALL.replace("spec:\n", &monitoring)
    };
    let room = Room::new()
        .with("first.yaml", &text("open-sesame", 1))
        .with("more.yaml", &text("open-sesame", 2))
        .with("changed.yaml", &text("other-word", 2));
    let run = |line: &str| {
        let run = ks(&room, line);
        assert!(!run.out.contains("open-sesame") && !run.err.contains("open-sesame"), "{run:?}");
        run
    };
    for file in ["first", "more"] {
        assert_eq!(run(&format!("apply --sandbox --yes -f {file}.yaml")).code, Some(0));
    }
    let back = run("rollback --sandbox --yes");
    assert_eq!(back.code, Some(0), "the live object has the values: {back:?}");
    assert!(run("plan --sandbox -f first.yaml").out.contains("Nothing to change."));

    assert_eq!(run("apply --sandbox --yes -f changed.yaml").code, Some(0));
    let missed = run("rollback 1 --sandbox --yes");
    assert_eq!(missed.code, Some(2), "{missed:?}");
    insta::assert_snapshot!(missed.err, @r"
    error: the history holds no secret value, and the cluster has these of apply 1 no longer; nothing was done
      monitoring.prometheus.remoteWrite[0].url
     hint: -f FILE names a configuration that has them, as they were then
    ");
    let back = run("rollback 1 --sandbox --yes -f more.yaml");
    assert_eq!(back.code, Some(0), "{back:?}");
    assert!(run("plan --sandbox -f first.yaml").out.contains("Nothing to change."));
}
