//! `ks wait` waits and writes nothing.

use std::fs;

use super::runner::Room;

fn state(room: &Room) -> Option<serde_json::Value> {
    let text = fs::read_to_string(room.path().join(".ks/sandbox.json")).ok()?;
    serde_json::from_str(&text).ok()
}

#[test]
fn what_is_ready_is_not_waited_for() {
    let room = Room::with_small();
    assert_eq!(room.ks(&["apply", "--sandbox", "--yes", "-f", "cc.yaml"]).code, Some(0));
    let before = state(&room);
    let run = room.ks(&["wait", "--sandbox", "-f", "cc.yaml"]);
    assert!(run.code == Some(0) && run.out.starts_with("Everything is ready."), "{run:?}");
    assert_eq!(state(&room), before, "nothing was written");
}

#[test]
fn what_does_not_become_ready_is_told_and_nothing_is_made() {
    let room = Room::with_small();
    let run = room.ks(&["wait", "--sandbox", "-f", "cc.yaml", "--timeout", "1s"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.out.starts_with("Waiting for ") && run.out.contains("Namespace kubesphere-system"), "{run:?}");
    assert!(run.err.contains("`ks plan` shows what would change"), "{run:?}");
    let planned = room.ks(&["plan", "--sandbox", "-f", "cc.yaml"]);
    assert!(planned.out.contains("Namespace kubesphere-system") && planned.out.contains(" to create"), "{planned:?}");
}

#[test]
fn an_apply_that_does_not_wait_says_so_and_ends_well() {
    let room = Room::with_small();
    let run = room.ks(&["apply", "--sandbox", "--yes", "--wait=false", "-f", "cc.yaml"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.out.contains(" objects are not waited for (`ks wait` does that)"), "{run:?}");
    assert!(!run.out.contains("everything is ready") && !run.err.contains("ready    Deployment"), "{run:?}");
    let run = room.ks(&["wait", "--sandbox", "-f", "cc.yaml"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    // There is nothing left to write, so nothing was left out.
    let run = room.ks(&["apply", "--sandbox", "--yes", "--wait=false", "-f", "cc.yaml"]);
    assert!(run.code == Some(0) && run.out.contains(" 0 writes."), "{run:?}");
    let run = room.ks(&["apply", "--sandbox", "--yes", "--wait", "false", "-f", "cc.yaml"]);
    assert_eq!(run.code, Some(2), "a value stands behind an equals sign: {run:?}");
}
