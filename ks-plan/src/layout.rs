//! Lays out the steps of a plan: writes along the graph, then deletes against theirs.

mod volumes;

use std::collections::{BTreeMap, BTreeSet};

use ks_model::{ComponentName, ObjectRef};

use crate::graph::{DependencyGraph, Node, Place, Until, Wait};
use crate::steps::{StepGraph, StepId, Task, Work};

/// Makes the steps of `work`: writes along `graph`, then deletes against `deleted`.
pub(crate) fn lay_out(graph: &DependencyGraph, deleted: &DependencyGraph, work: &Work) -> StepGraph {
    let mut steps = if work.leaves_all() { StepGraph::default() } else { lay_out_writes(graph, work) };
    lay_out_deletes(&mut steps, deleted, work);
    steps
}

fn lay_out_writes(graph: &DependencyGraph, work: &Work) -> StepGraph {
    let mut reached = Vec::new();
    reached.resize_with(graph.len(), Reached::default);
    let mut writes = Writes { graph, work, steps: StepGraph::default(), reached, inventory: None };
    // The inventory comes before everything else, except its own namespace with whatever that one needs.
    let home = work.grows.as_ref().filter(|home| work.written.contains(home));
    let first = home.and_then(|home| graph.place(home)).map(|home| closure(graph, home)).unwrap_or_default();
    graph.order().filter(|it| first.contains(it)).for_each(|it| writes.node(it));
    writes.inventory();
    graph.order().filter(|it| !first.contains(it)).for_each(|it| writes.node(it));
    writes.steps
}

/// A node with everything that it depends on, directly or not.
fn closure(graph: &DependencyGraph, node: Place) -> BTreeSet<Place> {
    let mut found = BTreeSet::new();
    let mut next = vec![node];
    while let Some(node) = next.pop() {
        if found.insert(node) {
            next.extend(graph.waits(node).iter().map(|edge| edge.on));
        }
    }
    found
}

/// The steps after which a node is as far as somebody needs it.
///
/// A node that nothing is done to passes on what it waits for itself, so that the order holds along whole paths and not
/// only between neighbours.
#[derive(Default)]
struct Reached {
    present: BTreeSet<StepId>,
    ready: BTreeSet<StepId>,
}

struct Writes<'a> {
    graph: &'a DependencyGraph,
    work: &'a Work,
    steps: StepGraph,
    /// By the places of the nodes.
    reached: Vec<Reached>,
    inventory: Option<StepId>,
}

impl<'a> Writes<'a> {
    fn node(&mut self, node: Place) {
        self.reached[node as usize] = match self.graph.node(node) {
            Node::Object(object) => self.object(node, object),
            Node::Component(component) => self.component(node, component),
        };
    }

    fn object(&mut self, node: Place, object: &ObjectRef) -> Reached {
        let mut present = self.needs(node, Until::Present);
        let volumes = self.work.volumes.get(object);
        if let Some(volumes) = volumes {
            let grown = self.grow(volumes, &present);
            present.extend(grown);
        }
        if self.work.written.contains(object) {
            present.extend(self.inventory);
            if self.work.replaced.contains(object) {
                present = [self.steps.add(Task::Delete(object.clone()), present)].into();
            }
            if self.work.replaced.contains(object) || self.work.leaving.contains(object) {
                present = [self.steps.add(Task::AwaitAbsent(object.clone()), present)].into();
            }
            present = [self.steps.add(Task::Write(object.clone()), present)].into();
        }
        let mut ready = self.needs(node, Until::Ready);
        ready.extend(&present);
        if let Some(volumes) = volumes {
            ready = self.renew(volumes, ready);
        }
        if self.work.awaited.contains(object) {
            ready = [self.steps.add(Task::AwaitReady(object.clone()), ready)].into();
        }
        if let Some(volumes) = volumes {
            let room = self.await_room(volumes, &ready);
            ready.extend(room);
        }
        Reached { present, ready }
    }

    fn component(&mut self, node: Place, component: &ComponentName) -> Reached {
        let has_steps = self.graph.waits(node).iter().any(|edge| match self.graph.node(edge.on) {
            Node::Object(object) => self.work.written.contains(object) || self.work.awaited.contains(object),
            Node::Component(_) => false,
        });
        let present = self.needs(node, Until::Present);
        let present = if has_steps { self.reach(component, Until::Present, present) } else { present };
        let mut ready = self.needs(node, Until::Ready);
        ready.extend(&present);
        let ready = if has_steps { self.reach(component, Until::Ready, ready) } else { ready };
        Reached { present, ready }
    }

    fn reach(&mut self, component: &ComponentName, until: Until, needs: BTreeSet<StepId>) -> BTreeSet<StepId> {
        if needs.is_empty() { needs } else { [self.steps.add(Task::Reach(component.clone(), until), needs)].into() }
    }

    /// The steps that bring everything where `node` needs it before it may become `before`.
    fn needs(&self, node: Place, before: Until) -> BTreeSet<StepId> {
        let edges = self.graph.waits(node).iter().filter(|edge| edge.before == before);
        edges.flat_map(|edge| self.reached(edge)).copied().collect()
    }

    fn reached(&self, edge: &Wait) -> impl Iterator<Item = &StepId> {
        let reached = &self.reached[edge.on as usize];
        if edge.until == Until::Ready { reached.ready.iter() } else { reached.present.iter() }
    }

    fn inventory(&mut self) {
        if let Some(home) = &self.work.grows {
            let reached = self.graph.place(home).map(|it| self.reached[it as usize].present.clone());
            let needs = reached.unwrap_or_default();
            self.inventory = Some(self.steps.add(Task::GrowInventory, needs));
        }
    }
}

fn lay_out_deletes(steps: &mut StepGraph, graph: &DependencyGraph, work: &Work) {
    if graph.objects().next().is_none() && work.given_back.is_empty() && !work.shrinks && work.last.is_empty() {
        return;
    }
    let writes: BTreeSet<StepId> = steps.iter().filter(|it| it.task.is_write()).map(|it| it.id).collect();
    let start = if writes.is_empty() { None } else { Some(steps.add(Task::AllWritten, writes)) };
    let give_back = |object: &ObjectRef| steps.add(Task::Write(object.clone()), start.into_iter().collect());
    let given_back: Vec<StepId> = work.given_back.iter().map(give_back).collect();
    let mut gone = Gone::new(graph);
    for object in graph.objects().rev().filter(|it| !work.last.contains(it)) {
        let needs = gone.dependents(object, steps).into_iter().chain(given_back.iter().copied()).chain(start).collect();
        let delete = steps.add(Task::Delete(object.clone()), needs);
        let absent = steps.add(Task::AwaitAbsent(object.clone()), [delete].into());
        gone.add(object, absent);
    }
    let mut rest: BTreeSet<StepId> = gone.objects.into_values().chain(given_back).chain(start).collect();
    if work.shrinks {
        rest = [steps.add(Task::ShrinkInventory, rest)].into();
    }
    for object in &work.last {
        let delete = steps.add(Task::Delete(object.clone()), rest);
        rest = [steps.add(Task::AwaitAbsent(object.clone()), [delete].into())].into();
    }
}

/// What is gone after which step, while the deletes are laid out against the graph.
struct Gone<'a> {
    graph: &'a DependencyGraph,
    /// The objects that wait for a node by themselves.
    waiting: BTreeMap<&'a Node, Vec<&'a ObjectRef>>,
    objects: BTreeMap<&'a ObjectRef, StepId>,
    members: BTreeMap<&'a ComponentName, BTreeSet<StepId>>,
    components: BTreeMap<&'a ComponentName, StepId>,
}

impl<'a> Gone<'a> {
    fn new(graph: &'a DependencyGraph) -> Self {
        let mut waiting: BTreeMap<&Node, Vec<&ObjectRef>> = BTreeMap::new();
        for edge in graph.edges() {
            if let Node::Object(dependent) = edge.dependent {
                waiting.entry(edge.on).or_default().push(dependent);
            }
        }
        let (objects, members, components) = Default::default();
        Self { graph, waiting, objects, members, components }
    }

    fn add(&mut self, object: &'a ObjectRef, absent: StepId) {
        self.objects.insert(object, absent);
        if let Some(component) = self.graph.component(object) {
            self.members.entry(component).or_default().insert(absent);
        }
    }

    /// The steps after which everything that depends on `object` is gone: objects that wait for it by themselves, and
    /// the components that wait for its component.
    fn dependents(&mut self, object: &ObjectRef, steps: &mut StepGraph) -> BTreeSet<StepId> {
        let waiting = |node: Node| self.waiting.get(&node).into_iter().flatten().copied();
        let own = waiting(Node::Object(object.clone())).filter_map(|it| self.objects.get(it).copied());
        let mut found: BTreeSet<StepId> = own.collect();
        let component = self.graph.component(object).map(|it| Node::Component(it.clone()));
        let waiting = component.into_iter().flat_map(waiting).filter_map(|it| self.graph.component(it));
        let components: BTreeSet<&ComponentName> = waiting.collect();
        found.extend(components.into_iter().filter_map(|it| self.component(it, steps)));
        found
    }

    /// The step after which a component is gone. It stands once for all that wait, or each would need each.
    ///
    /// The graph puts all its members before what they wait for, so none comes later.
    fn component(&mut self, component: &'a ComponentName, steps: &mut StepGraph) -> Option<StepId> {
        let members = self.members.get(component)?;
        let reach = || steps.add(Task::Reach(component.clone(), Until::Absent), members.clone());
        Some(*self.components.entry(component).or_insert_with(reach))
    }
}

#[cfg(test)]
mod tests;
