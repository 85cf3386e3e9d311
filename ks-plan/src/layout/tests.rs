use insta::assert_snapshot;
use ks_model::{Bundle, GroupKind, Manifest};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::fixture::{
    ancestors, bundle, config_map, core, definition, deployment, drawn_steps, namespace, object, requiring,
};
use crate::graph::tests::bundles;
use crate::steps::Step;

fn graph(bundles: &[Bundle]) -> DependencyGraph {
    DependencyGraph::build(bundles).unwrap()
}

fn nothing() -> DependencyGraph {
    graph(&[])
}

/// Work that writes these objects, and waits for those of them that take time.
fn writing<'a>(objects: impl IntoIterator<Item = &'a ObjectRef>) -> Work {
    let written: BTreeSet<ObjectRef> = objects.into_iter().cloned().collect();
    let awaited = written.iter().filter(|it| crate::readiness::is_awaited(&it.kind)).cloned().collect();
    Work { written, awaited, ..Work::default() }
}

#[test]
fn the_inventory_comes_after_its_namespace_and_before_all_else() {
    let graph = graph(&[bundle("demo", [config_map("a/c"), namespace("a"), namespace("home")])]);
    let mut work = writing(graph.objects());
    work.grows = Some(core("Namespace", "home"));
    assert_snapshot!(drawn_steps(&lay_out(&graph, &nothing(), &work)), @r"
    0 apply Namespace home
    1 wait for Namespace home < 0
    2 write the inventory < 0
    3 apply Namespace a < 2
    4 wait for Namespace a < 3
    5 apply ConfigMap a/c < 2 3
    6 component demo is present < 0 3 5
    7 component demo is ready < 1 4 5 6
    ");
}

#[test]
fn what_the_namespace_of_the_inventory_needs_comes_before_the_inventory_too() {
    let graph = graph(&[
        requiring(bundle("namespaces", [namespace("home")]), &["policy"]),
        bundle("policy", [config_map("kube-system/policy")]),
        bundle("demo", [config_map("kube-system/other")]),
    ]);
    let mut work = writing(graph.objects());
    work.grows = Some(core("Namespace", "home"));
    assert_snapshot!(drawn_steps(&lay_out(&graph, &nothing(), &work)), @r"
    0 apply ConfigMap kube-system/policy
    1 component policy is present < 0
    2 component policy is ready < 0 1
    3 apply Namespace home < 2
    4 wait for Namespace home < 3
    5 write the inventory < 3
    6 apply ConfigMap kube-system/other < 5
    7 component demo is present < 6
    8 component demo is ready < 6 7
    9 component namespaces is present < 3
    10 component namespaces is ready < 4 9
    ");
}

#[test]
fn an_inventory_in_a_namespace_that_stays_waits_for_nothing() {
    let graph = graph(&[bundle("demo", [config_map("a/c"), namespace("a"), namespace("home")])]);
    let mut work = writing(graph.objects().filter(|it| it.name != "home"));
    work.grows = Some(core("Namespace", "home"));
    let steps = lay_out(&graph, &nothing(), &work);
    assert_eq!(steps.get(StepId(0)).map(|it| (&it.task, it.needs.len())), Some((&Task::GrowInventory, 0)));
}

#[test]
fn a_replaced_object_is_deleted_and_gone_before_it_is_written_again() {
    let graph = graph(&[bundle("demo", [config_map("a/c"), config_map("a/d")])]);
    let mut work = writing(graph.objects());
    work.replaced = [core("ConfigMap", "a/c")].into();
    work.leaving = [core("ConfigMap", "a/d")].into();
    assert_snapshot!(drawn_steps(&lay_out(&graph, &nothing(), &work)), @r"
    0 delete ConfigMap a/c
    1 wait until ConfigMap a/c is gone < 0
    2 apply ConfigMap a/c < 1
    3 wait until ConfigMap a/d is gone
    4 apply ConfigMap a/d < 3
    5 component demo is present < 2 4
    6 component demo is ready < 2 4 5
    ");
}

#[test]
fn order_holds_along_a_path_whose_middle_stays_as_it_is() {
    let graph = graph(&[
        bundle("low", [deployment("a/low", json!({}))]),
        requiring(bundle("middle", [config_map("a/middle")]), &["low"]),
        requiring(bundle("high", [config_map("a/high")]), &["middle"]),
    ]);
    let work = writing(graph.objects().filter(|it| it.name != "middle"));
    assert_snapshot!(drawn_steps(&lay_out(&graph, &nothing(), &work)), @r"
    0 apply Deployment.apps a/low
    1 wait for Deployment.apps a/low < 0
    2 component low is present < 0
    3 component low is ready < 1 2
    4 apply ConfigMap a/high < 3
    5 component high is present < 4
    6 component high is ready < 4 5
    ");
}

#[test]
fn an_unchanged_object_is_awaited_only_after_what_it_names_is_written() {
    let pod = json!({ "volumes": [{ "name": "c", "configMap": { "name": "c" } }] });
    let graph = graph(&[bundle("demo", [deployment("a/web", pod), config_map("a/c")])]);
    let mut work = writing(&[core("ConfigMap", "a/c")]);
    work.awaited = [ObjectRef::namespaced(GroupKind::new("apps", "Deployment"), "a", "web")].into();
    assert_snapshot!(drawn_steps(&lay_out(&graph, &nothing(), &work)), @r"
    0 apply ConfigMap a/c
    1 wait for Deployment.apps a/web < 0
    2 component demo is present < 0
    3 component demo is ready < 0 1 2
    ");
}

fn doomed(bundles: &[Bundle]) -> DependencyGraph {
    graph(bundles)
}

#[test]
fn deletes_go_against_the_graph_and_the_inventory_shrinks_last() {
    let thing = object("example.org/v1", "Thing", "a/t", json!({}));
    let deleted = doomed(&[
        requiring(bundle("user", [thing, config_map("a/u")]), &["base"]),
        bundle("base", [namespace("a"), definition("Thing", "things")]),
    ]);
    let wanted = graph(&[bundle("other", [config_map("b/c")])]);
    let work = Work { shrinks: true, ..writing(wanted.objects()) };
    assert_snapshot!(drawn_steps(&lay_out(&wanted, &deleted, &work)), @r"
    0 apply ConfigMap b/c
    1 component other is present < 0
    2 component other is ready < 0 1
    3 everything is written < 0
    4 delete Thing.example.org a/t < 3
    5 wait until Thing.example.org a/t is gone < 4
    6 delete ConfigMap a/u < 3
    7 wait until ConfigMap a/u is gone < 6
    8 component user is absent < 5 7
    9 delete CustomResourceDefinition.apiextensions.k8s.io things.example.org < 3 5 8
    10 wait until CustomResourceDefinition.apiextensions.k8s.io things.example.org is gone < 9
    11 delete Namespace a < 3 5 7 8
    12 wait until Namespace a is gone < 11
    13 write the inventory < 3 5 7 10 12
    ");
}

#[test]
fn deleting_a_component_that_many_require_takes_few_needs() {
    let many = |prefix: &str| (0..50).map(|it| config_map(&format!("a/{prefix}{it}"))).collect::<Vec<Manifest>>();
    let deleted = doomed(&[requiring(bundle("user", many("u")), &["base"]), bundle("base", many("b"))]);
    let steps = lay_out(&nothing(), &deleted, &Work::default());
    let needs: usize = steps.iter().map(|it| it.needs.len()).sum();
    assert!(needs < 4 * steps.len(), "{needs} needs of {} steps", steps.len());
}

#[test]
fn no_work_is_no_step() {
    let graph = graph(&[bundle("demo", [config_map("a/c"), namespace("a"), deployment("a/d", json!({}))])]);
    assert!(lay_out(&graph, &nothing(), &Work::default()).is_empty());
}

/// Some of the objects are written, some only awaited, some replaced; `choices` decides.
fn some_work(graph: &DependencyGraph, choices: &[u8], grows: bool) -> Work {
    let mut work = Work::default();
    for (object, choice) in graph.objects().zip(choices.iter().cycle()) {
        let is_awaited = crate::readiness::is_awaited(&object.kind);
        if *choice % 2 == 0 {
            work.written.insert(object.clone());
        }
        if is_awaited && (choice % 2 == 0 || choice % 3 == 0) {
            work.awaited.insert(object.clone());
        }
        if choice % 4 == 0 {
            work.replaced.insert(object.clone());
        }
    }
    work.grows = grows.then(|| core("Namespace", "n0"));
    work
}

/// A state of a node, in the graph of states: a node is ready no sooner than present.
type State<'a> = (&'a Node, Until);

/// Every state with the states that it waits for, directly or not: the meaning of the graph, worked out on its own.
fn closures(graph: &DependencyGraph) -> BTreeMap<State<'_>, BTreeSet<State<'_>>> {
    let mut all: BTreeMap<State<'_>, BTreeSet<State<'_>>> = BTreeMap::new();
    for node in graph.nodes() {
        for before in [Until::Present, Until::Ready] {
            let mut waits = BTreeSet::new();
            if before == Until::Ready {
                waits.insert((node, Until::Present));
            }
            waits.extend(graph.needs(node).filter(|it| it.before == before).map(|it| (it.on, it.until)));
            let further: Vec<State<'_>> = waits.iter().flat_map(|it| all.get(it)).flatten().copied().collect();
            waits.extend(further);
            all.insert((node, before), waits);
        }
    }
    all
}

fn step_of(steps: &StepGraph, state: State<'_>) -> Option<StepId> {
    let is = |it: &&Step| match (&it.task, state) {
        (Task::Write(object), (Node::Object(node), Until::Present))
        | (Task::AwaitReady(object), (Node::Object(node), Until::Ready)) => object == node,
        (Task::Reach(component, until), (Node::Component(node), wanted)) => component == node && *until == wanted,
        _ => false,
    };
    steps.iter().find(is).map(|it| it.id)
}

proptest! {
    #[test]
    fn every_step_stands_after_its_needs(bundles in bundles(), choices in proptest::collection::vec(any::<u8>(), 1..20)) {
        let graph = graph(&bundles);
        let steps = lay_out(&graph, &graph, &some_work(&graph, &choices, true));
        for step in steps.iter() {
            prop_assert!(step.needs.iter().all(|need| *need < step.id));
        }
        let tasks: BTreeSet<&Task> = steps.iter().map(|it| &it.task).filter(|it| !matches!(it, Task::Delete(_) | Task::AwaitAbsent(_))).collect();
        let all = steps.iter().filter(|it| !matches!(it.task, Task::Delete(_) | Task::AwaitAbsent(_))).count();
        prop_assert_eq!(tasks.len(), all, "a task stands twice");
    }

    #[test]
    fn steps_respect_every_path_of_the_graph(
        bundles in bundles(),
        choices in proptest::collection::vec(any::<u8>(), 1..20),
        grows in any::<bool>(),
    ) {
        let graph = graph(&bundles);
        let work = some_work(&graph, &choices, grows);
        let steps = lay_out(&graph, &nothing(), &work);
        let before = ancestors(&steps);
        for (state, waits) in closures(&graph) {
            let Some(step) = step_of(&steps, state) else { continue };
            for wait in waits {
                if let Some(earlier) = step_of(&steps, wait) {
                    prop_assert!(before[&step].contains(&earlier), "{state:?} does not come after {wait:?}");
                }
            }
        }
    }

    #[test]
    fn ready_is_awaited_where_it_is_needed(bundles in bundles(), choices in proptest::collection::vec(any::<u8>(), 1..20)) {
        let graph = graph(&bundles);
        let work = some_work(&graph, &choices, false);
        let steps = lay_out(&graph, &nothing(), &work);
        let before = ancestors(&steps);
        for edge in graph.edges().filter(|edge| edge.until == Until::Ready) {
            let (Node::Object(on), Some(step)) = (edge.on, step_of(&steps, (edge.dependent, edge.before))) else { continue };
            if work.awaited.contains(on) {
                let ready = step_of(&steps, (edge.on, Until::Ready)).unwrap();
                prop_assert!(before[&step].contains(&ready), "{} does not await {}", edge.dependent, edge.on);
            }
        }
    }

    #[test]
    fn the_inventory_grows_before_every_write_but_what_its_namespace_needs(
        bundles in bundles(),
        choices in proptest::collection::vec(any::<u8>(), 1..20),
    ) {
        let graph = graph(&bundles);
        let mut work = some_work(&graph, &choices, true);
        work.shrinks = true;
        let steps = lay_out(&graph, &nothing(), &work);
        let before = ancestors(&steps);
        let grow = steps.iter().find(|it| it.task == Task::GrowInventory).unwrap().id;
        let home = graph.place(&core("Namespace", "n0")).map(|it| closure(&graph, it)).unwrap_or_default();
        for step in steps.iter().filter(|it| it.task.is_write() && it.id != grow) {
            let is_first = step.task.object().and_then(|it| graph.place(it)).is_some_and(|it| home.contains(&it));
            prop_assert!(before[&step.id].contains(&grow) || is_first, "{}", step.task);
        }
        let last = steps.iter().last().unwrap();
        prop_assert_eq!(&last.task, &Task::ShrinkInventory);
        prop_assert!(steps.iter().filter(|it| it.task.is_write() && it.id != last.id).all(|it| before[&last.id].contains(&it.id)));
    }

    #[test]
    fn a_delete_comes_after_all_writes_and_after_its_dependents_are_gone(bundles in bundles(), wanted in bundles()) {
        let (deleted, wanted) = (graph(&bundles), graph(&wanted));
        let steps = lay_out(&wanted, &deleted, &writing(wanted.objects()));
        let before = ancestors(&steps);
        let writes: BTreeSet<StepId> = steps.iter().filter(|it| matches!(it.task, Task::Write(_))).map(|it| it.id).collect();
        let delete = |object: &ObjectRef| steps.iter().find(|it| it.task == Task::Delete(object.clone())).unwrap().id;
        let absent = |object: &ObjectRef| steps.iter().find(|it| it.task == Task::AwaitAbsent(object.clone())).unwrap().id;
        for object in deleted.objects() {
            prop_assert!(writes.is_subset(&before[&delete(object)]));
        }
        for (state, waits) in closures(&deleted) {
            let Node::Object(dependent) = state.0 else { continue };
            for on in waits.iter().filter_map(|(node, _)| if let Node::Object(on) = node { Some(on) } else { None }) {
                let is_after = on == dependent || before[&delete(on)].contains(&absent(dependent));
                prop_assert!(is_after, "{on} goes before {dependent} is gone");
            }
        }
    }
}
