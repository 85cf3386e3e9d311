//! Pods and pod templates.

use serde_json::Value;

use super::fields::{absent, at, each, mapping, omit_empty};
use super::{Filling, container, quantity};
use crate::sandbox::object;

/// Sources of a volume that have a mode for the files that they make.
const WITH_MODE: [&str; 4] = ["secret", "configMap", "downwardAPI", "projected"];
/// Fields of a pod's spec that say nothing when empty.
const OPTIONAL: [&str; 14] = [
    "hostAliases",
    "hostIPC",
    "hostNetwork",
    "hostPID",
    "hostname",
    "imagePullSecrets",
    "initContainers",
    "nodeName",
    "nodeSelector",
    "priorityClassName",
    "serviceAccountName",
    "tolerations",
    "topologySpreadConstraints",
    "volumes",
];

/// Completes a pod.
pub(super) fn fill(filling: &mut Filling<'_>) {
    at(filling.object, "/spec", |spec| {
        fill_spec(spec);
        absent(spec, &["enableServiceLinks"], true);
        absent(spec, &["serviceAccountName"], "default");
        let account = spec["serviceAccountName"].clone();
        absent(spec, &["serviceAccount"], account);
        absent(spec, &["preemptionPolicy"], "PreemptLowerPriority");
        absent(spec, &["priority"], 0);
    });
    absent(filling.object, &["status", "phase"], "Pending");
    absent(filling.object, &["status", "qosClass"], "BestEffort");
}

/// Completes the template of a workload.
pub(super) fn fill_template(template: &mut Value) {
    mapping(template, &["metadata"]);
    at(template, "/metadata", |metadata| omit_empty(metadata, &["labels", "annotations", "creationTimestamp"]));
    at(template, "/spec", fill_spec);
}

fn fill_spec(spec: &mut Value) {
    omit_empty(spec, &OPTIONAL);
    absent(spec, &["restartPolicy"], "Always");
    absent(spec, &["dnsPolicy"], "ClusterFirst");
    absent(spec, &["terminationGracePeriodSeconds"], 30);
    absent(spec, &["schedulerName"], "default-scheduler");
    mapping(spec, &["securityContext"]);
    if let Some(account) = spec.get("serviceAccountName").cloned() {
        object::mapping_mut(spec, &[]).insert("serviceAccount".into(), account);
    }
    for containers in ["/initContainers", "/containers"] {
        each(spec, containers, container::fill);
    }
    each(spec, "/volumes", fill_volume);
}

fn fill_volume(volume: &mut Value) {
    if volume.as_object().is_some_and(|volume| volume.len() == 1) {
        mapping(volume, &["emptyDir"]);
    }
    for source in WITH_MODE {
        at(volume, &format!("/{source}"), |source| absent(source, &["defaultMode"], 420));
    }
    at(volume, "/hostPath", |path| absent(path, &["type"], ""));
    at(volume, "/emptyDir/sizeLimit", quantity::canonicalize_one);
    at(volume, "/persistentVolumeClaim", |claim| omit_empty(claim, &["readOnly"]));
    each(volume, "/downwardAPI/items", container::fill_source);
    each(volume, "/projected/sources", |source| {
        at(source, "/serviceAccountToken", |token| absent(token, &["expirationSeconds"], 3600));
        each(source, "/downwardAPI/items", container::fill_source);
    });
}
