//! Several runs of `ks apply` at one cluster: one writes at a time, whatever becomes of the others.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ks_tests::control_plane::{AuditEvent, ControlPlane, Options};
use serde_json::{Value, json};

use crate::room::{Room, errors};

const LEASE: &str = "/apis/coordination.k8s.io/v1/namespaces/kubesphere-system/leases/ks";
const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn one_runner_writes_at_a_time_whatever_becomes_of_the_others() {
    let Some(cluster) = ControlPlane::start_or_skip(Options { nodes: 3, controllers: true, operator: false }) else {
        return;
    };
    let cluster = Arc::new(cluster);
    let room = Room::new(&cluster);

    lease_taken_away(&cluster, &room);
    holder_killed(&cluster, &room);
    let operator = cluster.start_operator_when_defined();
    two_at_once(&cluster, &room);
    operator.join().unwrap();

    let lease = cluster.get(LEASE).unwrap().unwrap();
    assert_eq!(lease["spec"].get("holderIdentity"), None, "the lease is released: {lease}");
    let plan = room.ks(&["plan", "-f", "cc.yaml", "--detailed-exitcode"]).output().unwrap();
    assert_eq!(plan.status.code(), Some(0), "{}", String::from_utf8_lossy(&plan.stdout));
}

/// Somebody writes another holder into the lease of a running apply: it stops, and says why.
fn lease_taken_away(cluster: &ControlPlane, room: &Room<'_>) {
    let mut apply = begun(room.ks(&["apply", "--yes", "-f", "cc.yaml"]));
    await_line(&mut apply, "created  Deployment");
    // Without the operator the apply comes to a point where it only waits.
    std::thread::sleep(Duration::from_secs(10));
    let patch = json!({ "spec": { "holderIdentity": "intruder" } });
    cluster.merge_as("somebody", LEASE, &patch.to_string()).unwrap();
    let taken = writes(cluster, "ks-admin").len();
    let run = ended(apply);
    assert_eq!(run.status.code(), Some(12), "{}", errors(&run));
    assert!(errors(&run).contains("the lease: intruder took it"), "{}", errors(&run));
    let after = writes(cluster, "ks-admin").split_off(taken);
    assert!(after.is_empty(), "written by a runner without a lease: {after:#?}");
    assert_eq!(holder(cluster).as_deref(), Some("intruder"), "the lease of another is left alone");
}

/// A runner waits for the intruder, who never renews; then it is killed, and the next one waits for its lease to end.
fn holder_killed(cluster: &ControlPlane, room: &Room<'_>) {
    lose_something(cluster);
    let began = Instant::now();
    let mut apply = begun(room.ks(&["apply", "--yes", "-f", "cc.yaml", "--lock-timeout", "2m"]));
    await_holder(cluster, |it| it.is_some_and(|it| it != "intruder"));
    assert!(began.elapsed() > Duration::from_secs(15), "taken over after {:?}", began.elapsed());
    let killed = holder(cluster).unwrap();
    assert!(killed.contains(&format!("_{}_", apply.id())), "{killed} does not name the process {}", apply.id());
    kill(&apply);
    apply.wait().unwrap();
    lose_something(cluster);
    let before = writes(cluster, "ks-admin").len();
    let run = room.ks(&["apply", "--yes", "-f", "cc.yaml"]).output().unwrap();
    assert_eq!(run.status.code(), Some(11), "{}", errors(&run));
    assert!(errors(&run).contains(&format!("another runner is at work: {killed} holds Lease")), "{}", errors(&run));
    assert!(errors(&run).contains("--lock-timeout"), "{}", errors(&run));
    assert_eq!(writes(cluster, "ks-admin").len(), before, "a refused runner wrote");
}

/// Two runners of two users wait for a third, who lets go: one of them writes, and the other finds nothing to do.
fn two_at_once(cluster: &ControlPlane, room: &Room<'_>) {
    let other = room.kubeconfig(&json!({ "token": "prometheus-operator-token" }));
    lose_something(cluster);
    let before = writes(cluster, "ks-admin").len();
    let third = json!({ "holderIdentity": "third", "leaseDurationSeconds": 3600 });
    cluster.merge_as("somebody", LEASE, &json!({ "spec": third }).to_string()).unwrap();
    let apply = ["apply", "--yes", "-f", "cc.yaml", "--lock-timeout", "4m", "--timeout", "4m"];
    let mut runners = [begun(room.ks(&apply)), begun(room.ks_as(&other, &apply))];
    for runner in &mut runners {
        await_line(runner, "third, which holds the lease");
    }
    cluster.merge_as("somebody", LEASE, &json!({ "spec": { "holderIdentity": null } }).to_string()).unwrap();
    for runner in runners {
        let run = ended(runner);
        assert!(run.status.success(), "{}", errors(&run));
    }
    let written = [writes(cluster, "ks-admin").split_off(before), writes(cluster, "prometheus-operator")];
    let wrote = written.iter().filter(|it| !it.is_empty()).count();
    assert_eq!(wrote, 1, "{wrote} of two runners wrote: {written:#?}");
}

/// Somebody deletes an object, so that there is something to write.
fn lose_something(cluster: &ControlPlane) {
    cluster.delete("/apis/apps/v1/namespaces/kubesphere-monitoring-system/deployments/kube-state-metrics").unwrap();
}

/// What `ks` wrote as a user, the lease left out.
fn writes(cluster: &ControlPlane, user: &str) -> Vec<AuditEvent> {
    let is_ours = |it: &AuditEvent| it.user == user && it.field_manager.as_deref() == Some("ks");
    let is_work = |it: &AuditEvent| it.is_write() && it.resource.as_deref() != Some("leases");
    cluster.audit_events().unwrap().into_iter().filter(|it| is_ours(it) && is_work(it)).collect()
}

fn holder(cluster: &ControlPlane) -> Option<String> {
    let lease = cluster.get(LEASE).unwrap()?;
    lease["spec"]["holderIdentity"].as_str().map(str::to_owned)
}

fn await_holder(cluster: &ControlPlane, is_it: impl Fn(Option<&str>) -> bool) {
    let is_it = |it: &Value| is_it(it["spec"]["holderIdentity"].as_str());
    cluster.wait_for(LEASE, PATIENCE, is_it).unwrap();
}

fn begun(mut command: Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Reads what a run tells up to a line; the rest is left to be read.
fn await_line(child: &mut Child, text: &str) {
    let mut reader = BufReader::with_capacity(1, child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains(text) {
        line.clear();
        assert!(reader.read_line(&mut line).unwrap() > 0, "it ended without {text}");
    }
    child.stderr = Some(reader.into_inner());
}

fn ended(child: Child) -> Output {
    child.wait_with_output().unwrap()
}

fn kill(child: &Child) {
    let status = Command::new("kill").args(["-KILL", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}
