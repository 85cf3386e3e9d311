//! Workloads: what makes pods.

use serde_json::Value;

use super::{Readiness, condition, not_observed, number};

/// A Deployment is ready when all its replicas are of the current template and available, and no old one is left.
pub fn deployment(object: &Value) -> Readiness {
    if let Some(waiting) = not_observed(object) {
        return waiting;
    }
    let stuck = condition::find(object, "Progressing").filter(|it| condition::is(it, "False"));
    if let Some(stuck) = stuck.filter(|it| it.get("reason").and_then(Value::as_str) == Some("ProgressDeadlineExceeded"))
    {
        return Readiness::Failed { because: condition::words(stuck) };
    }
    let wanted = number(object, "/spec/replicas", 1);
    let status = |field: &str| number(object, &format!("/status/{field}"), 0);
    first_short([(status("updatedReplicas"), wanted, "updated"), (status("availableReplicas"), wanted, "available")])
        .or_else(|| (status("replicas") > wanted).then(|| Readiness::waiting("old pods are still there")))
        .map(|waiting| with_pause(object, waiting))
        .unwrap_or(Readiness::Ready)
}

/// A Deployment that is paused makes no new pods; it waits for whoever paused it.
fn with_pause(object: &Value, waiting: Readiness) -> Readiness {
    match waiting {
        Readiness::Waiting { on } if object.pointer("/spec/paused") == Some(&Value::Bool(true)) => {
            Readiness::waiting(format!("{on}, and it is paused"))
        }
        other => other,
    }
}

/// A ReplicaSet, or a ReplicationController, is ready when all its pods are available and none is too many.
pub fn replica_set(object: &Value) -> Readiness {
    if let Some(waiting) = not_observed(object) {
        return waiting;
    }
    if let Some(refused) = condition::find(object, "ReplicaFailure").filter(|it| condition::is(it, "True")) {
        return Readiness::waiting(condition::words(refused));
    }
    let wanted = number(object, "/spec/replicas", 1);
    let status = |field: &str| number(object, &format!("/status/{field}"), 0);
    first_short([
        (status("fullyLabeledReplicas"), wanted, "labelled"),
        (status("readyReplicas"), wanted, "ready"),
        (status("availableReplicas"), wanted, "available"),
    ])
    .or_else(|| {
        (status("replicas") > wanted).then(|| Readiness::waiting("pods beyond the wanted number are still there"))
    })
    .unwrap_or(Readiness::Ready)
}

/// A DaemonSet is ready when each node that should have a pod has an available one of the current template.
pub fn daemon_set(object: &Value) -> Readiness {
    if let Some(waiting) = not_observed(object) {
        return waiting;
    }
    let status = |field: &str| number(object, &format!("/status/{field}"), 0);
    if object.pointer("/status/desiredNumberScheduled").is_none() {
        return Readiness::waiting("its pods are not counted yet");
    }
    let wanted = status("desiredNumberScheduled");
    let rolls = text(object, "/spec/updateStrategy/type") != Some("OnDelete");
    first_short([
        (if rolls { status("updatedNumberScheduled") } else { wanted }, wanted, "updated"),
        (status("numberAvailable"), wanted, "available"),
    ])
    .unwrap_or(Readiness::Ready)
}

/// A StatefulSet is ready when its replicas are ready and, as far as its update strategy rolls them, updated.
pub fn stateful_set(object: &Value) -> Readiness {
    if let Some(waiting) = not_observed(object) {
        return waiting;
    }
    let wanted = number(object, "/spec/replicas", 1);
    let status = |field: &str| number(object, &format!("/status/{field}"), 0);
    let partition = number(object, "/spec/updateStrategy/rollingUpdate/partition", 0);
    let rolls = text(object, "/spec/updateStrategy/type") != Some("OnDelete");
    let revision = |field: &str| text(object, &format!("/status/{field}")).unwrap_or_default();
    let all_updated = revision("updateRevision") == revision("currentRevision");
    let updated = if !rolls || all_updated { wanted } else { status("updatedReplicas") };
    first_short([
        (status("replicas"), wanted, "created"),
        (updated, (wanted - partition).max(0), "updated"),
        (status("readyReplicas"), wanted, "ready"),
        // Only pods that have to stay ready for some time are ready before they are available.
        (if must_last(object) { status("availableReplicas") } else { wanted }, wanted, "available"),
    ])
    .or_else(|| {
        (status("replicas") > wanted).then(|| Readiness::waiting("pods beyond the wanted number are still there"))
    })
    .unwrap_or(Readiness::Ready)
}

fn must_last(object: &Value) -> bool {
    number(object, "/spec/minReadySeconds", 0) > 0
}

/// A Job is ready when it is complete. `FailureTarget` says that it will fail once its pods have ended.
pub fn job(object: &Value) -> Readiness {
    let holds = |kind: &str| condition::find(object, kind).filter(|it| condition::is(it, "True"));
    if let Some(failed) = holds("Failed").or_else(|| holds("FailureTarget")) {
        return Readiness::Failed { because: condition::words(failed) };
    }
    if holds("Complete").is_some() {
        return Readiness::Ready;
    }
    if holds("Suspended").is_some() || object.pointer("/spec/suspend") == Some(&Value::Bool(true)) {
        return Readiness::waiting("it is suspended");
    }
    let count = |field: &str| number(object, &format!("/status/{field}"), 0);
    match (object.pointer("/status/startTime"), count("failed")) {
        (None, _) => Readiness::waiting("it has not started yet"),
        (Some(_), 0) => Readiness::waiting("it is running"),
        (Some(_), failed) => Readiness::waiting(format!("it is running, and {failed} of its pods failed")),
    }
}

/// A Pod is ready when it says so, or when it ended well.
pub fn pod(object: &Value) -> Readiness {
    match text(object, "/status/phase") {
        Some("Succeeded") => return Readiness::Ready,
        Some("Failed") => {
            let text = |pointer: &str| text(object, pointer).filter(|it| !it.is_empty());
            let words = text("/status/message").or_else(|| text("/status/reason")).unwrap_or("it ended with an error");
            return Readiness::Failed { because: words.to_owned() };
        }
        _ => {}
    }
    match condition::find(object, "Ready") {
        Some(ready) if condition::is(ready, "True") => Readiness::Ready,
        Some(ready) => Readiness::waiting(condition::words(ready)),
        None => Readiness::waiting("it has no status yet"),
    }
}

/// Says which of several counts is the first that falls short of what is wanted.
fn first_short<const N: usize>(counts: [(i64, i64, &str); N]) -> Option<Readiness> {
    let short = counts.into_iter().find(|(have, wanted, _)| have < wanted)?;
    let (have, wanted, what) = short;
    Some(Readiness::waiting(format!("{have} of {wanted} pods {} {what}", if wanted == 1 { "is" } else { "are" })))
}

fn text<'a>(object: &'a Value, pointer: &str) -> Option<&'a str> {
    object.pointer(pointer).and_then(Value::as_str)
}
