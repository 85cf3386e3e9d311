//! The dependency graph as a tree, as dot and as mermaid.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::{Bundle, ObjectRef};
use ks_plan::display::{Palette, ShortNames};
use ks_plan::{DependencyGraph, Desired, Edge, EdgeReason, Node, Until};
use termtree::Tree;

/// Components in the order of apply, each with its objects, and with each object what it waits for.
pub fn tree(desired: &Desired) -> String {
    let palette = Palette::coloured();
    let graph = desired.graph();
    let names = ShortNames::of(graph.objects());
    let mut text = String::new();
    for bundle in desired.bundles() {
        let objects = graph.objects().filter(|it| graph.component(it) == Some(&bundle.component));
        let branches = objects.map(|object| branch(object, graph, &names, palette));
        let tree = Tree::new(heading(bundle, palette)).with_leaves(branches);
        text.push_str(&tree.to_string());
        text.push('\n');
    }
    for gate in desired.closed() {
        let reason = palette.dim(format!("off, {}", gate.reason));
        text.push_str(&format!("{}  {reason}\n", palette.bold(&gate.component)));
    }
    text
}

fn heading(bundle: &Bundle, palette: Palette) -> String {
    let list = |word: &str, names: Vec<String>| {
        if names.is_empty() { None } else { Some(format!("{word} {}", names.join(", "))) }
    };
    let requires = list("requires", bundle.requires.iter().map(ToString::to_string).collect());
    let after = list("after", bundle.after.iter().map(ToString::to_string).collect());
    let needs: Vec<String> = requires.into_iter().chain(after).collect();
    format!("{}  {}", palette.bold(&bundle.component), palette.dim(needs.join("; ")))
}

fn branch(object: &ObjectRef, graph: &DependencyGraph, names: &ShortNames, palette: Palette) -> Tree<String> {
    let node = Node::Object(object.clone());
    let objects = graph.needs(&node).filter(|it| matches!(it.on, Node::Object(_)));
    let leaves = objects.map(|edge| {
        let ready = if edge.until == Until::Ready { " to be ready" } else { "" };
        Tree::new(palette.dim(format!("waits for {}{ready}: {}", label(edge.on, names), edge.because)))
    });
    Tree::new(names.show(object)).with_leaves(leaves)
}

/// The graph in the language of Graphviz.
pub fn dot(graph: &DependencyGraph) -> String {
    let names = ShortNames::of(graph.objects());
    let ids = ids(graph);
    let mut text = String::from("digraph ks {\n  rankdir=RL;\n  node [shape=box, fontname=\"sans-serif\"];\n");
    for (component, members) in members(graph) {
        line(&mut text, format!("  subgraph \"cluster_{component}\" {{"));
        line(&mut text, format!("    label={};", quoted(&component)));
        for node in members {
            let shape = if matches!(node, Node::Component(_)) { ", shape=ellipse" } else { "" };
            line(&mut text, format!("    {} [label={}{shape}];", ids[node], quoted(&label(node, &names))));
        }
        line(&mut text, "  }".to_owned());
    }
    for edge in drawn(graph) {
        let style = if edge.until == Until::Ready { ", style=bold" } else { "" };
        let words = quoted(&words(&edge));
        line(&mut text, format!("  {} -> {} [label={words}{style}];", ids[&edge.dependent], ids[&edge.on]));
    }
    text + "}\n"
}

/// The graph in the language of Mermaid.
pub fn mermaid(graph: &DependencyGraph) -> String {
    let names = ShortNames::of(graph.objects());
    let ids = ids(graph);
    let mut text = String::from("flowchart RL\n");
    for (component, members) in members(graph) {
        line(&mut text, format!("  subgraph {component}"));
        for node in members {
            let label = escaped(&label(node, &names));
            let shape =
                if matches!(node, Node::Component(_)) { format!("([\"{label}\"])") } else { format!("[\"{label}\"]") };
            line(&mut text, format!("    {}{shape}", ids[node]));
        }
        line(&mut text, "  end".to_owned());
    }
    for edge in drawn(graph) {
        let arrow = if edge.until == Until::Ready { "==>" } else { "-->" };
        let words = escaped(&words(&edge));
        line(&mut text, format!("  {} {arrow}|\"{words}\"| {}", ids[&edge.dependent], ids[&edge.on]));
    }
    text
}

/// The edges, but those that only repeat in a weaker form what another one asks.
fn drawn(graph: &DependencyGraph) -> impl Iterator<Item = Edge<'_>> {
    fn ends<'g>(edge: &Edge<'g>) -> (&'g Node, &'g Node, &'g EdgeReason) {
        (edge.dependent, edge.on, edge.because)
    }
    let strong: BTreeSet<_> = graph.edges().filter(|it| it.until == Until::Ready).map(|it| ends(&it)).collect();
    graph.edges().filter(move |it| it.until == Until::Ready || !strong.contains(&ends(it)))
}

/// A short name for each node, by its place in the order.
fn ids(graph: &DependencyGraph) -> BTreeMap<&Node, String> {
    graph.nodes().enumerate().map(|(index, node)| (node, format!("n{index}"))).collect()
}

fn members(graph: &DependencyGraph) -> BTreeMap<String, Vec<&Node>> {
    let mut members: BTreeMap<String, Vec<&Node>> = BTreeMap::new();
    for node in graph.nodes() {
        let component = match node {
            Node::Component(component) => component.to_string(),
            Node::Object(object) => graph.component(object).map(ToString::to_string).unwrap_or_default(),
        };
        members.entry(component).or_default().push(node);
    }
    members
}

fn label(node: &Node, names: &ShortNames) -> String {
    match node {
        Node::Component(component) => format!("component {component}"),
        Node::Object(object) => names.show(object),
    }
}

fn words(edge: &Edge<'_>) -> String {
    if edge.until == Until::Ready { format!("{} (ready)", edge.because) } else { edge.because.to_string() }
}

fn line(text: &mut String, line: String) {
    text.push_str(&line);
    text.push('\n');
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn escaped(text: &str) -> String {
    text.replace('"', "#quot;")
}
