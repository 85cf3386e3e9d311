//! The first day of a user: plan, apply, plan again, switch something on, switch it off.

use std::collections::BTreeSet;

use serde_json::Value;

use super::runner::{Room, Run, SMALL};

const ON: &str = "  alerting:\n    enabled: true\n";
const OFF: &str = "  alerting:\n    enabled: false\n";

fn example() -> Room {
    Room::new().with("cc.yaml", SMALL)
}

fn with_alerting(room: Room) -> Room {
    room.with("cc.yaml", &SMALL.replace(OFF, ON))
}

fn planned(room: &Room) -> Value {
    let run = room.ks(&["plan", "--sandbox", "-f", "cc.yaml", "-o", "json"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    serde_json::from_str(&run.out).unwrap()
}

fn apply(room: &Room) -> Run {
    room.ks(&["apply", "--sandbox", "--yes", "-f", "cc.yaml"])
}

/// The changes as `create Service ns/name`, in the order of the plan, without the inventory.
fn changes(plan: &Value) -> Vec<String> {
    let changes = plan["changes"].as_array().unwrap();
    let of_component = changes.iter().filter(|it| !it["component"].is_null());
    of_component
        .map(|it| format!("{} {} {}", word(it, "action"), it["object"]["kind"].as_str().unwrap(), name(it)))
        .collect()
}

fn word<'a>(change: &'a Value, field: &str) -> &'a str {
    change[field].as_str().unwrap()
}

fn name(change: &Value) -> &str {
    change["object"]["name"].as_str().unwrap()
}

#[test]
fn planning_writes_nothing_and_applying_twice_changes_nothing() {
    let room = example();
    let first = planned(&room);
    assert!(first["summary"]["create"].as_u64().unwrap() > 40);

    let run = apply(&room);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.out.contains("Done: "), "{run:?}");
    assert!(run.err.contains("created  Namespace kubesphere-monitoring-system"), "{run:?}");

    let again = room.ks(&["plan", "--sandbox", "-f", "cc.yaml", "--detailed-exitcode"]);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert!(again.out.contains("\nNothing to change.\n"), "{again:?}");
    assert!(again.err.contains(" 0 writes."), "{again:?}");
    let nothing = apply(&room);
    assert!(nothing.out.contains(" 0 writes."), "{nothing:?}");
}

#[test]
fn alerting_switched_on_and_off_makes_and_removes_the_same_objects() {
    let room = example();
    assert_eq!(apply(&room).code, Some(0));

    let room = with_alerting(room);
    let on = planned(&room);
    let changed = on["changes"].as_array().unwrap().iter().filter(|it| !it["component"].is_null());
    assert!(changed.clone().all(|it| word(it, "component") == "thanos-ruler" && word(it, "action") == "create"));
    let made = changes(&on);
    assert_eq!(room.ks(&["plan", "--sandbox", "-f", "cc.yaml", "--detailed-exitcode"]).code, Some(3));
    assert_eq!(apply(&room).code, Some(0));

    let room = room.with("cc.yaml", SMALL);
    let sorted = |changes: Vec<String>| changes.into_iter().collect::<BTreeSet<String>>();
    let removed = sorted(changes(&planned(&room)));
    assert_eq!(removed, sorted(made.iter().map(|it| it.replace("create ", "delete ")).collect()));
    let screen = room.ks(&["plan", "--sandbox", "-f", "cc.yaml"]).out;
    assert!(screen.contains("to delete, because alerting.enabled is false"), "{screen}");
    assert_eq!(apply(&room).code, Some(0));
    assert!(changes(&planned(&room)).is_empty());
}

#[test]
fn a_plan_for_a_pull_request_stays_within_the_size_that_is_asked_for() {
    let room = example();
    let markdown = |more: &[&str]| {
        let arguments = [&["plan", "--sandbox", "-f", "cc.yaml", "-o", "markdown"], more].concat();
        let run = room.ks(&arguments);
        assert_eq!(run.code, Some(0), "{run:?}");
        run.out
    };
    let page = markdown(&[]);
    assert!(page.len() <= 60_000 && page.len() > 10_000, "{}", page.len());
    assert!(page.starts_with("## Plan: ") && page.contains("\n| prometheus-operator | "), "{page}");
    assert!(page.contains("Left out, to stay within 60000 bytes: the fields of "), "{page}");
    let short = markdown(&["--max-size", "3000"]);
    assert!(short.len() <= 3000 && short.len() > 1500, "{short}");
    let whole = markdown(&["--max-size", "100000000"]);
    assert!(whole.contains("+ .spec.template.spec.containers[name=\"prometheus-operator\"].image: "));
    assert!(!whole.contains("Left out"));
}

#[test]
fn the_status_follows() {
    let room = example();
    let before = room.ks(&["status", "--sandbox", "-f", "cc.yaml"]);
    assert_eq!(before.code, Some(1), "{before:?}");
    let operator = before.out.lines().find(|it| it.contains("prometheus-operator")).unwrap();
    assert!(operator.contains("not installed"), "{before:?}");
    assert_eq!(apply(&room).code, Some(0));
    let after = room.ks(&["status", "--sandbox", "-f", "cc.yaml", "-o", "json"]);
    assert_eq!(after.code, Some(0), "{after:?}");
    let status: Value = serde_json::from_str(&after.out).unwrap();
    assert!(status["components"].as_array().unwrap().iter().all(|it| it["state"] == "ready"));
    let off: Vec<&str> = status["off"].as_array().unwrap().iter().map(|it| it["component"].as_str().unwrap()).collect();
    assert_eq!(
        off,
        [
            "gpu",
            "ks-istio-monitoring",
            "dashboard-records",
            "etcd",
            "general-alerts",
            "grafana",
            "thanos-ruler",
            "alert-migrate"
        ]
    );
}

#[test]
fn without_a_yes_nothing_is_done() {
    let room = example();
    let run = room.ks_with_input(&["apply", "--sandbox", "-f", "cc.yaml"], "yes\n");
    assert_eq!(run.code, Some(9), "a pipe is no terminal: {run:?}");
    assert!(run.err.contains("--yes"), "{run:?}");
    assert_eq!(planned(&room)["summary"]["unchanged"], 0);
}

#[test]
fn loss_of_data_needs_a_consent_that_names_the_object() {
    let overlay = |room: Room, body: &str| {
        room.with("mine/demo/echo/component.yaml", "name: echo\ndescription: Answers.\nrequires: [namespaces]\n")
            .with("mine/demo/echo/secret.yaml", body)
    };
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: { name: key, namespace: kubesphere-system }\nstringData: { key: c2VudGluZWw }\n";
    let external = SMALL.to_owned() + "  common: { monitoring: { type: external, endpoint: \"http://x\" } }\n";
    let room = overlay(Room::new().with("cc.yaml", &external), secret);
    let arguments = ["apply", "--sandbox", "--yes", "-f", "cc.yaml", "--manifests", "mine"];
    let made = room.ks(&[&arguments[..], &["--full"]].concat());
    assert_eq!(made.code, Some(0), "{made:?}");
    assert!(!made.screen().contains("c2VudGluZWw"), "{made:?}");

    let room = overlay(room, "");
    let refused = room.ks(&arguments);
    assert_eq!(refused.code, Some(9), "{refused:?}");
    assert!(refused.err.contains("--allow 'data-loss=Secret kubesphere-system/key'"), "{refused:?}");
    let allowed = [&arguments[..], &["--allow", "data-loss=Secret kubesphere-system/key"]].concat();
    assert_eq!(room.ks(&allowed).code, Some(0));
}

#[test]
fn events_for_programs_are_one_object_per_line() {
    let run = example().ks(&["apply", "--sandbox", "--yes", "-f", "cc.yaml", "-o", "json"]);
    let events: Vec<Value> = run.out.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    let names: Vec<&str> = events.iter().filter_map(|it| it["event"].as_str()).collect();
    assert_eq!((names[0], names[1], names[names.len() - 2]), ("planned", "began", "ended"));
    assert_eq!(events[events.len() - 2]["success"], true);
    let applied = events.iter().filter(|it| it["outcome"] == "applied").count();
    let requests = &events.last().unwrap()["requests"];
    // The lease is taken, renewed and released besides.
    let writes = requests["writes"].as_u64().unwrap();
    assert!(writes > applied as u64 && requests["dryRuns"].is_u64(), "{applied} applied, {requests}");
}

/// A configuration with which next to nothing is on.
pub const EXTERNAL: &str = "\
apiVersion: installer.kubesphere.io/v1alpha1
kind: ClusterConfiguration
metadata:
  name: ks-installer
  namespace: kubesphere-system
spec:
  common: { monitoring: { type: external, endpoint: \"http://x\" } }
";

/// A component that never becomes ready, since nobody gives its Service an address, and one that requires it.
pub fn doomed() -> Room {
    let declare = |name: &str, requires: &str| format!("name: {name}\ndescription: Test.\nrequires: [{requires}]\n");
    let object = |kind: &str, rest: &str| {
        format!("apiVersion: v1\nkind: {kind}\nmetadata: {{ name: foo, namespace: kubesphere-system }}\n{rest}")
    };
    Room::new()
        .with("cc.yaml", EXTERNAL)
        .with("mine/demo/echo/component.yaml", &declare("echo", "namespaces"))
        .with("mine/demo/echo/foo.yaml", &object("Service", "spec: { type: LoadBalancer, ports: [{ port: 80 }] }\n"))
        .with("mine/demo/user/component.yaml", &declare("user", "echo"))
        .with("mine/demo/user/config-map.yaml", &object("ConfigMap", ""))
}

#[test]
fn a_failure_is_told_with_its_cause_first_and_what_it_kept_from_being_done() {
    let room = doomed();
    let run = room.ks(&["apply", "--sandbox", "--yes", "-f", "cc.yaml", "--manifests", "mine", "--timeout", "1s"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    let summary = run.out.split_once("Failed: ").unwrap().1;
    assert!(summary.contains("  ✗ wait for Service kubesphere-system/foo: not ready after 1.0s, "), "{run:?}");
    assert!(
        summary.contains("skipped because of it, beginning with: apply ConfigMap kubesphere-system/foo"),
        "{run:?}"
    );
    assert!(run.err.contains("--timeout gives objects more time"), "{run:?}");
}

#[test]
fn the_time_for_a_whole_apply_ends_with_what_was_waited_for() {
    let room = doomed();
    let run = room.ks(&["apply", "--sandbox", "--yes", "-f", "cc.yaml", "--manifests", "mine", "--deadline", "20s"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    let words =
        "error: the time for the whole apply was up; not done in time: wait for Service kubesphere-system/foo\n";
    assert!(run.err.contains(words), "{run:?}");
    assert!(run.err.contains("--deadline gives it more time") && !run.err.contains("--timeout gives"), "{run:?}");
    assert!(!run.err.contains("ConfigMap"), "{run:?}");
}

#[test]
fn a_kind_that_nobody_serves_is_told_before_anything_is_done() {
    let foo = "apiVersion: demo.example/v1\nkind: Foo\nmetadata: { name: foo, namespace: kubesphere-system }\n";
    let room = doomed().with("mine/demo/echo/foo.yaml", foo);
    insta::assert_snapshot!(room.ks(&["plan", "--sandbox", "-f", "cc.yaml", "--manifests", "mine"]).screen());
}

#[test]
fn an_object_that_the_server_refuses_stops_everything_before_it_begins() {
    let service = "apiVersion: v1\nkind: Namespace\nmetadata: { name: echo }\nnonsense: 1\n";
    let room = doomed().with("mine/demo/echo/foo.yaml", service);
    let arguments = |command| [command, "--sandbox", "-f", "cc.yaml", "--manifests", "mine"];
    let plan = room.ks(&arguments("plan"));
    assert_eq!(plan.code, Some(1), "{plan:?}");
    assert!(plan.out.contains("Refused\n  ✗ Namespace echo: "), "{plan:?}");
    let apply = room.ks(&[&arguments("apply")[..], &["--yes"]].concat());
    assert_eq!(apply.code, Some(1), "{apply:?}");
    assert!(apply.err.contains("nothing was done"), "{apply:?}");
    assert!(!apply.err.contains("created"), "{apply:?}");
}

#[test]
fn an_unchanged_object_that_is_not_ready_is_waited_for() {
    let room = doomed().with("mine/demo/user/config-map.yaml", "");
    let arguments = ["apply", "--sandbox", "--yes", "-f", "cc.yaml", "--manifests", "mine", "--timeout", "1s"];
    assert_eq!(room.ks(&arguments).code, Some(1));
    let again = room.ks(&arguments);
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.out.contains("Not ready yet\n  … Service kubesphere-system/foo: "), "{again:?}");
    assert!(again.out.contains("Nothing to change. Not ready yet: 1.\n"), "{again:?}");
    assert!(again.out.contains("not ready after 1.0s"), "{again:?}");
}
