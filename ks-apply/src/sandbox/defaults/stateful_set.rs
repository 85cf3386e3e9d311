//! StatefulSets.

use serde_json::Value;

use super::fields::{absent, at, each};
use super::{Filling, claim, pod};

/// Completes a StatefulSet.
pub(super) fn fill(filling: &mut Filling<'_>) {
    let minor = filling.state.version().minor;
    at(filling.object, "/spec", |spec| {
        absent(spec, &["replicas"], 1);
        absent(spec, &["revisionHistoryLimit"], 10);
        absent(spec, &["podManagementPolicy"], "OrderedReady");
        absent(spec, &["updateStrategy", "type"], "RollingUpdate");
        if spec["updateStrategy"]["type"] == "RollingUpdate" {
            absent(spec, &["updateStrategy", "rollingUpdate", "partition"], 0);
        }
        if minor >= 27 {
            absent(spec, &["persistentVolumeClaimRetentionPolicy", "whenDeleted"], "Retain");
            absent(spec, &["persistentVolumeClaimRetentionPolicy", "whenScaled"], "Retain");
        }
        at(spec, "/template", pod::fill_template);
        each(spec, "/volumeClaimTemplates", fill_claim_template);
    });
    absent(filling.object, &["status", "replicas"], 0);
    absent(filling.object, &["status", "availableReplicas"], 0);
}

fn fill_claim_template(template: &mut Value) {
    absent(template, &["apiVersion"], "v1");
    absent(template, &["kind"], "PersistentVolumeClaim");
    at(template, "/spec", claim::fill_spec);
    absent(template, &["status", "phase"], "Pending");
}
