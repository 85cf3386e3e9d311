//! Changes, grouped as they are shown.

use ks_model::Ownership;

use crate::change::{Action, Change};
use crate::plan::Plan;

/// One component with its changes.
pub struct Group<'a> {
    /// The component; the inventory and homeless objects have names of their own.
    pub name: &'a str,
    /// Its changes, in the order of the plan.
    pub changes: Vec<&'a Change>,
}

/// The writes, component by component in the order in which the plan reaches them.
pub fn written(plan: &Plan) -> Vec<Group<'_>> {
    let is_write = |it: &&Change| !matches!(it.action, Action::NoOp | Action::Delete);
    let mut groups: Vec<Group<'_>> = Vec::new();
    for change in plan.changes.iter().filter(is_write) {
        let name = name(change);
        match groups.iter_mut().find(|it| it.name == name) {
            Some(group) => group.changes.push(change),
            None => groups.push(Group { name, changes: vec![change] }),
        }
    }
    groups
}

/// The deletes, in their order; neighbours of one component stand together.
pub fn deleted(plan: &Plan) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for change in plan.changes.iter().filter(|it| it.action == Action::Delete) {
        let name = name(change);
        match groups.last_mut().filter(|it| it.name == name) {
            Some(group) => group.changes.push(change),
            None => groups.push(Group { name, changes: vec![change] }),
        }
    }
    groups
}

fn name(change: &Change) -> &str {
    match &change.component {
        Some(component) => component.as_str(),
        None if change.action == Action::Delete => "of no component",
        None if change.ownership == Ownership::Fields => "given back",
        None => "inventory",
    }
}

/// Says how many of each there are: `18 to create, 1 to change`.
pub fn counts(group: &Group<'_>) -> String {
    let words = [
        (Action::Create, "to create"),
        (Action::Update, "to change"),
        (Action::Replace, "to replace"),
        (Action::Delete, "to delete"),
    ];
    let parts = words.into_iter().filter_map(|(action, word)| {
        let count = group.changes.iter().filter(|it| it.action == action).count();
        (count > 0).then(|| format!("{count} {word}"))
    });
    parts.collect::<Vec<_>>().join(", ")
}
