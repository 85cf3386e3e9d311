//! Readiness: a pure function of live objects, one small file per family of kinds.
//!
//! An object without a status yet is never ready. `observedGeneration` is honoured wherever a kind has it, as
//! <https://kubernetes.io/docs/concepts/overview/working-with-objects/> asks of whoever reads a status.

pub(crate) mod condition;
mod core;
mod definition;
mod expression;
mod operated;
mod policy;
mod rules;
mod workload;

use std::fmt;

pub use self::core::waits_for_first_use;
pub(crate) use self::expression::fault as expression_fault;
pub use self::rules::{KindRule, Rules};
use ks_model::{GroupKind, ObjectRef, at};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How far an object is on its way to being ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "camelCase")]
#[non_exhaustive]
pub enum Readiness {
    /// It does what it is there for.
    Ready,
    /// Not yet.
    Waiting {
        /// What is missing, in words: `1 of 2 pods are available`.
        on: String,
    },
    /// It will not get there by itself.
    Failed {
        /// Why, in words.
        because: String,
    },
}

impl Readiness {
    /// Whether it is ready.
    pub fn is_ready(&self) -> bool {
        *self == Self::Ready
    }

    pub(crate) fn waiting(on: impl Into<String>) -> Self {
        Self::Waiting { on: on.into() }
    }
}

impl fmt::Display for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready => f.write_str("ready"),
            Self::Waiting { on } => f.write_str(on),
            Self::Failed { because } => write!(f, "failed: {because}"),
        }
    }
}

/// Whether objects of a kind take time to become ready. All others are ready once they are written.
pub fn is_awaited(kind: &GroupKind) -> bool {
    rule(kind).is_some()
}

/// The object on whose state the readiness of `object` rests besides its own, if any.
pub fn companion(object: &ObjectRef) -> Option<ObjectRef> {
    operated::stateful_set(object)
}

/// Judges a live object, with its [`companion`] where it has one. An absent object is not ready.
///
/// # Example
/// ```
/// use ks_plan::readiness::readiness;
/// let deployment = serde_json::json!({
///     "apiVersion": "apps/v1", "kind": "Deployment",
///     "metadata": { "name": "grafana", "generation": 2 }, "spec": { "replicas": 1 },
///     "status": { "observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1 },
/// });
/// assert_eq!(readiness(Some(&deployment), None).to_string(), "its controller has not seen the change");
/// ```
pub fn readiness(object: Option<&Value>, companion: Option<&Value>) -> Readiness {
    let Some(object) = object else { return Readiness::waiting("it does not exist yet") };
    if at(object, "/metadata/deletionTimestamp").is_some() {
        return Readiness::waiting("it is being deleted");
    }
    rule(&kind_of(object)).map_or(Readiness::Ready, |rule| rule(object, companion))
}

/// Judges one of several numbered pods, with the claim that it is to have.
pub fn replica(pod: Option<&Value>, claim: Option<Option<&Value>>) -> Readiness {
    match claim.map_or(Readiness::Ready, |it| readiness(it, None)) {
        Readiness::Ready => readiness(pod, None),
        Readiness::Waiting { on } => Readiness::Waiting { on: format!("its claim: {on}") },
        Readiness::Failed { because } => Readiness::Failed { because: format!("its claim: {because}") },
    }
}

type Rule = fn(&Value, Option<&Value>) -> Readiness;

fn rule(kind: &GroupKind) -> Option<Rule> {
    Some(match (kind.group.as_str(), kind.kind.as_str()) {
        ("apps", "Deployment") => |it, _| workload::deployment(it),
        ("apps", "DaemonSet") => |it, _| workload::daemon_set(it),
        ("apps", "StatefulSet") => |it, _| workload::stateful_set(it),
        ("apps", "ReplicaSet") | ("", "ReplicationController") => |it, _| workload::replica_set(it),
        ("policy", "PodDisruptionBudget") => |it, _| policy::budget(it),
        ("batch", "Job") => |it, _| workload::job(it),
        ("", "Pod") => |it, _| workload::pod(it),
        ("", "Namespace") => |it, _| core::namespace(it),
        ("", "PersistentVolumeClaim") => |it, _| core::claim(it),
        ("", "Service") => |it, _| core::service(it),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => |it, _| definition::definition(it),
        ("apiregistration.k8s.io", "APIService") => |it, _| definition::api_service(it),
        ("monitoring.coreos.com", "Prometheus" | "Alertmanager" | "ThanosRuler") => operated::operated,
        _ => return None,
    })
}

fn kind_of(object: &Value) -> GroupKind {
    let text = |field: &str| object.get(field).and_then(Value::as_str).unwrap_or_default();
    let group = text("apiVersion").split_once('/').map_or("", |(group, _)| group);
    GroupKind::new(group, text("kind"))
}

/// The number at a pointer, or `default` where it is absent.
fn number(object: &Value, pointer: &str, default: i64) -> i64 {
    at(object, pointer).and_then(Value::as_i64).unwrap_or(default)
}

/// Says so when the controller has not looked at the current generation.
fn not_observed(object: &Value) -> Option<Readiness> {
    let generation = number(object, "/metadata/generation", 0);
    let observed = number(object, "/status/observedGeneration", -1);
    (observed < generation).then(|| {
        Readiness::waiting(if observed < 0 { "it has no status yet" } else { "its controller has not seen the change" })
    })
}

#[cfg(test)]
mod tests;
