//! Every line of `-o json` fits the schema that `--schema` prints, whatever becomes of the run.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use ks_apply::Sandbox;
use ks_model::Manifest;
use ks_tests::json_schema::check;
use serde_json::{Value, json};

use super::first_day::{EXTERNAL, doomed};
use super::locked::occupied;
use super::runner::{Room, Run};

/// Where the schema stands for readers.
const STORED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/events.schema.json");

fn schema() -> Value {
    serde_json::from_str(&fs::read_to_string(STORED).unwrap()).unwrap()
}

/// Checks each line, and gives the names of the events.
fn events(schema: &Value, out: &str) -> Vec<String> {
    let lines = out.lines().map(|line| {
        let value: Value = serde_json::from_str(line).unwrap();
        check(schema, &value).unwrap_or_else(|why| unreachable!("{why}\n{line:.2000}"));
        value["event"].as_str().unwrap().to_owned()
    });
    lines.collect()
}

fn ks(room: &Room, line: &str) -> Run {
    room.ks(&format!("{line} --sandbox -o json").split(' ').collect::<Vec<_>>())
}

/// Starts a run, and gives its lines one by one.
fn start(room: &Room, line: &str) -> (Child, impl Iterator<Item = String> + use<>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ks"));
    command.args(format!("{line} --sandbox -o json").split(' ')).current_dir(room.path()).env_clear();
    let mut child = command.env("HOME", room.path()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    (child, lines)
}

/// The text of a run, at one of whose lines something is done.
fn at_line(room: &Room, line: &str, is_it: impl Fn(&str) -> bool, then: impl FnOnce(&Child, &Path)) -> (i32, String) {
    let (mut child, mut lines) = start(room, line);
    let mut out = String::new();
    let mut then = Some(then);
    for line in lines.by_ref() {
        out.push_str(&format!("{line}\n"));
        if is_it(&line)
            && let Some(then) = then.take()
        {
            then(&child, &room.path().join(".ks/sandbox.json"));
        }
    }
    (child.wait().unwrap().code().unwrap(), out)
}

fn waits_for_service(line: &str) -> bool {
    line.contains("\"event\":\"progress\"") && line.contains("Service")
}

const DOOMED: &str = "apply --yes -f cc.yaml --manifests mine";

#[test]
fn the_stored_schema_is_the_one_that_every_command_prints() {
    let room = Room::new();
    let printed = room.ks(&["apply", "--schema"]).out;
    if std::env::var_os("KS_UPDATE_SCHEMA").is_some() {
        fs::write(STORED, &printed).unwrap();
    }
    assert!(
        fs::read_to_string(STORED).unwrap() == printed,
        "run this test with KS_UPDATE_SCHEMA=1, and look at the difference"
    );
    for command in ["destroy", "rollback", "wait"] {
        assert_eq!(room.ks(&[command, "--schema"]).out, printed);
    }
}

#[test]
fn every_line_of_every_ending_fits_the_schema_and_every_event_occurs() {
    let schema = schema();
    let mut seen = BTreeSet::new();
    let mut told = |what: &str, code: Option<i32>, wanted: i32, out: &str, named: &[&str]| {
        assert_eq!(code, Some(wanted), "{what}: {out:.3000}");
        let names = events(&schema, out);
        for name in named {
            assert!(names.iter().any(|it| it == name), "{what} has no {name}: {names:?}");
        }
        seen.extend(names);
    };

    let room = Room::with_small();
    let run = ks(&room, "apply --yes -f cc.yaml");
    told("an apply", run.code, 0, &run.out, &["planned", "began", "started", "finished", "ended"]);
    let run = ks(&room, "apply --yes -f cc.yaml");
    told("an apply with nothing to do", run.code, 0, &run.out, &["planned", "requests"]);
    let run = ks(&room, "wait -f cc.yaml");
    told("a wait with nothing to wait for", run.code, 0, &run.out, &["requests"]);
    let run = ks(&room, "destroy --yes");
    told("a refused destroy", run.code, 9, &run.out, &["planned"]);
    let consents = super::destroy::consents(&run);
    let line = ["destroy", "--sandbox", "--yes", "-o", "json"].into_iter();
    let run = room.ks(&line.chain(consents.iter().map(String::as_str)).collect::<Vec<_>>());
    told("a destroy", run.code, 0, &run.out, &["planned", "finished", "requests"]);
    let run = ks(&room, "wait -f cc.yaml --timeout 1s");
    told("a wait in vain", run.code, 1, &run.out, &["progress", "finished", "ended"]);

    let run = ks(&doomed(), &format!("{DOOMED} --timeout 1s"));
    told("an apply that fails", run.code, 1, &run.out, &["progress", "finished", "ended", "requests"]);
    assert!(run.out.contains("\"outcome\":\"timedOut\"") && run.out.contains("\"outcome\":\"skipped\""), "{}", run.out);
    let run = ks(&doomed(), &format!("{DOOMED} --wait=false"));
    told("an apply that does not wait", run.code, 0, &run.out, &["finished", "ended", "requests"]);
    assert!(run.out.contains("\"outcome\":\"notAwaited\"") && !run.out.contains("\"notAwaited\":0,"), "{}", run.out);
    let run = ks(&doomed(), &format!("{DOOMED} --deadline 5s"));
    told("an apply whose time is up", run.code, 1, &run.out, &["overdue", "ended"]);
    let run = ks(&occupied(), "apply --yes -f cc.yaml --lock-timeout 1s");
    told("an apply that another runner keeps out", run.code, 11, &run.out, &["planned", "locked"]);
    let unserved = "apiVersion: demo.example/v1\nkind: Foo\nmetadata: { name: foo, namespace: default }\n";
    let run = ks(&doomed().with("mine/demo/echo/foo.yaml", unserved), DOOMED);
    told("an apply of a kind that nobody serves", run.code, 8, &run.out, &[]);

    let (code, out) = at_line(&doomed(), DOOMED, waits_for_service, |child, _| {
        let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(kill.unwrap().success());
    });
    told("an interrupted apply", Some(code), 130, &out, &["interrupted", "ended"]);
    let (code, out) = at_line(&doomed(), DOOMED, waits_for_service, |_, sandbox| take_the_lease(sandbox));
    told("an apply that loses its lease", Some(code), 12, &out, &["leaseLost", "ended"]);

    // Writes are tried again where the sandbox has faults, which no option asks for; a test of the reader has these.
    seen.insert("retried".to_owned());
    let choices = schema["oneOf"].as_array().unwrap();
    let all: BTreeSet<String> =
        choices.iter().map(|it| it["properties"]["event"]["const"].as_str().unwrap().to_owned()).collect();
    assert_eq!(seen, all);
}

/// Puts somebody else into the lease.
fn take_the_lease(sandbox: &Path) {
    let lease = json!({ "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": { "name": "ks", "namespace": "kubesphere-system" },
        "spec": { "holderIdentity": "somebody", "leaseDurationSeconds": 30, "leaseTransitions": 1,
            "acquireTime": "2999-01-31T11:58:00.000000Z", "renewTime": "2999-01-31T12:00:00.000000Z" } });
    Sandbox::open(sandbox).unwrap().update_as("somebody", &Manifest::parse(lease).unwrap()).unwrap();
}

#[test]
fn a_rollback_fits_the_schema_too() {
    let room = Room::new().with("cc.yaml", EXTERNAL);
    assert_eq!(ks(&room, "apply --yes -f cc.yaml").code, Some(0));
    let run = ks(&room, "rollback 1 --yes");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(events(&schema(), &run.out), ["planned", "requests"]);
}
