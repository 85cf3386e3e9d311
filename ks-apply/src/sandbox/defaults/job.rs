//! Jobs and CronJobs.

use serde_json::Value;

use super::fields::{absent, at, mapping};
use super::{Filling, pod};
use crate::sandbox::object;

/// Completes a Job: without a selector of its own, its pods carry its UID.
pub(super) fn fill(filling: &mut Filling<'_>) {
    at(filling.object, "/spec", fill_spec);
    mapping(filling.object, &["status"]);
    if filling.object["spec"]["manualSelector"] == Value::Bool(true) {
        return;
    }
    if let Some(live) = filling.live {
        absent(filling.object, &["spec", "selector"], live["spec"]["selector"].clone());
        for (key, value) in live["spec"]["template"]["metadata"]["labels"].as_object().into_iter().flatten() {
            absent(filling.object, &["spec", "template", "metadata", "labels", key], value.clone());
        }
        return;
    }
    let (uid, name) = (filling.state.next_uid(), object::text(filling.object, "/metadata/name").to_owned());
    let labels = ["batch.kubernetes.io/controller-uid", "controller-uid"].map(|key| (key, &uid));
    let names = ["batch.kubernetes.io/job-name", "job-name"].map(|key| (key, &name));
    for (key, value) in labels.into_iter().chain(names) {
        absent(filling.object, &["spec", "template", "metadata", "labels", key], value.as_str());
    }
    if filling.object["metadata"].get("labels").is_none() {
        filling.object["metadata"]["labels"] = filling.object["spec"]["template"]["metadata"]["labels"].clone();
    }
    absent(filling.object, &["spec", "selector", "matchLabels", "batch.kubernetes.io/controller-uid"], uid);
}

/// Completes a CronJob.
pub(super) fn fill_cron(filling: &mut Filling<'_>) {
    at(filling.object, "/spec", |spec| {
        absent(spec, &["concurrencyPolicy"], "Allow");
        absent(spec, &["suspend"], false);
        absent(spec, &["successfulJobsHistoryLimit"], 3);
        absent(spec, &["failedJobsHistoryLimit"], 1);
        mapping(spec, &["jobTemplate", "metadata"]);
        at(spec, "/jobTemplate/spec/template", pod::fill_template);
    });
    mapping(filling.object, &["status"]);
}

fn fill_spec(spec: &mut Value) {
    absent(spec, &["completions"], 1);
    absent(spec, &["parallelism"], 1);
    absent(spec, &["backoffLimit"], 6);
    absent(spec, &["completionMode"], "NonIndexed");
    absent(spec, &["suspend"], false);
    absent(spec, &["manualSelector"], false);
    absent(spec, &["podReplacementPolicy"], "TerminatingOrFailed");
    at(spec, "/template", pod::fill_template);
}
