//! The dependency graph: which object waits for which, and why.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use ks_model::{Bundle, ComponentName, Manifest, ObjectRef, Ownership};
use petgraph::Direction;
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::edges;

/// A node of the graph: an object, or a component as the sum of its objects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Node {
    /// A component: present when all its objects are written, ready when all of them are ready.
    Component(ComponentName),
    /// One object.
    Object(ObjectRef),
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Component(name) => write!(f, "component {name}"),
            Self::Object(object) => write!(f, "{object}"),
        }
    }
}

/// What a dependency has to be before its dependent may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Until {
    /// It is written.
    Present,
    /// It is ready, by the rules of its kind.
    Ready,
    /// It is gone.
    Absent,
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Present => "present",
            Self::Ready => "ready",
            Self::Absent => "absent",
        })
    }
}

/// Says which rule made an edge. For people: nothing is decided by it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum EdgeReason {
    /// A namespace comes before its contents.
    Namespace,
    /// A CustomResourceDefinition is established before objects of its kind.
    Crd,
    /// A role comes before its binding, an account and its bindings before the workload that runs as it.
    Rbac,
    /// The object names the other one.
    Reference {
        /// The field that names it.
        field: String,
    },
    /// The operator that reconciles the kind.
    Operator,
    /// The workload behind an admission or conversion webhook comes before the objects it sees.
    Webhook,
    /// The component requires the other one.
    Requires,
    /// The component comes after the other one.
    After,
    /// Fields in an object of others come after the objects of the component itself.
    Existing,
    /// A component is the sum of its objects.
    Member,
}

impl fmt::Display for EdgeReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Namespace => f.write_str("is in this namespace"),
            Self::Crd => f.write_str("is of the kind it defines"),
            Self::Rbac => f.write_str("runs with, or binds, these rights"),
            Self::Reference { field } => write!(f, "names it in {field}"),
            Self::Operator => f.write_str("is reconciled by it"),
            Self::Webhook => f.write_str("passes its webhook"),
            Self::Requires => f.write_str("its component requires it"),
            Self::After => f.write_str("its component comes after it"),
            Self::Existing => f.write_str("announces it"),
            Self::Member => f.write_str("is the sum of its objects"),
        }
    }
}

/// An edge, from the dependent to what it depends on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Dependency {
    /// Who waits.
    pub dependent: Node,
    /// What the dependent may not become before: almost always [`Until::Present`].
    pub before: Until,
    /// For whom it waits.
    pub on: Node,
    /// What that one has to be.
    pub until: Until,
    /// Why.
    pub because: EdgeReason,
}

impl Dependency {
    /// An edge between two objects, seen from the writing of the dependent.
    pub fn between(dependent: &ObjectRef, on: &ObjectRef, until: Until, because: EdgeReason) -> Self {
        Self {
            dependent: Node::Object(dependent.clone()),
            before: Until::Present,
            on: Node::Object(on.clone()),
            until,
            because,
        }
    }
}

/// Says that a graph cannot be ordered.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// Nodes wait for each other in a circle.
    #[error("order the objects: they wait for each other in a circle{}", print_path(.0))]
    Cycle(Vec<Dependency>),
}

fn print_path(path: &[Dependency]) -> String {
    path.iter().map(|edge| format!("\n  {} -> {} ({})", edge.dependent, edge.on, edge.because)).collect()
}

/// Holds all nodes and edges in a fixed order; building it proves that it has no cycle.
#[derive(Clone, Debug, PartialEq)]
pub struct DependencyGraph {
    order: Vec<Node>,
    edges: Vec<Dependency>,
    components: BTreeMap<ObjectRef, ComponentName>,
}

impl DependencyGraph {
    /// Draws the graph of everything that `bundles` want.
    ///
    /// # Errors
    /// When objects wait for each other in a circle; the error names the edges.
    ///
    /// # Example
    /// ```
    /// use ks_model::{Bundle, DesiredObject, Manifest};
    /// use ks_plan::DependencyGraph;
    /// let object = |value| DesiredObject::new(Manifest::parse(value).unwrap(), "example.yaml", Default::default());
    /// let graph = DependencyGraph::build(&[Bundle::new("example".parse()?, vec![
    ///     object(serde_json::json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": "a", "name": "c"}})),
    ///     object(serde_json::json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}})),
    /// ])])?;
    /// let order: Vec<String> = graph.objects().map(ToString::to_string).collect();
    /// assert_eq!(order, ["Namespace a", "ConfigMap a/c"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn build(bundles: &[Bundle]) -> Result<Self, GraphError> {
        let world = edges::World::new(
            bundles.iter().flat_map(|it| it.objects.iter().map(|object| (&object.manifest, Some(&it.component)))),
            bundles.iter().map(|it| (&it.component, edges::Order { requires: &it.requires, after: &it.after })),
        );
        let existing = bundles.iter().flat_map(|it| &it.objects).filter(|it| it.ownership == Ownership::Fields);
        Self::of(&world.with_existing(existing.map(|it| it.manifest.object())))
    }

    /// Draws the graph of objects that are to be deleted, under the orders of their components.
    ///
    /// Its edges are those of the objects when they were wanted; deleting goes against them.
    ///
    /// # Errors
    /// When objects wait for each other in a circle.
    pub fn of_live<'a>(
        objects: impl IntoIterator<Item = (&'a Manifest, Option<&'a ComponentName>)>,
        orders: impl IntoIterator<Item = (&'a ComponentName, edges::Order<'a>)>,
    ) -> Result<Self, GraphError> {
        Self::of(&edges::World::new(objects, orders))
    }

    fn of(world: &edges::World<'_>) -> Result<Self, GraphError> {
        let mut edges: Vec<Dependency> = edges::RULES.iter().flat_map(|rule| rule(world)).collect();
        edges.retain(|edge| edge.dependent != edge.on);
        edges.sort();
        edges.dedup();
        let order = order(world.nodes(), &edges)?;
        Ok(Self { order, edges, components: world.components() })
    }

    /// The objects, each after everything that it depends on.
    pub fn objects(&self) -> impl DoubleEndedIterator<Item = &ObjectRef> {
        self.order.iter().filter_map(|node| match node {
            Node::Object(object) => Some(object),
            Node::Component(_) => None,
        })
    }

    /// All nodes, each after everything that it depends on.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = &Node> {
        self.order.iter()
    }

    /// All edges, sorted.
    pub fn edges(&self) -> &[Dependency] {
        &self.edges
    }

    /// The edges by which `node` waits for others.
    pub fn needs<'a>(&'a self, node: &'a Node) -> impl Iterator<Item = &'a Dependency> {
        let start = self.edges.partition_point(|edge| edge.dependent < *node);
        self.edges[start..].iter().take_while(move |edge| edge.dependent == *node)
    }

    /// The component that an object belongs to.
    pub fn component(&self, object: &ObjectRef) -> Option<&ComponentName> {
        self.components.get(object)
    }
}

/// Sorts the nodes so that each stands after what it depends on, and among those that may come next the smallest first.
fn order(nodes: BTreeSet<Node>, edges: &[Dependency]) -> Result<Vec<Node>, GraphError> {
    let mut graph: DiGraph<Node, ()> = DiGraph::with_capacity(nodes.len(), edges.len());
    // Nodes go in sorted, so the order of their numbers is their own.
    let index: BTreeMap<Node, NodeIndex> = nodes.into_iter().map(|node| (node.clone(), graph.add_node(node))).collect();
    for edge in edges {
        if let (Some(on), Some(dependent)) = (index.get(&edge.on), index.get(&edge.dependent)) {
            // Twice the same edge counts twice on both sides; to look for it first would take long at a busy node.
            graph.add_edge(*on, *dependent, ());
        }
    }
    let mut open: Vec<usize> =
        graph.node_indices().map(|node| graph.neighbors_directed(node, Direction::Incoming).count()).collect();
    let mut next: BTreeSet<NodeIndex> = graph.externals(Direction::Incoming).collect();
    let mut order = Vec::with_capacity(graph.node_count());
    while let Some(node) = next.pop_first() {
        order.push(graph[node].clone());
        for dependent in graph.neighbors(node) {
            open[dependent.index()] -= 1;
            if open[dependent.index()] == 0 {
                next.insert(dependent);
            }
        }
    }
    if order.len() < graph.node_count() { Err(GraphError::Cycle(cycle(&graph, edges))) } else { Ok(order) }
}

/// Finds the edges of one circle, for the message: a walk inside one strongly connected part.
fn cycle(graph: &DiGraph<Node, ()>, edges: &[Dependency]) -> Vec<Dependency> {
    let knot: BTreeSet<&Node> = tarjan_scc(graph)
        .into_iter()
        .find(|part| part.len() > 1)
        .into_iter()
        .flatten()
        .map(|node| &graph[node])
        .collect();
    let mut path: Vec<&Dependency> = Vec::new();
    let mut at = knot.first().copied();
    while let Some(node) = at {
        if let Some(start) = path.iter().position(|edge| edge.dependent == *node) {
            return path.into_iter().skip(start).cloned().collect();
        }
        let next = edges.iter().find(|edge| edge.dependent == *node && knot.contains(&edge.on));
        path.extend(next);
        at = next.map(|edge| &edge.on);
    }
    Vec::new()
}

#[cfg(test)]
pub(crate) mod tests;
