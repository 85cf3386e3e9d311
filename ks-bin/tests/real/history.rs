//! Apply, apply otherwise, go back: the cluster is as it was after the first, and its end leaves nothing of the history.

use std::collections::BTreeMap;
use std::sync::Arc;

use ks_tests::contents::contents;
use ks_tests::control_plane::{ControlPlane, Options};
use serde_json::{Value, json};

use crate::room::{Room, errors};

const COMPONENT: &str = "
name: note
description: Holds a word.
settings: { word: { from: note.word, default: none } }
";
const OBJECTS: &str = "
apiVersion: v1
kind: Namespace
metadata: { name: notes }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: note, namespace: notes }
data: { word: {{ settings.word }} }
";

/// A run that must end well; gives what it printed.
fn ks(room: &Room<'_>, arguments: &[&str]) -> String {
    let run = room.ks(arguments).output().unwrap();
    assert!(run.status.success(), "ks {arguments:?}\n{}\n{}", String::from_utf8_lossy(&run.stdout), errors(&run));
    String::from_utf8(run.stdout).unwrap()
}

/// Whether controllers make it or write into it when they begin to work, which may be late: accounts, the certificate in each
/// namespace, and the rules of the roles that gather those of others.
fn is_of_controllers(place: &str) -> bool {
    place.starts_with("/api/v1/serviceaccounts kube-system/")
        || (place.starts_with("/api/v1/serviceaccounts ") && place.ends_with("/default"))
        || place.ends_with("/kube-root-ca.crt")
        || ["admin", "edit", "view"].iter().any(|it| place.ends_with(&format!("/clusterroles /{it}")))
}

fn applies(room: &Room<'_>) -> Vec<Value> {
    let document: Value = serde_json::from_str(&ks(room, &["history", "-o", "json"])).unwrap();
    document["applies"].as_array().unwrap().clone()
}

#[test]
fn a_rollback_ends_where_the_first_apply_ended_and_a_destroy_takes_the_history_along() {
    let options = Options { nodes: 0, controllers: true, operator: false };
    let Some(cluster) = ControlPlane::start_or_skip(options) else { return };
    let cluster = Arc::new(cluster);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let writer = runtime.block_on(cluster.writer()).unwrap();
    let all = || -> BTreeMap<String, Value> {
        let found = runtime.block_on(contents(&writer)).unwrap();
        found.into_iter().filter(|(it, _)| !is_of_controllers(it)).collect()
    };
    let room = Room::new(&cluster);
    for (file, word) in [("first.yaml", "one"), ("second.yaml", "two")] {
        let spec = json!({ "common": { "monitoring": { "type": "external" } }, "note": { "word": word } });
        std::fs::write(room.path().join(file), ks_tests::configuration::bare(&spec)).unwrap();
    }
    let folder = room.path().join("own/demo/note");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("component.yaml"), COMPONENT).unwrap();
    std::fs::write(folder.join("note.yaml.j2"), OBJECTS).unwrap();
    let run = |line: &[&str]| ks(&room, &[line, &["--manifests", "own"]].concat());

    run(&["apply", "--yes", "--timeout", "1m", "-f", "first.yaml"]);
    let expected = all();
    run(&["apply", "--yes", "--timeout", "1m", "-f", "second.yaml"]);
    assert_ne!(all(), expected, "the second configuration changes something");
    std::fs::remove_file(room.path().join("second.yaml")).unwrap();
    std::fs::remove_file(room.path().join("first.yaml")).unwrap();
    run(&["rollback", "--yes", "--timeout", "1m"]);
    let found = all();
    let other: Vec<&String> =
        found.keys().chain(expected.keys()).filter(|it| found.get(*it) != expected.get(*it)).collect();
    assert!(other.is_empty(), "{other:?}");

    let told: Vec<(Value, Value, Value)> = applies(&room)
        .iter()
        .map(|it| (it["number"].clone(), it["outcome"].clone(), it["rollbackTo"].clone()))
        .collect();
    let succeeded = || json!("succeeded");
    let expected =
        [(json!(1), succeeded(), Value::Null), (json!(2), succeeded(), Value::Null), (json!(3), succeeded(), json!(1))];
    assert_eq!(told, expected);
    let show: Value = serde_json::from_str(&ks(&room, &["history", "show", "3", "-o", "json"])).unwrap();
    assert!(show["plan"]["text"].as_str().unwrap().contains("Plan: "), "{show}");

    let refused = room.ks(&["destroy", "--yes", "--manifests", "own"]).output().unwrap();
    assert!(String::from_utf8_lossy(&refused.stdout).contains("- Secret kubesphere-system/ks-history-3"));
    let asked = errors(&refused);
    let asked = asked.lines().filter_map(|it| it.split_once("allow it with --allow '"));
    let consents: Vec<&str> = asked.flat_map(|(_, it)| ["--allow", it.trim_end_matches('\'')]).collect();
    run(&[&["destroy", "--yes"][..], &consents].concat());
    assert!(applies(&room).is_empty());
    let left = runtime.block_on(writer.get("/api/v1/secrets")).unwrap().unwrap();
    assert!(!left.to_string().contains("ks-history-"), "{left}");
}
