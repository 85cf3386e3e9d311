use ks_model::{GroupKind, ObjectRef};
use serde::Deserialize;
use serde_json::{Value, json};

use super::*;

#[derive(Deserialize)]
struct Case {
    is: String,
    #[serde(default)]
    owner: Option<String>,
    status: Value,
}

fn shown(trouble: Option<Trouble>) -> String {
    let Some(Trouble { container, class, course, reason, message, log, .. }) = trouble else { return "nothing".into() };
    let container = container.map(|it| format!(" in {it}")).unwrap_or_default();
    let log = log.map_or("no log".to_owned(), |it| format!("{it:?} log"));
    format!("{course:?} {class:?} {reason}{container}, {log}; {message}")
}

#[test]
fn every_status_of_a_pod_is_told_as_the_case_says() {
    let cases: Vec<Case> = crate::yaml::document("pods.yaml", include_str!("cases/pods.yaml")).unwrap();
    for case in cases {
        let owner = case.owner.unwrap_or_else(|| "ReplicaSet".into());
        let metadata = json!({ "name": "p", "namespace": "ns", "ownerReferences": [{ "kind": owner }] });
        let pod = json!({ "metadata": metadata, "status": case.status });
        assert_eq!(shown(of_pod(&pod)), case.is, "{}", case.status);
        let mut going = pod.clone();
        going["metadata"]["deletionTimestamp"] = "now".into();
        assert_eq!(of_pod(&going), None, "a pod that goes is nobody's trouble");
    }
}

fn deployment() -> Value {
    json!({ "kind": "Deployment", "metadata": { "name": "d", "namespace": "ns", "uid": "D" } })
}

/// A pod of the Deployment with a template, made at a second, whose container waits for a reason.
fn pod(hash: &str, made: u32, waiting: &str) -> Value {
    json!({
        "metadata": { "name": format!("d-{hash}-{made}"), "namespace": "ns", "labels": { "pod-template-hash": hash },
            "creationTimestamp": format!("2026-01-01T00:00:{made:02}Z"),
            "ownerReferences": [{ "kind": "ReplicaSet", "name": format!("d-{hash}"), "uid": hash, "controller": true }] },
        "status": { "phase": "Pending", "containerStatuses": [
            { "name": "c", "ready": false, "state": { "waiting": { "reason": waiting } } }] },
    })
}

fn running(mut pod: Value) -> Value {
    pod["status"]["containerStatuses"][0]["state"] = json!({ "running": {} });
    pod["status"]["containerStatuses"][0]["lastState"] = json!({ "terminated": { "exitCode": 1 } });
    pod
}

fn word(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Well => "well".into(),
        Verdict::Troubled { until: Some(until), .. } => format!("until {until}"),
        Verdict::Troubled { until: None, .. } => "resting".into(),
        Verdict::Stuck { lasted, .. } => format!("stuck after {lasted}"),
    }
}

#[test]
fn what_may_pass_gets_its_grace_and_what_does_not_is_only_seen_again() {
    let mut patience = Patience::new(60_000);
    let mut at = |reason: &str, now: u64| word(&patience.judge(&deployment(), &[pod("a", 1, reason)], now));
    assert_eq!(at("ErrImagePull", 1_000), "until 61000");
    assert_eq!(at("ImagePullBackOff", 30_000), "until 61000", "one fault under two names");
    assert_eq!(at("ContainerCreating", 40_000), "well");
    assert_eq!(at("ImagePullBackOff", 50_000), "until 110000", "it was over in between");
    assert_eq!(at("ImagePullBackOff", 110_000), "stuck after 60000");
    assert_eq!(at("InvalidImageName", 111_000), "until 115000");
    assert_eq!(at("InvalidImageName", 115_000), "stuck after 4000");
}

#[test]
fn a_container_that_runs_between_two_crashes_is_not_forgotten_and_ends_no_wait() {
    let mut patience = Patience::new(10_000);
    let mut at = |pod: Value, now: u64| word(&patience.judge(&deployment(), &[pod], now));
    assert_eq!(at(pod("a", 1, "CrashLoopBackOff"), 0), "until 10000");
    assert_eq!(at(running(pod("a", 1, "")), 9_000), "resting");
    assert_eq!(at(running(pod("a", 1, "")), 12_000), "resting");
    assert_eq!(at(pod("a", 1, "CrashLoopBackOff"), 13_000), "stuck after 13000");
}

#[test]
fn without_a_grace_nothing_is_put_up_with() {
    let mut patience = Patience::new(0);
    assert_eq!(word(&patience.judge(&deployment(), &[pod("a", 1, "ImagePullBackOff")], 5)), "stuck after 0");
    assert_eq!(word(&Patience::new(0).judge(&deployment(), &[pod("a", 1, "InvalidImageName")], 5)), "stuck after 0");
}

#[test]
fn what_was_not_changed_is_looked_at_for_longer() {
    let mut patience = Patience::new(60_000).with_second_look();
    let pods = [pod("a", 1, "CreateContainerConfigError")];
    assert_eq!(word(&patience.judge(&deployment(), &pods, 0)), "until 30000");
}

#[test]
fn only_pods_of_the_newest_template_tell_about_a_deployment() {
    let others = json!({ "metadata": { "name": "x", "ownerReferences": [
        { "kind": "ReplicaSet", "name": "other-a", "controller": true }], "labels": { "pod-template-hash": "a" } } });
    let pods = [pod("a", 1, "InvalidImageName"), pod("b", 2, "ContainerCreating"), others];
    let mine: Vec<&str> =
        of_workload(&deployment(), &pods).iter().filter_map(|it| it["metadata"]["name"].as_str()).collect();
    assert_eq!(mine, ["d-b-2"]);
    assert_eq!(Patience::new(0).judge(&deployment(), &pods, 0), Verdict::Well);
}

#[test]
fn pods_of_an_earlier_generation_tell_nothing() {
    let at = |observed: i64| {
        let mut deployment = deployment();
        deployment["apiVersion"] = "apps/v1".into();
        deployment["metadata"]["generation"] = 2.into();
        deployment["status"] = json!({ "observedGeneration": observed });
        word(&Patience::new(0).judge(&deployment, &[pod("a", 1, "InvalidImageName")], 0))
    };
    assert_eq!((at(1).as_str(), at(2).as_str()), ("well", "stuck after 0"));
}

#[test]
fn a_stateful_set_waits_for_its_old_pods_too() {
    let set = json!({ "kind": "StatefulSet", "metadata": { "name": "s", "uid": "S" } });
    let member = |name: &str, uid: &str| {
        json!({ "metadata": { "name": name, "ownerReferences": [
        { "kind": "StatefulSet", "name": "s", "uid": uid, "controller": true }] } })
    };
    let pods = [member("s-0", "S"), member("s-1", "S"), member("s-0", "of an earlier set")];
    assert_eq!(of_workload(&set, &pods).len(), 2);
}

#[test]
fn what_keeps_pods_from_being_made_counts_too() {
    let mut refused = deployment();
    refused["status"] = json!({ "conditions": [{ "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate",
        "message": "exceeded quota" }] });
    let Verdict::Troubled { trouble, until: Some(10) } = Patience::new(10).judge(&refused, &[], 0) else { panic!() };
    assert_eq!((trouble.pod, trouble.reason.as_str()), (None, "FailedCreate"));
    let claim = json!({ "kind": "PersistentVolumeClaim", "status": { "phase": "Pending" } });
    assert_eq!(of_workload_itself(&claim).unwrap().class, Class::Claim);
}

#[test]
fn selectors_are_written_as_kubectl_takes_them() {
    let deployment = json!({ "kind": "Deployment", "spec": { "selector": { "matchLabels": { "app": "d" }, "matchExpressions": [
        { "key": "tier", "operator": "In", "values": ["a", "b"] }, { "key": "old", "operator": "DoesNotExist" },
        { "key": "x", "operator": "Exists" }, { "key": "y", "operator": "NotIn", "values": ["z"] }] } } });
    assert_eq!(selector(&deployment).unwrap(), "app=d,tier in (a,b),!old,x,y notin (z)");
    let controller = json!({ "kind": "ReplicationController", "spec": { "selector": { "app": "r" } } });
    assert_eq!(selector(&controller).unwrap(), "app=r");
    assert_eq!(selector(&json!({ "kind": "Deployment", "spec": { "selector": {} } })), None, "not all pods there are");
}

#[test]
fn warnings_are_told_once_and_the_latest_first() {
    let event = |kind: &str, reason: &str, at: &str, count: i64| json!({ "type": kind, "reason": reason, "message": "m", "lastTimestamp": at, "count": count });
    let events = [
        event("Normal", "Scheduled", "9", 1),
        event("Warning", "FailedMount", "2", 7),
        event("Warning", "BackOff", "3", 1),
        event("Warning", "FailedMount", "1", 2),
    ];
    assert_eq!(warnings(&events), ["BackOff: m", "FailedMount: m (7 times)"]);
    let many: Vec<Value> = (0..9).map(|it| event("Warning", &format!("R{it}"), "1", 1)).collect();
    assert_eq!(warnings(&many).len(), 5);
}

#[test]
fn a_late_pod_is_named_with_the_container_that_is_not_ready() {
    let pod = json!({ "metadata": { "name": "p", "namespace": "ns" }, "status": { "phase": "Running",
        "conditions": [{ "type": "Ready", "status": "False", "message": "containers with unready status: [c]" }],
        "containerStatuses": [{ "name": "b", "ready": true, "state": { "running": {} } },
            { "name": "c", "ready": false, "state": { "running": {} } }] } });
    let trouble = slow(&pod).unwrap();
    assert_eq!(
        shown(Some(trouble.clone())),
        "Passing Slow NotReady in c, Current log; containers with unready status: [c]"
    );
    let object = ObjectRef::namespaced(GroupKind::new("apps", "Deployment"), "ns", "d");
    let mut cause = Cause::new(object, "0 of 1 pods is available".into(), trouble, 0);
    cause.log = vec!["password is hunter2".into()];
    cause.rewrite(|it| it.replace("hunter2", "***"));
    assert_eq!(cause.log, ["password is ***"]);
    assert_eq!(
        cause.to_string(),
        "Pod ns/p, container c: NotReady: containers with unready status: [c] (0 of 1 pods is available)"
    );
    assert_eq!(cause.advice, "look closer: kubectl describe pod -n ns p");
}
