//! What is left out, and in which order, when a plan is longer than a forge takes.

use super::page::Page;
use crate::change::{Action, Risk};

/// One step towards a shorter page. Each does one more thing than all before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shorten {
    /// An object, by its place, keeps the first lines of its fields.
    Cut(usize),
    /// An object keeps its line.
    Line(usize),
    /// An object is only counted.
    Count(usize),
    /// The last line of a section, by its place, goes.
    Drop(usize),
    /// The table of components goes.
    Table,
    /// What is known of the cluster goes.
    Facts,
}

/// The steps in their order: the fields of new objects, then those of changed ones, first down to their first lines; then the
/// reasons of deletes; then the objects themselves, those that are at risk last; then the sections, from the least telling
/// to what refuses the plan.
pub fn steps(page: &Page) -> Vec<Shorten> {
    let objects: Vec<_> = page.groups.iter().flat_map(|it| &it.objects).enumerate().collect();
    let backwards = |keep: &dyn Fn(Action, Risk) -> bool| -> Vec<usize> {
        objects.iter().rev().filter(|(_, it)| keep(it.action, it.risk)).map(|(place, _)| *place).collect()
    };
    let created = backwards(&|it, _| it == Action::Create);
    let changed = backwards(&|it, _| !matches!(it, Action::Create | Action::Delete));
    let deleted = backwards(&|it, _| it == Action::Delete);
    let mut steps = Vec::new();
    for places in [&created, &changed, &deleted] {
        steps.extend(places.iter().filter(|it| objects[**it].1.cut.is_some()).map(|it| Shorten::Cut(*it)));
        steps.extend(places.iter().filter(|it| objects[**it].1.is_folded()).map(|it| Shorten::Line(*it)));
    }
    steps.extend(created.iter().map(|it| Shorten::Count(*it)));
    for is_safe in [true, false] {
        let others = backwards(&|action, risk| action != Action::Create && (risk == Risk::Safe) == is_safe);
        steps.extend(others.into_iter().map(Shorten::Count));
    }
    for (place, section) in page.sections.iter().enumerate().rev() {
        steps.extend(section.lines.iter().map(|_| Shorten::Drop(place)));
    }
    steps.extend([Shorten::Table, Shorten::Facts]);
    steps
}

/// Writes the page with as few of the steps as it takes to fit; when all of them do not suffice, the heading is cut.
pub fn fit(page: &Page, max_size: usize) -> String {
    let steps = steps(page);
    let whole = page.write(&[], max_size);
    if whole.len() <= max_size {
        return whole;
    }
    // The first number of steps that fits lies above `too_few` and at or below `enough`.
    let (mut too_few, mut enough) = (0, steps.len());
    let mut shortest = page.write(&steps, max_size);
    while shortest.len() <= max_size && enough - too_few > 1 {
        let middle = too_few + (enough - too_few) / 2;
        let tried = page.write(&steps[..middle], max_size);
        if tried.len() <= max_size {
            (enough, shortest) = (middle, tried);
        } else {
            too_few = middle;
        }
    }
    cut(shortest, max_size)
}

fn cut(mut text: String, max_size: usize) -> String {
    if text.len() > max_size {
        let end = (0..=max_size).rev().find(|it| text.is_char_boundary(*it)).unwrap_or(0);
        text.truncate(end);
    }
    text
}
