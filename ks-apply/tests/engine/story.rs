//! What the tests want of a cluster, and the way from there to a finished apply.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ks_apply::sandbox::{Sandbox, SandboxOptions};
use ks_apply::{ApplyEvent, ApplyMode, ApplyOptions, Cluster, Outcome, Survey, Tally, observe, survey};
use ks_model::{Bundle, DesiredObject, Manifest};
use ks_plan::{Desired, Inventory, Plan, StepId};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use crate::recorder::Recorder;

pub fn manifest(value: Value) -> Manifest {
    Manifest::parse(value).unwrap()
}

pub fn bundle(name: &str, objects: impl IntoIterator<Item = Value>) -> Bundle {
    let object = |it| DesiredObject::new(manifest(it), "demo/objects.yaml", BTreeSet::new());
    Bundle::new(name.parse().unwrap(), objects.into_iter().map(object).collect())
}

pub fn requiring(mut bundle: Bundle, requires: &[&str]) -> Bundle {
    bundle.requires = requires.iter().map(|it| it.parse().unwrap()).collect();
    bundle
}

pub fn desired(bundles: Vec<Bundle>) -> Desired {
    Desired::new(bundles, Vec::new(), BTreeMap::new(), Inventory::new("home", "ks")).unwrap()
}

pub fn namespace(name: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } })
}

pub fn config_map(name: &str, value: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "namespace": "home", "name": name },
            "data": { "value": value } })
}

pub fn deployment(name: &str) -> Value {
    json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "namespace": "home", "name": name },
            "spec": { "selector": { "matchLabels": { "app": name } }, "template": {
                "metadata": { "labels": { "app": name } },
                "spec": { "containers": [{ "name": "c", "image": "example.org/c:1" }] } } } })
}

pub fn definition() -> Value {
    json!({ "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "things.example.org" },
        "spec": { "group": "example.org", "scope": "Namespaced", "names": { "kind": "Thing", "plural": "things" },
            "versions": [{ "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": {
                "type": "object", "properties": { "spec": { "type": "object", "properties": {
                    "size": { "type": "integer", "default": 1 } } } } } } }] } })
}

pub fn thing() -> Value {
    json!({ "apiVersion": "example.org/v1", "kind": "Thing", "metadata": { "namespace": "home", "name": "t" }, "spec": {} })
}

pub fn sandbox() -> Sandbox {
    Sandbox::in_memory(SandboxOptions::instant())
}

pub async fn planned(cluster: &dyn Cluster, desired: &Desired) -> (Survey, Plan) {
    let mut survey = survey(cluster).await.unwrap();
    let live = observe(cluster, &mut survey, desired).await.unwrap();
    let plan = ks_plan::plan(desired, &live, &survey.facts).unwrap();
    (survey, plan)
}

/// A finished apply: its events as text, its count, and the plan that it followed.
pub struct Applied {
    pub plan: Arc<Plan>,
    pub events: Vec<ApplyEvent>,
    pub tally: Tally,
}

impl Applied {
    /// How the step that prints as `task` ended.
    pub fn outcome(&self, task: &str) -> &Outcome {
        let named = |id: &StepId| self.plan.steps.get(*id).unwrap().task.to_string() == task;
        let ends = self.events.iter().filter_map(|it| match it {
            ApplyEvent::StepFinished(id, outcome, _) if named(id) => Some(outcome),
            _ => None,
        });
        let ends: Vec<&Outcome> = ends.collect();
        assert_eq!(ends.len(), 1, "{task} ended {} times", ends.len());
        ends[0]
    }

    /// Each step with how it ended, in the order in which they ended.
    pub fn told(&self) -> String {
        let words = |outcome: &Outcome| match outcome {
            Outcome::Failed(error) => format!("failed: {error}"),
            Outcome::Skipped { because } => {
                format!("skipped, because of: {}", self.plan.steps.get(*because).unwrap().task)
            }
            Outcome::TimedOut { last, .. } => format!("late: {last}"),
            other => format!("{other:?}").to_lowercase(),
        };
        let ends = self.events.iter().filter_map(|it| match it {
            ApplyEvent::StepFinished(id, outcome, _) => {
                Some(format!("{}: {}", self.plan.steps.get(*id).unwrap().task, words(outcome)))
            }
            _ => None,
        });
        ends.collect::<Vec<_>>().join("\n")
    }

    pub fn retries(&self) -> usize {
        self.events.iter().filter(|it| matches!(it, ApplyEvent::Retried(..))).count()
    }
}

pub async fn applied_with(
    cluster: &Recorder,
    desired: &Desired,
    options: ApplyOptions,
    interrupt: watch::Receiver<bool>,
) -> Applied {
    let (survey, plan) = planned(cluster, desired).await;
    assert!(plan.faults.is_empty(), "{:?}", plan.faults);
    let plan = Arc::new(plan);
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let door: Arc<dyn Cluster> = Arc::new(cluster.clone());
    let tally = ks_apply::apply(door, survey.discovery, Arc::clone(&plan), options, interrupt, sender).await;
    let mut events = Vec::new();
    while let Some(event) = receiver.recv().await {
        events.push(event);
    }
    Applied { plan, events, tally }
}

/// Plans and applies; nobody can interrupt.
pub async fn applied(cluster: &Recorder, desired: &Desired) -> Applied {
    applied_with(cluster, desired, ApplyOptions::default(), watch::channel(false).1).await
}

/// Applies an object as somebody else.
pub fn as_other(sandbox: &Sandbox, value: Value) {
    sandbox.apply_as("helm", &manifest(value), ApplyMode { dry_run: false, force: true }).unwrap();
}
