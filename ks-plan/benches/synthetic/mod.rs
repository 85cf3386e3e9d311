//! Wanted states of any size, and clusters that already are as wanted.

#![expect(clippy::unwrap_used, reason = "made for measuring")]

use std::collections::{BTreeMap, BTreeSet};

use ks_model::config::{ClusterConfiguration, Source};
use ks_model::{Bundle, DesiredObject, Facts, Manifest};
use ks_plan::structured::{ApplyRequest, apply};
use ks_plan::{Catalogue, Desired, FIELD_MANAGER, Inventory, LiveState, Observation, compile};
use serde_json::{Value, json};

/// How many objects one component has.
const MEMBERS: usize = 25;

/// What the program ships, compiled for the example configuration with alerting on.
pub fn real() -> Vec<Bundle> {
    let text = include_str!("../../../manifests/examples/cluster-configuration.yaml");
    let text = text.replacen("alerting:\n    enabled: false", "alerting:\n    enabled: true", 1);
    let config = ClusterConfiguration::parse(&Source::new("cc.yaml", &text)).unwrap().config;
    compile(&Catalogue::embedded().unwrap(), &config, &Facts::default()).unwrap().bundles
}

/// `count` objects in components that each follow the one before.
pub fn bundles(count: usize) -> Vec<Bundle> {
    let components = count.div_ceil(MEMBERS);
    let members =
        |at: usize| (at * MEMBERS..((at + 1) * MEMBERS).min(count)).map(move |it| wanted(object(at, it % MEMBERS)));
    let mut bundles: Vec<Bundle> =
        (0..components).map(|at| Bundle::new(format!("c{at}").parse().unwrap(), members(at).collect())).collect();
    for at in 1..components {
        let before = bundles[at - 1].component.clone();
        let order = if at % 2 == 0 { &mut bundles[at].requires } else { &mut bundles[at].after };
        order.insert(before);
    }
    bundles
}

fn wanted(value: Value) -> DesiredObject {
    DesiredObject::new(Manifest::parse(value).unwrap(), "synthetic/objects.yaml", BTreeSet::new())
}

/// The object of a component with its number: workloads with what they name, rights, and rules that an operator reads.
fn object(component: usize, number: usize) -> Value {
    let (namespace, name) = (format!("n{component}"), format!("o{}", number / 5));
    let place = json!({ "namespace": namespace, "name": name, "labels": { "app": name } });
    match number {
        0 => return json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace } }),
        1 => return role(component),
        2 => return binding(component, &namespace),
        _ => {}
    }
    match number % 5 {
        0 => json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": place, "data": { "a": "b".repeat(400) } }),
        1 => json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": place }),
        2 => json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": place, "spec": {
            "replicas": 2, "selector": { "matchLabels": { "app": name } },
            "template": { "metadata": { "labels": { "app": name } }, "spec": {
                "serviceAccountName": name, "volumes": [{ "name": "c", "configMap": { "name": name } }],
                "containers": (0..3).map(container).collect::<Vec<_>>(),
            } },
        } }),
        3 => json!({ "apiVersion": "v1", "kind": "Service", "metadata": place, "spec": {
            "selector": { "app": name }, "ports": [{ "name": "http", "port": 80, "targetPort": "http" }] } }),
        _ => json!({ "apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": place,
            "spec": { "groups": (0..5).map(rule_group).collect::<Vec<_>>() } }),
    }
}

fn role(component: usize) -> Value {
    json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": { "name": format!("c{component}") },
            "rules": [{ "apiGroups": ["example.org"], "resources": ["*"], "verbs": ["*"] }] })
}

fn binding(component: usize, namespace: &str) -> Value {
    json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
            "metadata": { "name": format!("c{component}") },
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": format!("c{component}") },
            "subjects": [{ "kind": "ServiceAccount", "namespace": namespace, "name": "o1" }] })
}

fn container(number: usize) -> Value {
    json!({ "name": format!("c{number}"), "image": "registry.example.org/group/image:v1.2.3",
            "args": ["--flag=one", "--other=two"], "ports": [{ "name": format!("p{number}"), "containerPort": 8000 + number }],
            "resources": { "requests": { "cpu": "100m", "memory": "100Mi" }, "limits": { "cpu": "1", "memory": "1Gi" } } })
}

fn rule_group(number: usize) -> Value {
    let rule = |it: usize| json!({ "alert": format!("A{it}"), "expr": "sum(rate(requests_total[5m])) by (code) > 1", "for": "5m" });
    json!({ "name": format!("g{number}"), "rules": (0..4).map(rule).collect::<Vec<_>>() })
}

pub fn desired(bundles: Vec<Bundle>) -> Desired {
    Desired::new(bundles, Vec::new(), BTreeMap::new(), Inventory::default()).unwrap()
}

/// A cluster in which everything stands as ks has applied it.
pub fn settled(desired: &Desired) -> LiveState {
    let mut live = LiveState::default();
    let inventory = desired.inventory_manifest(&desired.contents()).unwrap();
    for manifest in desired.manifests().chain([&inventory]) {
        let applied = manifest.value();
        let request = ApplyRequest { live: None, applied, manager: FIELD_MANAGER, force: false, time: None };
        let object = apply(request, desired.type_of(manifest)).unwrap();
        live.observe(manifest.object().clone(), Observation::Present(object));
    }
    live
}
