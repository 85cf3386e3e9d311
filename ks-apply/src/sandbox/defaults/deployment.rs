//! Deployments, and the ReplicaSets that they own.

use super::fields::{absent, at, mapping};
use super::{Filling, pod};

/// Completes a Deployment.
pub(super) fn fill(filling: &mut Filling<'_>) {
    at(filling.object, "/spec", |spec| {
        absent(spec, &["replicas"], 1);
        absent(spec, &["revisionHistoryLimit"], 10);
        absent(spec, &["progressDeadlineSeconds"], 600);
        absent(spec, &["strategy", "type"], "RollingUpdate");
        if spec["strategy"]["type"] == "RollingUpdate" {
            absent(spec, &["strategy", "rollingUpdate", "maxSurge"], "25%");
            absent(spec, &["strategy", "rollingUpdate", "maxUnavailable"], "25%");
        }
        at(spec, "/template", pod::fill_template);
    });
    mapping(filling.object, &["status"]);
}

/// Completes a ReplicaSet.
pub(super) fn fill_replica_set(filling: &mut Filling<'_>) {
    at(filling.object, "/spec", |spec| {
        absent(spec, &["replicas"], 1);
        at(spec, "/template", pod::fill_template);
    });
    absent(filling.object, &["status", "replicas"], 0);
}
