//! DaemonSets.

use super::fields::{absent, at};
use super::{Filling, pod};
use crate::sandbox::object;

/// The annotation that still carries the number of templates that there were.
const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

/// Completes a DaemonSet.
pub(super) fn fill(filling: &mut Filling<'_>) {
    at(filling.object, "/spec", |spec| {
        absent(spec, &["revisionHistoryLimit"], 10);
        absent(spec, &["updateStrategy", "type"], "RollingUpdate");
        if spec["updateStrategy"]["type"] == "RollingUpdate" {
            absent(spec, &["updateStrategy", "rollingUpdate", "maxUnavailable"], 1);
            absent(spec, &["updateStrategy", "rollingUpdate", "maxSurge"], 0);
        }
        at(spec, "/template", pod::fill_template);
    });
    for count in ["currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady"] {
        absent(filling.object, &["status", count], 0);
    }
    count_templates(filling);
}

fn count_templates(filling: &mut Filling<'_>) {
    let counted = |live: &serde_json::Value| {
        live["metadata"]["annotations"][TEMPLATE_GENERATION].as_str().and_then(|it| it.parse::<u64>().ok()).unwrap_or(1)
    };
    let generation = match filling.live {
        None => 1,
        Some(live) => counted(live) + u64::from(live["spec"]["template"] != filling.object["spec"]["template"]),
    };
    let annotations = object::mapping_mut(filling.object, &["metadata", "annotations"]);
    annotations.insert(TEMPLATE_GENERATION.into(), generation.to_string().into());
}
