//! What the picture shows: a card for each component, its objects as rows, and what waits for what.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::ObjectRef;

use crate::change::{Action, Change};
use crate::display::groups;
use crate::display::html::anchors::Anchors;
use crate::plan::Plan;
use crate::steps::{Step, Task};

/// Holds the cards, in the order in which the plan reaches them, and which comes before which.
#[derive(Default)]
pub struct Model<'a> {
    /// The cards.
    pub cards: Vec<Card<'a>>,
    /// From a card to one that waits for it, without those that follow from others.
    pub edges: BTreeSet<(usize, usize)>,
}

/// Holds one component, or a point in the order that is none.
pub struct Card<'a> {
    /// The name of the group, as the page shows it.
    pub name: &'a str,
    /// What stands behind the name.
    pub note: String,
    /// Whether its objects are deleted.
    pub deletes: bool,
    /// Its objects, in the order of the plan.
    pub rows: Vec<Row>,
    /// From a row to one that waits for it, without those that follow from others.
    pub arcs: BTreeSet<(usize, usize)>,
}

/// Holds one object.
pub struct Row {
    /// What happens to it.
    pub action: Action,
    /// Its place on the page.
    pub place: String,
    /// Its kind and name, without namespace.
    pub label: String,
    /// All of its name.
    pub title: String,
}

/// What a step belongs to in the picture; steps of the same key are one card.
type Key<'a> = (&'a str, bool);

impl<'a> Model<'a> {
    /// Reads the steps of a plan.
    pub fn of(plan: &'a Plan, anchors: &Anchors<'_>) -> Self {
        let mut reading = Reading { plan, model: Self::default(), keys: BTreeMap::new(), rows: BTreeMap::new() };
        reading.collect(anchors);
        reading.connect();
        let mut model = reading.model;
        let count = model.cards.len();
        model.edges = reduced(count, &model.edges);
        for card in &mut model.cards {
            card.arcs = reduced(card.rows.len(), &card.arcs);
            card.note = note(card);
        }
        model
    }
}

struct Reading<'a> {
    plan: &'a Plan,
    model: Model<'a>,
    keys: BTreeMap<Key<'a>, usize>,
    rows: BTreeMap<&'a ObjectRef, (usize, usize)>,
}

impl<'a> Reading<'a> {
    fn collect(&mut self, anchors: &Anchors<'_>) {
        for step in self.plan.steps.iter() {
            let Some(key) = key(step, self.plan) else { continue };
            let card = *self.keys.entry(key).or_insert_with(|| {
                let (name, deletes) = key;
                let (rows, arcs) = Default::default();
                self.model.cards.push(Card { name, note: String::new(), deletes, rows, arcs });
                self.model.cards.len() - 1
            });
            if let Some(change) = object_of(step, self.plan)
                && !self.rows.contains_key(&change.object)
            {
                let rows = &mut self.model.cards[card].rows;
                self.rows.insert(&change.object, (card, rows.len()));
                rows.push(row(change, anchors));
            }
        }
    }

    /// Joins each card with those that its steps wait for, also by way of steps that are not drawn.
    fn connect(&mut self) {
        let mut reached: Vec<BTreeSet<usize>> = Vec::new();
        for step in self.plan.steps.iter() {
            let before: BTreeSet<usize> =
                step.needs.iter().filter_map(|it| reached.get(it.0)).flatten().copied().collect();
            let own = key(step, self.plan).and_then(|it| self.keys.get(&it).copied());
            if let Some(own) = own {
                // Cards come in the order of the plan; an edge against it would only lead in a circle.
                self.model.edges.extend(before.iter().filter(|it| **it < own).map(|it| (*it, own)));
            }
            reached.push(own.map_or(before, |it| [it].into()));
            let Some((card, row)) = object_of(step, self.plan).and_then(|it| self.rows.get(&it.object)) else {
                continue;
            };
            let needed = step.needs.iter().filter_map(|it| object_of(self.plan.steps.get(*it)?, self.plan));
            let inside = needed.filter_map(|it| self.rows.get(&it.object)).filter(|(other, _)| other == card);
            let arcs: Vec<(usize, usize)> = inside.map(|(_, other)| (*other, *row)).filter(|(a, b)| a < b).collect();
            self.model.cards[*card].arcs.extend(arcs);
        }
    }
}

fn key<'a>(step: &'a Step, plan: &'a Plan) -> Option<Key<'a>> {
    match &step.task {
        Task::GrowInventory => Some(("inventory", false)),
        Task::ShrinkInventory => Some(("inventory, at last", false)),
        Task::AllWritten => Some(("everything is written", false)),
        _ => object_of(step, plan).map(|it| (groups::name(it), it.action == Action::Delete)),
    }
}

/// The change that a step belongs to, the inventory for both of its writes. Objects that stay as they are, and are only waited for, are not drawn.
fn object_of<'a>(step: &'a Step, plan: &'a Plan) -> Option<&'a Change> {
    let change = match &step.task {
        Task::GrowInventory | Task::ShrinkInventory => plan.changes.iter().find(|it| groups::is_inventory(it)),
        task => plan.change(task.object()?),
    };
    change.filter(|it| it.action != Action::NoOp)
}

fn row(change: &Change, anchors: &Anchors<'_>) -> Row {
    Row {
        action: change.action,
        place: anchors.place(&change.object).unwrap_or_default().to_owned(),
        label: format!("{} {}", change.object.kind.kind, change.object.name),
        title: format!("{} {}", change.action.symbol(), anchors.name(&change.object)),
    }
}

fn note(card: &Card<'_>) -> String {
    let counts = [Action::Create, Action::Update, Action::Replace, Action::Delete].into_iter().filter_map(|action| {
        let count = card.rows.iter().filter(|it| it.action == action).count();
        (count > 0).then(|| format!("{}{count}", action.symbol()))
    });
    counts.collect::<Vec<_>>().join(" ")
}

/// The edges without those that others imply. All lead from a lower number to a higher one.
fn reduced(count: usize, edges: &BTreeSet<(usize, usize)>) -> BTreeSet<(usize, usize)> {
    let mut above: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); count];
    let mut direct: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); count];
    for (from, to) in edges {
        direct[*to].insert(*from);
    }
    let mut kept = BTreeSet::new();
    for to in 0..count {
        // The nearest first: what they reach already needs no edge of its own.
        for from in std::mem::take(&mut direct[to]).into_iter().rev() {
            if above[to].insert(from) {
                kept.insert((from, to));
                let further = above[from].clone();
                above[to].extend(further);
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_that_others_imply_are_not_drawn() {
        let edges = [(0, 1), (1, 2), (0, 2), (0, 3), (2, 3)].into();
        assert_eq!(reduced(4, &edges), [(0, 1), (1, 2), (2, 3)].into());
    }
}
