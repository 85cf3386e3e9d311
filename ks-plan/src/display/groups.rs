//! Changes, grouped as they are shown.

use ks_model::language::Phrasebook;
use ks_model::{Ownership, say};

use super::{reason, sentences};
use crate::change::{Action, Change, Reason, Risk};
use crate::plan::{Plan, Summary};

/// Of objects that no component has.
const OF_NONE: &str = "of no component";
/// Of fields in objects of others.
const GIVEN_BACK: &str = "given back";
/// Of the list of what ks owns.
const INVENTORY: &str = "inventory";

/// One component with its changes.
pub struct Group<'a> {
    /// The component; the inventory and homeless objects have names of their own.
    pub name: &'a str,
    /// Its changes, in the order of the plan.
    pub changes: Vec<&'a Change>,
}

impl Group<'_> {
    /// Its name for people.
    pub fn title(&self, book: Phrasebook) -> String {
        title(book, self.name)
    }
}

/// The name of a group for people: that of a component stays as it is.
pub fn title(book: Phrasebook, name: &str) -> String {
    match name {
        OF_NONE => say!(book, "of no component"),
        GIVEN_BACK => say!(book, "given back"),
        INVENTORY => say!(book, "inventory"),
        component => component.to_owned(),
    }
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

/// How many changes of each kind every component has, and the highest risk among them.
pub fn by_component(plan: &Plan) -> Vec<(&str, Summary, Risk)> {
    let mut rows: Vec<(&str, Summary, Risk)> = Vec::new();
    for group in written(plan).into_iter().chain(deleted(plan)) {
        let place = rows.iter().position(|(name, ..)| *name == group.name).unwrap_or_else(|| {
            rows.push((group.name, Summary::default(), Risk::Safe));
            rows.len() - 1
        });
        let (_, summary, risk) = &mut rows[place];
        for change in group.changes {
            summary.count(change.action);
            *risk = change.risk.max(*risk);
        }
    }
    rows
}

/// Whether a change is that of the inventory itself.
pub fn is_inventory(change: &Change) -> bool {
    change.reasons.contains(&Reason::Inventory)
}

/// The group that a change stands in.
pub fn name(change: &Change) -> &str {
    match &change.component {
        Some(component) => component.as_str(),
        None if change.action == Action::Delete => OF_NONE,
        None if change.ownership == Ownership::Fields => GIVEN_BACK,
        None => INVENTORY,
    }
}

/// The reason that all deletes of a group share, in words.
pub fn shared_reason(book: Phrasebook, group: &Group<'_>) -> Option<String> {
    let (first, rest) = group.changes.split_first()?;
    let is_shared = rest.iter().all(|it| it.reasons == first.reasons);
    let reason = first.reasons.first().filter(|_| is_shared && first.reasons.len() == 1)?;
    Some(reason::in_words(book, reason))
}

/// Says how many of each there are: `18 to create, 1 to change`.
pub fn counts(book: Phrasebook, group: &Group<'_>) -> String {
    let actions = [Action::Create, Action::Update, Action::Replace, Action::Delete];
    let parts = actions.into_iter().filter_map(|action| {
        let count = group.changes.iter().filter(|it| it.action == action).count();
        (count > 0).then(|| sentences::count(book, action, count))
    });
    sentences::listed(book, &parts.collect::<Vec<_>>())
}
