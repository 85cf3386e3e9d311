use std::collections::{BTreeMap, BTreeSet};

use ks_model::Bundle;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::fixture::{bundle, component, config_map, deployment, graph_of, object, requiring};

const RBAC: &str = "rbac.authorization.k8s.io/v1";

#[test]
fn a_circle_names_its_edges_and_their_reasons() {
    let a = requiring(bundle("a", [config_map("n/a")]), &["b"]);
    let b = requiring(bundle("b", [config_map("n/b")]), &["a"]);
    let bystander = requiring(bundle("c", [config_map("n/c")]), &["a"]);
    let error = DependencyGraph::build(&[a, b, bystander]).unwrap_err();
    insta::assert_snapshot!(error, @r"
    order the objects: they wait for each other in a circle
      component a -> ConfigMap n/a (is the sum of its objects)
      ConfigMap n/a -> component b (its component requires it)
      component b -> ConfigMap n/b (is the sum of its objects)
      ConfigMap n/b -> component a (its component requires it)
    ");
}

#[test]
fn an_object_that_names_itself_is_no_circle() {
    let graph = graph_of([object("apps/v1", "StatefulSet", "a/db", json!({ "spec": { "serviceName": "db" } }))]);
    assert_eq!(graph.objects().count(), 1);
}

#[test]
fn without_edges_objects_are_sorted_by_identity() {
    let graph = graph_of([config_map("b/a"), config_map("a/b"), deployment("a/a", json!({})), config_map("a/a")]);
    let order: Vec<String> = graph.objects().map(ToString::to_string).collect();
    assert_eq!(order, ["ConfigMap a/a", "ConfigMap a/b", "ConfigMap b/a", "Deployment.apps a/a"]);
}

#[test]
fn doomed_objects_without_a_component_are_in_the_graph_all_the_same() {
    let (map, namespace) = (config_map("a/c"), crate::fixture::namespace("a"));
    let graph = DependencyGraph::of_live([(&map, None), (&namespace, None)], []).unwrap();
    assert_eq!(graph.objects().map(ToString::to_string).collect::<Vec<_>>(), ["Namespace a", "ConfigMap a/c"]);
    assert_eq!(graph.nodes().count(), 2);
}

#[test]
fn the_needs_of_a_node_are_all_its_edges_and_no_others() {
    let graph = graph_of([config_map("a/c"), config_map("b/c"), crate::fixture::namespace("a")]);
    for node in graph.nodes() {
        let all: Vec<_> = graph.edges().filter(|edge| edge.dependent == node).collect();
        assert_eq!(graph.needs(node).collect::<Vec<_>>(), all, "{node}");
    }
}

/// Bundles with objects of many kinds whose names, drawn from a few, hit each other often. Component `c<n>` may require
/// or follow only components of lower numbers, and pods may name only objects that name nothing, so there is no circle.
pub(crate) fn bundles() -> impl Strategy<Value = Vec<Bundle>> {
    proptest::collection::vec((0..9_u8, 0..3_u8, 0..4_u8, 0..5_usize, 0..4_u8), 1..24)
        .prop_flat_map(|objects| {
            let orders = proptest::collection::vec((0..5_usize, 0..5_usize, any::<bool>()), 0..6);
            (Just(objects), orders)
        })
        .prop_map(|(objects, orders)| assemble(&objects, &orders))
}

fn assemble(objects: &[(u8, u8, u8, usize, u8)], orders: &[(usize, usize, bool)]) -> Vec<Bundle> {
    let mut seen = BTreeSet::new();
    let mut bundles: Vec<Bundle> = (0..5).map(|it| bundle(&format!("c{it}"), [])).collect();
    for (kind, namespace, name, owner, other) in objects {
        let manifest = random(*kind, *namespace, *name, *other);
        if seen.insert(manifest.object().clone()) {
            // Kinds that others wait for stand in lower components, so that no order of components turns against them.
            let owner = (*owner).min(usize::from(kind / 2));
            let owner = if *kind >= 6 { owner.max(3) } else { owner.min(2) };
            let wanted = ks_model::DesiredObject::new(manifest, "demo/f.yaml", BTreeSet::new());
            bundles[if *kind == 0 { 0 } else { owner }].objects.push(wanted);
        }
    }
    for (one, other, is_required) in orders {
        // Objects of the components 0 to 2 may name each other in any direction, so only later ones state an order.
        let (low, high) = ((*one).min(*other), (*one).max(*other));
        if low < high && high >= 3 {
            let order = if *is_required { &mut bundles[high].requires } else { &mut bundles[high].after };
            order.insert(component(&format!("c{low}")));
        }
    }
    bundles
}

fn random(kind: u8, namespace: u8, name: u8, other: u8) -> Manifest {
    let place = format!("n{namespace}/o{name}");
    let other = format!("o{other}");
    let pod = json!({ "serviceAccountName": other, "volumes": [
        { "name": "a", "configMap": { "name": other } }, { "name": "b", "persistentVolumeClaim": { "claimName": "o1" } },
    ] });
    match kind {
        0 => crate::fixture::namespace(&format!("n{namespace}")),
        1 => config_map(&place),
        2 => object("v1", "ServiceAccount", &place, json!({})),
        3 => object(
            RBAC,
            "ClusterRole",
            &format!("o{name}"),
            json!({ "rules": [
            { "apiGroups": ["example.org"], "resources": ["*"], "verbs": ["*"] }] }),
        ),
        4 => object(
            RBAC,
            "ClusterRoleBinding",
            &format!("o{name}"),
            json!({
            "roleRef": { "kind": "ClusterRole", "name": other },
            "subjects": [{ "kind": "ServiceAccount", "namespace": format!("n{namespace}"), "name": other }] }),
        ),
        5 => crate::fixture::definition("Thing", "things"),
        6 => deployment(&place, pod),
        7 => object("v1", "PersistentVolumeClaim", &place, json!({})),
        _ => object("example.org/v1", "Thing", &place, json!({})),
    }
}

proptest! {
    #[test]
    fn the_order_respects_every_edge(bundles in bundles()) {
        let graph = DependencyGraph::build(&bundles).unwrap();
        let place: BTreeMap<&Node, usize> = graph.nodes().enumerate().map(|(place, node)| (node, place)).collect();
        for edge in graph.edges() {
            prop_assert!(place[&edge.on] < place[&edge.dependent], "{} after {}", edge.on, edge.dependent);
        }
        prop_assert_eq!(graph.objects().count(), bundles.iter().map(|it| it.objects.len()).sum::<usize>());
    }

    #[test]
    fn the_same_input_in_any_order_gives_the_same_graph(bundles in bundles(), seed in any::<u64>()) {
        let mut shuffled = bundles.clone();
        let turn = |length: usize| if length == 0 { 0 } else { usize::try_from(seed % 97).unwrap() % length };
        for bundle in &mut shuffled {
            let length = bundle.objects.len();
            bundle.objects.rotate_left(turn(length));
            bundle.objects.reverse();
        }
        shuffled.rotate_left(turn(bundles.len()));
        prop_assert_eq!(DependencyGraph::build(&bundles).unwrap(), DependencyGraph::build(&shuffled).unwrap());
    }
}
