//! Another runner holds the lease: what `ks apply` says, and what it leaves alone.

use ks_apply::Sandbox;
use ks_model::Manifest;
use serde_json::{Value, json};

use crate::runner::Room;

const HOLDER: &str = "build-7_4711_9f3ac01e";

/// A sandbox in which somebody holds the lease, who renewed it just now by a clock that is far ahead.
pub fn occupied() -> Room {
    let room = Room::with_small();
    std::fs::create_dir(room.path().join(".ks")).unwrap();
    let sandbox = Sandbox::open(room.path().join(".ks/sandbox.json")).unwrap();
    let put = |object: Value| sandbox.update_as("somebody", &Manifest::parse(object).unwrap()).unwrap();
    put(json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "kubesphere-system" } }));
    put(json!({ "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": { "name": "ks", "namespace": "kubesphere-system" },
        "spec": { "holderIdentity": HOLDER, "leaseDurationSeconds": 30, "leaseTransitions": 0,
            "acquireTime": "2999-01-31T11:58:00.000000Z", "renewTime": "2999-01-31T12:00:00.000000Z" } }));
    room
}

#[test]
fn who_is_at_work_is_told_and_nothing_is_written() {
    let room = occupied();
    let before = std::fs::read_to_string(room.path().join(".ks/sandbox.json")).unwrap();
    let run = room.ks(&["apply", "--sandbox", "--yes", "-f", "cc.yaml"]);
    assert_eq!(run.code, Some(11), "{run:?}");
    let after = std::fs::read_to_string(room.path().join(".ks/sandbox.json")).unwrap();
    assert!(before == after, "something was written");
    insta::assert_snapshot!(run.err, @r"
    error: another runner is at work: build-7_4711_9f3ac01e holds Lease.coordination.k8s.io kubesphere-system/ks since 2999-01-31T11:58:00.000000Z, until 2999-01-31T12:00:30Z unless it is renewed; nothing was done
     hint: --lock-timeout 10m waits until it is done; one that died is waited for only until its lease ends
     hint: `kubectl -n kubesphere-system get lease ks` shows who holds it
    ");
    assert_eq!(room.ks(&["plan", "--sandbox", "-f", "cc.yaml"]).code, Some(0), "planning does not look at the lease");
}

#[test]
fn waiting_is_told_to_people_and_to_programs() {
    let room = occupied();
    let arguments = ["apply", "--sandbox", "--yes", "-f", "cc.yaml", "--lock-timeout", "1s"];
    let run = room.ks(&arguments);
    assert_eq!(run.code, Some(11), "{run:?}");
    assert!(run.err.contains(&format!("waiting for {HOLDER}, which holds the lease since 2999")), "{run:?}");
    let run = room.ks(&[&arguments[..], &["-o", "json"]].concat());
    let events: Vec<Value> = run.out.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    let locked = events.iter().find(|it| it["event"] == "locked").unwrap();
    assert_eq!((&locked["holder"], &locked["ends"]), (&HOLDER.into(), &"2999-01-31T12:00:30Z".into()));
}
