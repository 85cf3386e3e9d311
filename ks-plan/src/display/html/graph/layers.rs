//! A layout in layers: who waits for nothing stands left, everybody else right of all that it waits for.
//!
//! The steps are those of Sugiyama, Tagawa and Toda: layers by the longest path, points for edges that cross layers, an
//! order within each layer that crosses few edges, and heights near the neighbours. Whole numbers only: same input, same
//! picture.

use std::collections::BTreeSet;

/// The room between layers, where the edges run.
const GAP_X: i32 = 46;
/// The room between the boxes of a layer.
const GAP_Y: i32 = 18;
/// How far below the top of a box its edges end: at its heading, however high the box is.
const PORT: i32 = 16;
/// How often the order within the layers is improved.
const ROUNDS: usize = 8;

/// Holds where everything stands.
#[derive(Debug, Default, PartialEq)]
pub struct Layout {
    /// The upper left corner of each box.
    pub boxes: Vec<(i32, i32)>,
    /// For each edge the points that it runs through, from the right side of a box to the left side of another.
    pub routes: Vec<Vec<(i32, i32)>>,
    /// The size of the whole.
    pub size: (i32, i32),
}

/// Lays out boxes of these sizes. Each edge leads from a lower number to a higher one.
pub fn lay_out(sizes: &[(i32, i32)], edges: &BTreeSet<(usize, usize)>) -> Layout {
    let mut net = Net::of(sizes, edges);
    net.order();
    net.place();
    net.layout(sizes.len())
}

/// A box, or a point that an edge runs through.
struct Node {
    layer: usize,
    size: (i32, i32),
    y: i32,
    before: Vec<usize>,
    after: Vec<usize>,
}

impl Node {
    fn port(&self) -> i32 {
        PORT.min(self.size.1 / 2)
    }
}

struct Net {
    nodes: Vec<Node>,
    /// The nodes of each layer, from top to bottom.
    layers: Vec<Vec<usize>>,
    /// For each edge the nodes that it runs through.
    chains: Vec<Vec<usize>>,
}

impl Net {
    fn of(sizes: &[(i32, i32)], edges: &BTreeSet<(usize, usize)>) -> Self {
        let node = |layer, size| Node { layer, size, y: 0, before: Vec::new(), after: Vec::new() };
        let mut nodes: Vec<Node> = sizes.iter().map(|size| node(0, *size)).collect();
        let mut by_end: Vec<(usize, usize)> = edges.iter().copied().collect();
        by_end.sort_by_key(|(from, to)| (*to, *from));
        for (from, to) in by_end {
            nodes[to].layer = nodes[to].layer.max(nodes[from].layer + 1);
        }
        let mut chains = Vec::new();
        for (from, to) in edges {
            let mut chain = vec![*from];
            for layer in nodes[*from].layer + 1..nodes[*to].layer {
                chain.push(nodes.len());
                nodes.push(node(layer, (0, 2)));
            }
            chain.push(*to);
            for pair in chain.windows(2) {
                nodes[pair[0]].after.push(pair[1]);
                nodes[pair[1]].before.push(pair[0]);
            }
            chains.push(chain);
        }
        let count = nodes.iter().map(|it| it.layer + 1).max().unwrap_or(0);
        let mut layers = vec![Vec::new(); count];
        for (number, node) in nodes.iter().enumerate() {
            layers[node.layer].push(number);
        }
        Self { nodes, layers, chains }
    }

    /// Sorts each layer by the middle of the neighbours, to and fro, and keeps the order that crosses fewest edges.
    fn order(&mut self) {
        let mut best = (self.crossings(), self.layers.clone());
        for round in 0..ROUNDS {
            let forth = round % 2 == 0;
            let count = self.layers.len();
            let along: Vec<usize> =
                if forth { (1..count).collect() } else { (0..count.saturating_sub(1)).rev().collect() };
            for layer in along {
                let position = self.positions();
                let middle = |number: &usize| {
                    let node = &self.nodes[*number];
                    let near = if forth { &node.before } else { &node.after };
                    let sum: usize = near.iter().map(|it| position[*it]).sum();
                    // In thousandths, so that whole numbers suffice.
                    if near.is_empty() { position[*number] * 1000 } else { sum * 1000 / near.len() }
                };
                let mut sorted = self.layers[layer].clone();
                sorted.sort_by_key(|it| (middle(it), position[*it]));
                self.layers[layer] = sorted;
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.layers.clone());
            }
        }
        self.layers = best.1;
    }

    fn positions(&self) -> Vec<usize> {
        let mut positions = vec![0; self.nodes.len()];
        for layer in &self.layers {
            for (position, number) in layer.iter().enumerate() {
                positions[*number] = position;
            }
        }
        positions
    }

    fn crossings(&self) -> usize {
        let position = self.positions();
        let between = |layer: &Vec<usize>| {
            let edges = layer.iter().flat_map(|from| self.nodes[*from].after.iter().map(move |to| (*from, *to)));
            let ends: Vec<(usize, usize)> = edges.map(|(from, to)| (position[from], position[to])).collect();
            let crosses = |a: &(usize, usize), b: &(usize, usize)| (a.0 < b.0 && a.1 > b.1) || (a.0 > b.0 && a.1 < b.1);
            ends.iter().enumerate().map(|(i, a)| ends[..i].iter().filter(|b| crosses(a, b)).count()).sum::<usize>()
        };
        self.layers.iter().map(between).sum()
    }

    /// Puts each node beside the middle of what it waits for, or below its neighbour where that takes the room. What comes
    /// first stands in the upper left corner, where readers begin.
    fn place(&mut self) {
        for layer in &self.layers {
            let mut free = 0;
            for number in layer {
                let y = self.wanted(*number).max(free);
                let node = &mut self.nodes[*number];
                node.y = y;
                free = y + node.size.1 + GAP_Y;
            }
        }
    }

    fn wanted(&self, number: usize) -> i32 {
        let node = &self.nodes[number];
        let heights: i32 = node.before.iter().map(|it| self.nodes[*it].y + self.nodes[*it].port()).sum();
        let count = i32::try_from(node.before.len()).unwrap_or(i32::MAX);
        if count == 0 { 0 } else { heights / count - node.port() }
    }

    fn layout(&self, count: usize) -> Layout {
        let mut x = 0;
        let mut lefts = Vec::new();
        let mut widths = Vec::new();
        for layer in &self.layers {
            let width = layer.iter().map(|it| self.nodes[*it].size.0).max().unwrap_or(0);
            lefts.push(x);
            widths.push(width);
            x += width + GAP_X;
        }
        let route = |chain: &Vec<usize>| {
            let mut points = Vec::new();
            for (place, number) in chain.iter().enumerate() {
                let node = &self.nodes[*number];
                let (left, middle) = (lefts[node.layer], node.y + node.port());
                // A point lets its edge run straight through the layer.
                if place > 0 {
                    points.push((left, middle));
                }
                if place + 1 < chain.len() {
                    let right = if place == 0 { left + node.size.0 } else { left + widths[node.layer] };
                    points.push((right, middle));
                }
            }
            points
        };
        let boxes = self.nodes.iter().take(count).map(|it| (lefts[it.layer], it.y)).collect();
        let bottom = self.nodes.iter().map(|it| it.y + it.size.1).max().unwrap_or(0);
        Layout { boxes, routes: self.chains.iter().map(route).collect(), size: ((x - GAP_X).max(0), bottom) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_box_stands_right_of_all_that_it_waits_for() {
        let sizes = [(10, 10); 4];
        let layout = lay_out(&sizes, &[(0, 1), (1, 2), (0, 3)].into());
        let lefts: Vec<i32> = layout.boxes.iter().map(|it| it.0).collect();
        assert_eq!(lefts, [0, 56, 112, 56]);
        assert_eq!(layout.size.0, 122);
    }

    #[test]
    fn nothing_takes_no_room() {
        assert_eq!(lay_out(&[], &BTreeSet::new()), Layout::default());
    }

    type Drawn = (Vec<(i32, i32)>, BTreeSet<(usize, usize)>);

    fn graphs() -> impl Strategy<Value = Drawn> {
        proptest::collection::vec((20..300_i32, 20..400_i32), 1..16).prop_flat_map(|sizes| {
            let count = sizes.len();
            let edge = (0..count, 0..count).prop_map(|(a, b)| (a.min(b), a.max(b)));
            let edges = proptest::collection::btree_set(edge, 0..24)
                .prop_map(|it| it.into_iter().filter(|(a, b)| a != b).collect());
            (Just(sizes), edges)
        })
    }

    proptest! {
        #[test]
        fn boxes_do_not_overlap_and_edges_lead_to_the_right((sizes, edges) in graphs()) {
            let layout = lay_out(&sizes, &edges);
            prop_assert_eq!(&layout, &lay_out(&sizes, &edges));
            let edge = |it: usize| {
                let ((x, y), (width, height)) = (layout.boxes[it], sizes[it]);
                (x, y, x + width, y + height)
            };
            for a in 0..sizes.len() {
                let (left, top, right, bottom) = edge(a);
                prop_assert!(left >= 0 && top >= 0 && right <= layout.size.0 && bottom <= layout.size.1);
                for b in 0..a {
                    let other = edge(b);
                    let is_apart = right <= other.0 || other.2 <= left || bottom <= other.1 || other.3 <= top;
                    prop_assert!(is_apart, "{a} and {b} overlap");
                }
            }
            for ((from, to), route) in edges.iter().zip(&layout.routes) {
                prop_assert_eq!(route[0].0, edge(*from).2);
                prop_assert_eq!(route[route.len() - 1].0, edge(*to).0);
                prop_assert!(route.windows(2).all(|pair| pair[0].0 <= pair[1].0));
            }
        }
    }
}
