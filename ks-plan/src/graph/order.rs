//! The order of a graph whose nodes are numbers.

use std::collections::BTreeSet;

use ks_model::{ComponentName, ObjectRef};
use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;

use super::{Edge, EdgeReason, Node, Until};
use crate::edges::End;
use crate::lookup::Lookup;

/// Where a node stands among the sorted nodes of its graph.
pub(crate) type Place = u32;

/// An edge that names its nodes by their places. It sorts as the [`Edge`] that it stands for, since the nodes are sorted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wait {
    pub dependent: Place,
    pub before: Until,
    pub on: Place,
    pub until: Until,
    pub because: EdgeReason,
}

impl Wait {
    /// The same with its nodes.
    pub(super) fn edge<'g>(&'g self, nodes: &'g [Node]) -> Edge<'g> {
        let Self { dependent, before, on, until, because } = self;
        Edge {
            dependent: &nodes[*dependent as usize],
            before: *before,
            on: &nodes[*on as usize],
            until: *until,
            because,
        }
    }
}

/// The place of each node.
#[derive(Default)]
pub(super) struct Places<'n> {
    components: Lookup<&'n ComponentName, Place>,
    objects: Lookup<&'n ObjectRef, Place>,
}

impl<'n> Places<'n> {
    pub(super) fn of(nodes: &'n [Node]) -> Self {
        let mut places = Self::default();
        for (node, place) in nodes.iter().zip(0..) {
            match node {
                Node::Component(component) => places.components.insert(component, place),
                Node::Object(object) => places.objects.insert(object, place),
            };
        }
        places
    }

    pub(super) fn find(&self, end: End<'_>) -> Option<Place> {
        match end {
            End::Component(component) => self.components.get(component).copied(),
            End::Object(object) => self.objects.get(object).copied(),
        }
    }
}

/// Sorts the nodes so that each stands after what it depends on, and among those that may come next the smallest first.
///
/// # Errors
/// With the edges of one circle, where there is one.
pub(super) fn order(count: usize, edges: &[Wait]) -> Result<Vec<Place>, Vec<Wait>> {
    // Twice the same edge counts twice on both sides; to look for it first would take long at a busy node.
    let mut open = vec![0_u32; count];
    let mut dependents: Vec<Vec<Place>> = vec![Vec::new(); count];
    for edge in edges {
        open[edge.dependent as usize] += 1;
        dependents[edge.on as usize].push(edge.dependent);
    }
    let mut next: BTreeSet<Place> = open.iter().zip(0..).filter(|(open, _)| **open == 0).map(|(_, it)| it).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(place) = next.pop_first() {
        order.push(place);
        for dependent in &dependents[place as usize] {
            let open = &mut open[*dependent as usize];
            *open -= 1;
            if *open == 0 {
                next.insert(*dependent);
            }
        }
    }
    if order.len() < count { Err(circle(count, edges)) } else { Ok(order) }
}

/// Finds the edges of one circle, for the message: a walk inside one strongly connected part.
fn circle(count: usize, edges: &[Wait]) -> Vec<Wait> {
    let mut graph: DiGraph<Place, ()> = DiGraph::with_capacity(count, edges.len());
    let nodes: Vec<_> = (0..).take(count).map(|place| graph.add_node(place)).collect();
    for edge in edges {
        graph.add_edge(nodes[edge.on as usize], nodes[edge.dependent as usize], ());
    }
    let parts = tarjan_scc(&graph);
    let knot: BTreeSet<Place> =
        parts.into_iter().find(|part| part.len() > 1).into_iter().flatten().map(|node| graph[node]).collect();
    let mut path: Vec<&Wait> = Vec::new();
    let mut at = knot.first().copied();
    while let Some(place) = at {
        if let Some(start) = path.iter().position(|edge| edge.dependent == place) {
            return path.into_iter().skip(start).cloned().collect();
        }
        let next = edges.iter().find(|edge| edge.dependent == place && knot.contains(&edge.on));
        path.extend(next);
        at = next.map(|edge| edge.on);
    }
    Vec::new()
}
