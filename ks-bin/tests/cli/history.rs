//! What was applied, as a user looks it up.

use std::fs;

use ks_apply::Sandbox;
use ks_model::Manifest;
use ks_plan::Inventory;
use ks_plan::history::Record;
use serde_json::{Value, json};

use super::runner::{Room, Run, SMALL};

const COMPONENT: &str = "
name: note
description: Holds a word.
settings: { word: { from: note.word, default: none } }
";
const OBJECTS: &str = "
apiVersion: v1
kind: ConfigMap
metadata: { name: note, namespace: kubesphere-system }
data: { word: {{ settings.word }} }
";

pub fn ks(room: &Room, line: &str) -> Run {
    room.ks(&line.split(' ').collect::<Vec<_>>())
}

/// A folder with a configuration that switches off what can be, and components of which only one is large.
pub fn room() -> Room {
    let text = SMALL.replace("spec:\n", "spec:\n  common: { monitoring: { type: external } }\n  note: { word: one }\n");
    Room::new()
        .with("one.yaml", &text)
        .with("two.yaml", &text.replace("one", "two"))
        .with("own/demo/note/component.yaml", COMPONENT)
        .with("own/demo/note/note.yaml.j2", OBJECTS)
}

fn apply(room: &Room, file: &str) -> Run {
    let run = ks(room, &format!("apply --sandbox --yes -f {file} --manifests own"));
    assert_eq!(run.code, Some(0), "{run:?}");
    run
}

/// The text without times, names of users and machines, UIDs and hashes.
fn steady(text: &str) -> String {
    let word = |word: &str| {
        let is_time = word.len() == 20 && word.ends_with('Z') && word.as_bytes()[10] == b'T';
        let is_uid = word.len() == 36 && word.bytes().filter(|it| *it == b'-').count() == 4;
        let is_hash = word.len() == 64 && word.bytes().all(|it| it.is_ascii_hexdigit());
        match word {
            _ if is_time => "2026-01-31T12:00:00Z".to_owned(),
            _ if is_uid => "UID".to_owned(),
            _ if is_hash => "SHA".to_owned(),
            word => word.to_owned(),
        }
    };
    let words = |line: &str| match line.strip_prefix("  by ") {
        Some(_) => "  by        SOMEBODY".to_owned(),
        None => line.split(' ').map(word).collect::<Vec<_>>().join(" "),
    };
    text.lines().map(|it| words(it) + "\n").collect()
}

fn list(room: &Room) -> Vec<Value> {
    let document: Value = serde_json::from_str(&ks(room, "history --sandbox -o json").out).unwrap();
    assert_eq!(document["formatVersion"], "1.0");
    document["applies"].as_array().unwrap().clone()
}

#[test]
fn each_apply_that_writes_is_listed_and_shown() {
    let room = room();
    assert!(ks(&room, "history --sandbox").out.starts_with("Nothing was applied to sandbox"));
    apply(&room, "one.yaml");
    apply(&room, "two.yaml");
    let nothing = apply(&room, "two.yaml");
    assert!(nothing.out.contains(" 0 writes"), "nothing to do is nothing to write down: {nothing:?}");

    let table = ks(&room, "history --sandbox").out;
    let columns: Vec<Vec<&str>> = table.lines().map(|it| it.split_whitespace().collect()).collect();
    assert_eq!(columns[0], ["NUMBER", "STARTED", "WHO", "VERSION", "OUTCOME", "CHANGED"]);
    assert_eq!((columns[2][0], &columns[2][3..]), ("2", &["0.1.0", "succeeded", "~1"][..]), "{table}");
    let applies = list(&room);
    assert_eq!(applies.len(), 2);
    assert_eq!((&applies[1]["number"], &applies[1]["summary"]["update"]), (&json!(2), &json!(1)));

    insta::assert_snapshot!(steady(&ks(&room, "history show 2 --sandbox").out));
    let shown: Value = serde_json::from_str(&ks(&room, "history show 2 --sandbox -o json").out).unwrap();
    assert_eq!(shown["configuration"]["spec"]["note"], json!({ "word": "two" }));
    assert_eq!(shown["plan"]["document"]["changes"][0]["object"]["name"], "note");
    assert_eq!(shown["plan"]["document"]["formatVersion"], "1.0");
}

#[test]
fn a_number_that_is_not_there_is_told_with_those_that_are() {
    let room = room();
    let empty = ks(&room, "history show 1 --sandbox");
    apply(&room, "one.yaml");
    let missing = ks(&room, "history show 7 --sandbox");
    assert_eq!((empty.code, missing.code), (Some(2), Some(2)));
    insta::assert_snapshot!(empty.err + &missing.err, @r"
    error: the history has no apply 1
     hint: the history of this cluster is empty
    error: the history has no apply 7
     hint: it goes from 1 to 1: `ks history` lists it
    ");
}

#[test]
fn as_many_as_are_asked_for_are_kept_and_none_where_none_is_wanted() {
    let room = room();
    apply(&room, "one.yaml");
    apply(&room, "two.yaml --history 0");
    assert_eq!(list(&room).len(), 1);
    for file in ["one.yaml", "two.yaml", "one.yaml"] {
        apply(&room, &format!("{file} --history 2"));
    }
    let numbers: Vec<Value> = list(&room).iter().map(|it| it["number"].clone()).collect();
    assert_eq!(numbers, [3, 4]);
}

#[test]
fn a_saved_plan_is_written_down_with_its_configuration() {
    let room = room();
    apply(&room, "one.yaml");
    assert_eq!(ks(&room, "plan --sandbox -f two.yaml --manifests own --out plan.json").code, Some(0));
    fs::remove_file(room.path().join("two.yaml")).unwrap();
    let run = ks(&room, "apply --sandbox plan.json");
    assert_eq!(run.code, Some(0), "{run:?}");
    let shown: Value = serde_json::from_str(&ks(&room, "history show 2 --sandbox -o json").out).unwrap();
    assert_eq!(shown["configuration"]["spec"]["note"]["word"], "two");
    assert_eq!(shown["configuration"]["source"]["file"], "two.yaml");
}

#[test]
fn an_apply_whose_time_is_up_is_listed_as_what_its_steps_came_to() {
    let room = Room::with_small();
    let run = ks(&room, "apply --sandbox --yes -f cc.yaml --deadline 1s");
    assert_eq!(run.code, Some(1), "{run:?}");
    let applies = list(&room);
    let count = |name: &str| applies[0]["counts"][name].as_u64().unwrap();
    // A wait that was cut off took too long; without one nothing but steps that never began is left.
    let outcome = if count("timedOut") > 0 { "failed" } else { "interrupted" };
    assert_eq!((applies.len(), &applies[0]["outcome"]), (1, &json!(outcome)), "{applies:?}");
    assert!(count("interrupted") + count("timedOut") > 0, "{applies:?}");
}

#[test]
fn an_apply_without_an_end_is_running_as_long_as_it_holds_the_lease() {
    let room = room();
    apply(&room, "one.yaml");
    let sandbox = Sandbox::open(room.path().join(".ks/sandbox.json")).unwrap();
    let put = |object: Value| sandbox.update_as("somebody", &Manifest::parse(object).unwrap()).unwrap();
    let mut record: Record = serde_json::from_value(
        json!({ "formatVersion": "1.0", "number": 2, "outcome": "running", "holder": "build-7_4711_9f3ac01e" }),
    )
    .unwrap();
    record.who = "jane@build-7".into();
    let write =
        |record: &Record| put(record.clone().pack().unwrap().secret(&Inventory::default()).unwrap().value().clone());
    write(&record);
    let told = || list(&room).iter().map(|it| it["outcome"].clone()).collect::<Vec<_>>();
    assert_eq!(told(), ["succeeded", "unfinished"]);
    put(json!({ "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": { "name": "ks", "namespace": "kubesphere-system" },
        "spec": { "holderIdentity": "build-7_4711_9f3ac01e", "leaseDurationSeconds": 30,
            "renewTime": "2999-01-31T12:00:00.000000Z" } }));
    assert_eq!(told(), ["succeeded", "running"]);
    assert!(ks(&room, "history show 2 --sandbox").out.contains("outcome   running"));

    // What a later ks wrote stands in the table, and does not hide the rest.
    (record.format_version, record.number) = ("2.0".into(), 3);
    write(&record);
    assert_eq!(told(), ["succeeded", "running", "unreadable"]);
    let refused = ks(&room, "history show 3 --sandbox");
    assert_eq!(refused.code, Some(2));
    insta::assert_snapshot!(
        refused.err,
        @"error: the record of apply 3 cannot be read: its format is 2.0, and this ks reads 1.0"
    );
}

#[test]
fn the_end_of_everything_is_the_end_of_the_history() {
    let room = room();
    apply(&room, "one.yaml");
    let refused = ks(&room, "destroy --sandbox --yes --manifests own");
    assert!(refused.out.contains("- Secret kubesphere-system/ks-history-1"), "{refused:?}");
    let mut line: Vec<String> = "destroy --sandbox --yes --manifests own".split(' ').map(str::to_owned).collect();
    for (_, consent) in refused.err.lines().filter_map(|it| it.split_once("allow it with --allow '")) {
        line.extend(["--allow".to_owned(), consent.trim_end_matches('\'').to_owned()]);
    }
    let gone = room.ks(&line.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(gone.code, Some(0), "{gone:?}");
    assert!(list(&room).is_empty());
    assert!(!fs::read_to_string(room.path().join(".ks/sandbox.json")).unwrap().contains("ks-history"));
}
