//! Small objects and bundles for the unit tests of this crate, and a graph as text.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::{Bundle, ComponentName, DesiredObject, GroupKind, Manifest, ObjectRef};
use serde_json::{Value, json};

use crate::desired::Desired;
use crate::graph::{DependencyGraph, Node, Until};
use crate::inventory::Inventory;
use crate::live::{LiveState, Observation};
use crate::plan::Plan;
use crate::steps::StepGraph;
use crate::structured::{ApplyRequest, apply, update};

/// The name of a component.
pub fn component(name: &str) -> ComponentName {
    name.parse().unwrap()
}

/// An object from its kind with API version, its place, and the fields beside its identity.
pub fn object(api_version: &str, kind: &str, place: &str, rest: Value) -> Manifest {
    let mut value = json!({ "apiVersion": api_version, "kind": kind, "metadata": {} });
    value["metadata"] = match place.split_once('/') {
        Some((namespace, name)) => json!({ "namespace": namespace, "name": name }),
        None => json!({ "name": place }),
    };
    merge(&mut value, rest);
    Manifest::parse(value).unwrap()
}

/// Lays the members of `over` on top of `base`, at any depth.
pub fn merge(base: &mut Value, over: Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            over.into_iter().for_each(|(key, value)| merge(base.entry(key).or_insert(Value::Null), value));
        }
        (base, over) => *base = over,
    }
}

pub fn namespace(name: &str) -> Manifest {
    object("v1", "Namespace", name, json!({}))
}

pub fn config_map(place: &str) -> Manifest {
    object("v1", "ConfigMap", place, json!({ "data": { "a": "b" } }))
}

pub fn deployment(place: &str, pod: Value) -> Manifest {
    object("apps/v1", "Deployment", place, json!({ "spec": { "template": { "spec": pod } } }))
}

/// The definition of a kind of the group `example.org`, served as `v1`.
pub fn definition(kind: &str, plural: &str) -> Manifest {
    object(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        &format!("{plural}.example.org"),
        json!({ "spec": {
            "group": "example.org", "scope": "Namespaced", "names": { "kind": kind, "plural": plural },
            "versions": [{ "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": {
                "type": "object",
                "properties": { "spec": { "type": "object", "properties": {
                    "size": { "type": "integer", "default": 1 }, "name": { "type": "string" },
                } } },
            } } }],
        } }),
    )
}

/// A component with its objects, all from one file.
pub fn bundle(name: &str, objects: impl IntoIterator<Item = Manifest>) -> Bundle {
    let file = format!("demo/{name}/objects.yaml");
    let objects = objects.into_iter().map(|it| DesiredObject::new(it, &file, BTreeSet::new())).collect();
    Bundle::new(component(name), objects)
}

/// The same bundle behind other components that it requires.
pub fn requiring(mut bundle: Bundle, requires: &[&str]) -> Bundle {
    bundle.requires = requires.iter().map(|it| component(it)).collect();
    bundle
}

/// The graph of objects that are one component.
pub fn graph_of(objects: impl IntoIterator<Item = Manifest>) -> DependencyGraph {
    DependencyGraph::build(&[bundle("demo", objects)]).unwrap()
}

/// The identity of a core object: `Kind name` or `Kind namespace/name`.
pub fn core(kind: &str, place: &str) -> ObjectRef {
    let (namespace, name) = place.split_once('/').map_or((None, place), |(namespace, name)| (Some(namespace), name));
    ObjectRef { kind: GroupKind::new("", kind), namespace: namespace.map(str::to_owned), name: name.to_owned() }
}

/// Prints each object with what it waits for below it; membership in components is left out.
pub fn drawn(graph: &DependencyGraph) -> String {
    let mut lines = Vec::new();
    for object in graph.objects() {
        lines.push(object.to_string());
        for edge in graph.needs(&Node::Object(object.clone())) {
            let because = &edge.because;
            let what = if edge.before == Until::Ready { "to be ready needs" } else { "needs" };
            lines.push(format!("  {what} {} {} ({because})", edge.on, edge.until));
        }
    }
    lines.join("\n")
}

/// Prints each step with the numbers of the steps that it needs.
pub fn drawn_steps(steps: &StepGraph) -> String {
    let needs = |needs: &BTreeSet<_>| needs.iter().map(|it: &crate::StepId| it.0.to_string()).collect::<Vec<_>>();
    steps
        .iter()
        .map(|step| match needs(&step.needs).join(" ") {
            none if none.is_empty() => format!("{} {}", step.id.0, step.task),
            some => format!("{} {} < {some}", step.id.0, step.task),
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// Every step with all steps that come before it for certain.
pub fn ancestors(steps: &StepGraph) -> BTreeMap<crate::StepId, BTreeSet<crate::StepId>> {
    let mut all: BTreeMap<crate::StepId, BTreeSet<crate::StepId>> = BTreeMap::new();
    for step in steps.iter() {
        let mut before = step.needs.clone();
        step.needs.iter().for_each(|need| before.extend(&all[need]));
        all.insert(step.id, before);
    }
    all
}

/// A desired state from bundles, with its inventory in the namespace `home`.
pub fn desired(bundles: Vec<Bundle>) -> Desired {
    Desired::new(bundles, Vec::new(), BTreeMap::new(), Inventory::new("home", "ks")).unwrap()
}

/// A wanted object as it stands in a cluster after ks has applied it.
pub fn applied(desired: &Desired, object: &ObjectRef) -> Value {
    let manifest = &desired.find(object).unwrap().1.manifest;
    applied_as(desired, manifest, "ks")
}

/// An object as it stands in a cluster after somebody has applied it.
pub fn applied_as(desired: &Desired, manifest: &Manifest, manager: &str) -> Value {
    let request = ApplyRequest { live: None, applied: manifest.value(), manager, force: false, time: None };
    let mut live = apply(request, desired.type_of(manifest)).unwrap();
    live["metadata"]["uid"] = Value::from(format!("uid of {}", manifest.object()));
    if manifest.object().kind.is("", "Namespace") {
        live["status"] = json!({ "phase": "Active" });
    }
    live
}

/// The object as somebody has made it without server-side apply.
pub fn updated_as(desired: &Desired, manifest: &Manifest, manager: &str) -> Value {
    let mut live = update(None, manifest.value(), manager, desired.type_of(manifest), None);
    live["metadata"]["uid"] = Value::from(format!("uid of {}", manifest.object()));
    live
}

/// A cluster in which everything that is wanted stands as ks has applied it, the inventory included.
pub fn settled(desired: &Desired) -> LiveState {
    let mut live = LiveState::default();
    for manifest in desired.manifests() {
        live.observe(manifest.object().clone(), Observation::Present(applied(desired, manifest.object())));
    }
    let inventory = desired.inventory_manifest(&desired.contents()).unwrap();
    live.observe(inventory.object().clone(), Observation::Present(applied_as(desired, &inventory, "ks")));
    live
}

/// Prints each change with its fields, and each fault.
pub fn drawn_plan(plan: &Plan) -> String {
    let mut lines = Vec::new();
    for change in &plan.changes {
        let (risk, verified) = (change.risk, change.verified);
        lines.push(format!("{} {} ({risk}, verified {verified:?})", change.action.symbol(), change.object));
        lines.extend(change.immutable.iter().map(|it| format!("    immutable {it}")));
        for field in &change.fields {
            let show = |value: &Option<Value>| value.as_ref().map_or("none".to_owned(), ToString::to_string);
            lines.push(format!("    {}: {} -> {}", field.path, show(&field.before), show(&field.after)));
        }
        lines.extend(change.conflicts.iter().map(|it| format!("    conflict {} of {}", it.field, it.owner)));
    }
    lines.extend(plan.faults.iter().map(|it| format!("! {}: {}", it.object, it.refusal.message)));
    lines.join("\n")
}
