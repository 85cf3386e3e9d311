//! The dependency graph: which object waits for which, and why.

mod order;

use std::fmt;

use ks_model::{Bundle, ComponentName, Manifest, ObjectRef, Ownership};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::edges::{self, End};
pub(crate) use order::{Place, Wait};
use order::{Places, order};

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

/// One edge of a graph: a [`Dependency`] whose parts stand in the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge<'g> {
    /// Who waits.
    pub dependent: &'g Node,
    /// What the dependent may not become before: almost always [`Until::Present`].
    pub before: Until,
    /// For whom it waits.
    pub on: &'g Node,
    /// What that one has to be.
    pub until: Until,
    /// Why.
    pub because: &'g EdgeReason,
}

impl From<Edge<'_>> for Dependency {
    fn from(edge: Edge<'_>) -> Self {
        let Edge { dependent, before, on, until, because } = edge;
        Self { dependent: dependent.clone(), before, on: on.clone(), until, because: because.clone() }
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
///
/// An edge names its nodes by their places, so that a graph takes little more than its nodes however many edges it has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DependencyGraph {
    /// Sorted.
    nodes: Vec<Node>,
    /// The component of each node that is a member of one.
    components: Vec<Option<Place>>,
    /// The places of the nodes, each after everything that it depends on.
    order: Vec<Place>,
    /// Sorted as the [`Edge`]s that they stand for.
    edges: Vec<Wait>,
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
        let draw = || -> Vec<_> { edges::RULES.par_iter().map(|rule| rule(world)).collect() };
        let (links, nodes) = rayon::join(draw, || world.nodes());
        let places = Places::of(&nodes);
        let wait = |link: edges::Link<'_>| {
            let (dependent, on) = (places.find(link.dependent)?, places.find(link.on)?);
            let edges::Link { before, until, because, .. } = link;
            (dependent != on).then_some(Wait { dependent, before, on, until, because })
        };
        let mut edges: Vec<Wait> = links.into_par_iter().flatten().filter_map(wait).collect();
        edges.par_sort_unstable();
        edges.dedup();
        let mut components = vec![None; nodes.len()];
        for (object, component) in world.members() {
            if let Some(place) = places.find(End::Object(object)) {
                components[place as usize] = places.find(End::Component(component));
            }
        }
        let order = order(nodes.len(), &edges).map_err(|circle| {
            GraphError::Cycle(circle.into_iter().map(|it| Dependency::from(it.edge(&nodes))).collect())
        })?;
        edges.shrink_to_fit();
        Ok(Self { nodes, components, order, edges })
    }

    /// The objects, each after everything that it depends on.
    pub fn objects(&self) -> impl DoubleEndedIterator<Item = &ObjectRef> {
        self.nodes().filter_map(|node| match node {
            Node::Object(object) => Some(object),
            Node::Component(_) => None,
        })
    }

    /// All nodes, each after everything that it depends on.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = &Node> {
        self.order.iter().map(|place| &self.nodes[*place as usize])
    }

    /// All edges, sorted.
    pub fn edges(&self) -> impl ExactSizeIterator<Item = Edge<'_>> {
        self.edges.iter().map(|it| it.edge(&self.nodes))
    }

    /// The edges by which `node` waits for others.
    pub fn needs(&self, node: &Node) -> impl Iterator<Item = Edge<'_>> {
        let place = self.nodes.binary_search(node).ok().and_then(|it| Place::try_from(it).ok());
        place.into_iter().flat_map(|it| self.waits(it)).map(|it| it.edge(&self.nodes))
    }

    /// How many nodes there are: their places are all numbers below.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The places of all nodes, each after everything that it depends on.
    pub(crate) fn order(&self) -> impl DoubleEndedIterator<Item = Place> {
        self.order.iter().copied()
    }

    /// The node at a place.
    pub(crate) fn node(&self, place: Place) -> &Node {
        &self.nodes[place as usize]
    }

    /// The place of an object, when it is in the graph.
    pub(crate) fn place(&self, object: &ObjectRef) -> Option<Place> {
        let found = self.nodes.binary_search_by(|node| match node {
            Node::Component(_) => std::cmp::Ordering::Less,
            Node::Object(it) => it.cmp(object),
        });
        found.ok().and_then(|it| Place::try_from(it).ok())
    }

    /// The edges by which the node at a place waits for others.
    pub(crate) fn waits(&self, place: Place) -> &[Wait] {
        let start = self.edges.partition_point(|edge| edge.dependent < place);
        let count = self.edges[start..].partition_point(|edge| edge.dependent == place);
        &self.edges[start..start + count]
    }

    /// The component that an object belongs to.
    pub fn component(&self, object: &ObjectRef) -> Option<&ComponentName> {
        match self.node(self.components[self.place(object)? as usize]?) {
            Node::Component(component) => Some(component),
            Node::Object(_) => None,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
