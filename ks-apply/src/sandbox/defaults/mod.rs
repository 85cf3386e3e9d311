//! What an API server fills in when an object of a built-in kind leaves it open; one small file per kind.

pub(super) mod claim;
mod container;
mod daemon_set;
mod definition;
mod deployment;
mod fields;
mod job;
mod namespace;
mod pod;
pub(super) mod quantity;
mod rbac;
mod secret;
mod service;
mod stateful_set;
mod storage_class;
mod webhook;

use serde_json::Value;

use super::object;
use super::state::State;

/// One write, as far as defaults depend on it.
struct Filling<'a> {
    /// The object to complete.
    object: &'a mut Value,
    /// The object before the write.
    live: Option<&'a Value>,
    /// The cluster, for addresses that are free and classes that are default.
    state: &'a State,
}

/// Fills in the defaults of the object's kind; a kind without defaults stays as it is.
pub(super) fn fill(object: &mut Value, live: Option<&Value>, state: &State) {
    let kind = object::reference(object).kind;
    let rule: fn(&mut Filling<'_>) = match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Namespace") => namespace::fill,
        ("", "PersistentVolumeClaim") => claim::fill,
        ("", "Pod") => pod::fill,
        ("", "Secret") => secret::fill,
        ("", "Service") => service::fill,
        ("admissionregistration.k8s.io", _) => webhook::fill,
        ("apiextensions.k8s.io", _) => definition::fill,
        ("apps", "DaemonSet") => daemon_set::fill,
        ("apps", "Deployment") => deployment::fill,
        ("apps", "ReplicaSet") => deployment::fill_replica_set,
        ("apps", "StatefulSet") => stateful_set::fill,
        ("batch", "Job") => job::fill,
        ("batch", "CronJob") => job::fill_cron,
        ("policy", "PodDisruptionBudget") => fill_budget,
        ("rbac.authorization.k8s.io", _) => rbac::fill,
        ("storage.k8s.io", "StorageClass") => storage_class::fill,
        _ => return,
    };
    rule(&mut Filling { object, live, state });
}

fn fill_budget(filling: &mut Filling<'_>) {
    for count in ["currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods"] {
        fields::absent(filling.object, &["status", count], 0);
    }
}
