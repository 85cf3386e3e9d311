//! The steps of a plan: every write, wait and delete with what it needs before.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use ks_model::{ComponentName, ObjectRef};
use serde::Serialize;

use crate::graph::{DependencyGraph, Node, Until};

/// Numbers a step within its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct StepId(pub usize);

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "do", content = "what", rename_all = "camelCase")]
#[non_exhaustive]
pub enum Task {
    /// Writes the inventory, with everything that it will hold or still holds.
    GrowInventory,
    /// Applies an object.
    Write(ObjectRef),
    /// Waits until an object is ready.
    AwaitReady(ObjectRef),
    /// Notes that all objects of a component are written, or that all are ready.
    Reach(ComponentName, Until),
    /// Notes that everything wanted is written; deletes come after it.
    AllWritten,
    /// Deletes an object.
    Delete(ObjectRef),
    /// Waits until an object is gone.
    AwaitAbsent(ObjectRef),
    /// Writes the inventory with nothing but what it holds now.
    ShrinkInventory,
}

impl Task {
    /// The object that the step is about.
    pub fn object(&self) -> Option<&ObjectRef> {
        match self {
            Self::Write(it) | Self::AwaitReady(it) | Self::Delete(it) | Self::AwaitAbsent(it) => Some(it),
            Self::GrowInventory | Self::ShrinkInventory | Self::Reach(..) | Self::AllWritten => None,
        }
    }

    /// Whether carrying it out changes the cluster.
    pub fn is_write(&self) -> bool {
        matches!(self, Self::GrowInventory | Self::ShrinkInventory | Self::Write(_) | Self::Delete(_))
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GrowInventory | Self::ShrinkInventory => f.write_str("write the inventory"),
            Self::Write(object) => write!(f, "apply {object}"),
            Self::AwaitReady(object) => write!(f, "wait for {object}"),
            Self::Reach(component, until) => write!(f, "component {component} is {until}"),
            Self::AllWritten => f.write_str("everything is written"),
            Self::Delete(object) => write!(f, "delete {object}"),
            Self::AwaitAbsent(object) => write!(f, "wait until {object} is gone"),
        }
    }
}

/// One step with what has to be done before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its number.
    pub id: StepId,
    /// What it does.
    pub task: Task,
    /// The steps that must have succeeded before it starts.
    pub needs: BTreeSet<StepId>,
}

/// Holds the steps of a plan; each stands after all that it needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct StepGraph {
    steps: Vec<Step>,
}

impl StepGraph {
    /// All steps, each after all that it needs.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Step> {
        self.steps.iter()
    }

    /// The step with this number.
    pub fn get(&self, id: StepId) -> Option<&Step> {
        self.steps.get(id.0)
    }

    /// How many steps there are.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    fn add(&mut self, task: Task, needs: BTreeSet<StepId>) -> StepId {
        let id = StepId(self.steps.len());
        self.steps.push(Step { id, task, needs });
        id
    }
}

/// What is to be done, as [`lay_out`] needs to know it.
#[derive(Debug, Default)]
pub(crate) struct Work {
    /// Objects to write.
    pub written: BTreeSet<ObjectRef>,
    /// Objects to delete before they are written again.
    pub replaced: BTreeSet<ObjectRef>,
    /// Objects to wait for.
    pub awaited: BTreeSet<ObjectRef>,
    /// The namespace that the inventory lives in, when the inventory has to be written first.
    pub grows: Option<ObjectRef>,
    /// Whether the inventory has to be written last.
    pub shrinks: bool,
}

/// Lays out the steps: writes along the graph, then deletes against theirs.
pub(crate) fn lay_out(graph: &DependencyGraph, deleted: &DependencyGraph, work: &Work) -> StepGraph {
    let mut layout = Layout { work, steps: StepGraph::default(), reached: BTreeMap::new(), inventory: None };
    // The namespace of the inventory comes first, and the inventory before everything else.
    let home = graph.objects().find(|it| work.grows.as_ref() == Some(*it));
    home.into_iter().for_each(|it| layout.object(graph, it));
    layout.inventory();
    for node in graph.nodes() {
        match node {
            Node::Object(object) if Some(object) == home => {}
            Node::Object(object) => layout.object(graph, object),
            Node::Component(component) => layout.component(graph, component),
        }
    }
    layout.deletes(deleted);
    layout.steps
}

struct Layout<'a> {
    work: &'a Work,
    steps: StepGraph,
    /// The step by which a node gets there; a node that is there already has none.
    reached: BTreeMap<(Node, Until), StepId>,
    inventory: Option<StepId>,
}

impl Layout<'_> {
    fn object(&mut self, graph: &DependencyGraph, object: &ObjectRef) {
        let node = Node::Object(object.clone());
        if self.work.written.contains(object) {
            let mut needs = self.needs(graph, &node, Until::Present);
            needs.extend(self.inventory);
            if self.work.replaced.contains(object) {
                let delete = self.steps.add(Task::Delete(object.clone()), needs);
                needs = [self.steps.add(Task::AwaitAbsent(object.clone()), [delete].into())].into();
            }
            let write = self.steps.add(Task::Write(object.clone()), needs);
            self.reached.insert((node.clone(), Until::Present), write);
        }
        if self.work.awaited.contains(object) {
            let mut needs = self.needs(graph, &node, Until::Ready);
            needs.extend(self.reached.get(&(node.clone(), Until::Present)));
            let ready = self.steps.add(Task::AwaitReady(object.clone()), needs);
            self.reached.insert((node, Until::Ready), ready);
        }
    }

    fn component(&mut self, graph: &DependencyGraph, component: &ComponentName) {
        let node = Node::Component(component.clone());
        for until in [Until::Present, Until::Ready] {
            let needs = self.needs(graph, &node, until);
            if !needs.is_empty() {
                let step = self.steps.add(Task::Reach(component.clone(), until), needs);
                self.reached.insert((node.clone(), until), step);
            }
        }
    }

    /// The steps that bring everything where `node` needs it before it may become `before`.
    fn needs(&self, graph: &DependencyGraph, node: &Node, before: Until) -> BTreeSet<StepId> {
        let edges = graph.needs(node).filter(|edge| edge.before == before);
        edges.filter_map(|edge| self.reached(&edge.on, edge.until)).collect()
    }

    fn reached(&self, node: &Node, until: Until) -> Option<StepId> {
        let ready = self.reached.get(&(node.clone(), Until::Ready)).filter(|_| until == Until::Ready);
        ready.or_else(|| self.reached.get(&(node.clone(), Until::Present))).copied()
    }

    fn inventory(&mut self) {
        if let Some(home) = &self.work.grows {
            let needs = self.reached(&Node::Object(home.clone()), Until::Present).into_iter().collect();
            self.inventory = Some(self.steps.add(Task::GrowInventory, needs));
        }
    }

    fn deletes(&mut self, graph: &DependencyGraph) {
        let doomed = graph.objects().next().is_some();
        if !doomed && !self.work.shrinks {
            return;
        }
        let writes: BTreeSet<StepId> = self.steps.iter().filter(|it| it.task.is_write()).map(|it| it.id).collect();
        let start = if writes.is_empty() { None } else { Some(self.steps.add(Task::AllWritten, writes)) };
        let mut gone = Gone { graph, objects: BTreeMap::new(), components: BTreeMap::new() };
        for object in graph.objects().rev() {
            let needs = gone.dependents(object).into_iter().chain(start).collect();
            let delete = self.steps.add(Task::Delete(object.clone()), needs);
            let absent = self.steps.add(Task::AwaitAbsent(object.clone()), [delete].into());
            gone.add(object, absent);
        }
        if self.work.shrinks {
            self.steps.add(Task::ShrinkInventory, gone.objects.into_values().chain(start).collect());
        }
    }
}

/// What is gone after which step, while the deletes are laid out against the graph.
struct Gone<'a> {
    graph: &'a DependencyGraph,
    objects: BTreeMap<&'a ObjectRef, StepId>,
    components: BTreeMap<&'a ComponentName, BTreeSet<StepId>>,
}

impl<'a> Gone<'a> {
    fn add(&mut self, object: &'a ObjectRef, absent: StepId) {
        self.objects.insert(object, absent);
        if let Some(component) = self.graph.component(object) {
            self.components.entry(component).or_default().insert(absent);
        }
    }

    /// The steps after which everything that depends on `object` is gone: objects that wait for it by themselves, and
    /// the components that wait for its component.
    fn dependents(&self, object: &ObjectRef) -> BTreeSet<StepId> {
        let own = self.graph.component(object).map(|it| Node::Component(it.clone()));
        let edges = self.graph.edges().iter();
        let waiting = edges.filter_map(|edge| match &edge.dependent {
            Node::Object(dependent) => Some((edge, dependent)),
            Node::Component(_) => None,
        });
        let mut steps = BTreeSet::new();
        for (edge, dependent) in waiting {
            if matches!(&edge.on, Node::Object(on) if on == object) {
                steps.extend(self.objects.get(dependent));
            } else if own.as_ref() == Some(&edge.on) {
                let component = self.graph.component(dependent);
                steps.extend(component.and_then(|it| self.components.get(it)).into_iter().flatten());
            }
        }
        steps
    }
}
