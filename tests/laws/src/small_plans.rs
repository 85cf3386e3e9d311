//! Saved plans of small catalogues, made by the planner itself, as JSON documents.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use ks_model::{Bundle, DesiredObject, Facts, Manifest};
use ks_plan::saved::ConfigurationSource;
use ks_plan::structured::{ApplyRequest, apply, update};
use ks_plan::{Desired, Inventory, LiveState, Observation, SavedPlan, plan};
use serde_json::{Value, json};

static PLANS: OnceLock<Vec<Value>> = OnceLock::new();

/// The plans: everything is made; an empty one; changes, conflicts, secrets and volumes; everything is deleted.
pub fn small_plans() -> &'static [Value] {
    PLANS.get_or_init(|| {
        let (before, after) = (wanted("before", 1), wanted("after", 3));
        let settled = cluster(&before, "ks");
        let plans = [
            (&before, LiveState::default()),
            (&before, settled.clone()),
            (&after, settled.clone()),
            (&after, cluster(&before, "other")),
            (&desired(Vec::new()), settled),
        ];
        plans.into_iter().map(|(desired, live)| document(desired, &live)).collect()
    })
}

fn document(desired: &Desired, live: &LiveState) -> Value {
    let mut facts = Facts::default();
    facts.cluster_uid = Some("c0ffee".into());
    let plan = plan(desired, live, &facts).expect("small objects make a plan");
    let saved = SavedPlan::of(&plan, desired, live, "demo".into(), ConfigurationSource::of("cc.yaml", "spec: {}"));
    serde_json::to_value(saved).expect("a plan is JSON")
}

fn wanted(text: &str, size: u32) -> Desired {
    let thing = json!({ "apiVersion": "example.org/v1", "kind": "Thing", "spec": { "name": text } });
    let objects = [
        ("home", json!({ "apiVersion": "v1", "kind": "Namespace" })),
        ("home/s", json!({ "apiVersion": "v1", "kind": "Secret", "data": { "key": "c2VzYW1l" } })),
        ("home/c", json!({ "apiVersion": "v1", "kind": "ConfigMap", "data": { "a": text, "b": "line\nline\n" } })),
        ("things.example.org", definition()),
        ("home/t", thing),
        ("home/n", numbered(text, size)),
    ];
    desired(objects.into_iter().map(|(place, value)| placed(place, value)).collect())
}

/// Puts a name into an object: `name` or `namespace/name`.
fn placed(place: &str, mut value: Value) -> Manifest {
    value["metadata"] = match place.split_once('/') {
        Some((namespace, name)) => json!({ "namespace": namespace, "name": name }),
        None => json!({ "name": place }),
    };
    Manifest::parse(value).expect("an object")
}

fn definition() -> Value {
    let spec = json!({ "type": "object", "properties": { "name": { "type": "string" } } });
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "spec": {
            "group": "example.org", "scope": "Namespaced", "names": { "kind": "Thing", "plural": "things" },
            "versions": [{ "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema":
                { "type": "object", "properties": { "spec": spec } } } }],
        },
    })
}

/// Pods with volumes.
fn numbered(text: &str, size: u32) -> Value {
    let labels = json!({ "app": "n" });
    let pod = json!({ "containers": [{ "name": "main", "image": format!("demo:{text}") }] });
    let claim = json!({ "metadata": { "name": "data" }, "spec": {
        "accessModes": ["ReadWriteOnce"], "resources": { "requests": { "storage": format!("{size}Gi") } } } });
    json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet",
        "spec": {
            "replicas": 2, "serviceName": "n", "selector": { "matchLabels": labels.clone() },
            "template": { "metadata": { "labels": labels }, "spec": pod }, "volumeClaimTemplates": [claim],
        },
    })
}

fn desired(objects: Vec<Manifest>) -> Desired {
    let file = "demo/small/objects.yaml";
    let objects = objects.into_iter().map(|it| DesiredObject::new(it, file, BTreeSet::new())).collect();
    let bundle = Bundle::new("small".parse().expect("a name"), objects);
    Desired::new(vec![bundle], Vec::new(), BTreeMap::new(), Inventory::new("home", "ks"))
        .expect("objects with an order")
}

/// A cluster in which somebody has written everything: ks by applies, anybody else by edits.
fn cluster(desired: &Desired, manager: &str) -> LiveState {
    let inventory = desired.inventory_manifest(&desired.contents());
    let mut cluster = LiveState::default();
    for manifest in desired.manifests().chain(inventory.iter()) {
        let (applied, ty) = (manifest.value(), desired.type_of(manifest));
        let request = ApplyRequest { live: None, applied, manager, force: false, time: None };
        let mut live = match manager {
            "ks" => apply(request, ty).expect("nothing is there yet"),
            _ => update(None, applied, manager, ty, None),
        };
        live["metadata"]["uid"] = json!(format!("uid of {}", manifest.object()));
        cluster.observe(manifest.object().clone(), Observation::Present(live));
    }
    // The claims of the pods, as their controller made them.
    for number in 0..2 {
        let value = json!({
            "apiVersion": "v1", "kind": "PersistentVolumeClaim",
            "metadata": { "name": format!("data-n-{number}"), "namespace": "home", "uid": format!("claim {number}") },
            "spec": { "resources": { "requests": { "storage": "1Gi" } } }, "status": { "phase": "Bound" },
        });
        let claim = Manifest::parse(value.clone()).expect("a claim");
        cluster.observe(claim.object().clone(), Observation::Present(value));
    }
    cluster
}
