//! One field of a change, before and after.

use super::palette::Palette;
use super::text_diff::{self, ItemDiff};
use super::value::{inline, visible};
use crate::change::{Action, FieldChange};

/// From this many characters on, two values stand below each other.
const WIDE: usize = 60;

/// Writes what happens to a field, in as few lines as show all of it.
pub fn lines(action: Action, field: &FieldChange, palette: Palette) -> Vec<String> {
    let path = &field.path;
    match (&field.before, &field.after) {
        (Some(before), Some(after)) => match (before.as_str(), after.as_str()) {
            (Some(before), Some(after)) => text(path, before, after, palette),
            _ => alteration(path, &inline(before), &inline(after), palette),
        },
        (None, Some(after)) if action == Action::Create => vec![format!("      {path}: {}", inline(after))],
        (None, Some(after)) => {
            vec![format!("    {} {path}: {}", palette.action(Action::Create, '+'), inline(after))]
        }
        (Some(before), None) => {
            vec![format!("    {} {path}: {}", palette.removed('-'), palette.removed(inline(before)))]
        }
        (None, None) => Vec::new(),
    }
}

/// Texts of several lines show the lines that differ; a list with commas shows what comes and goes.
fn text(path: &str, before: &str, after: &str, palette: Palette) -> Vec<String> {
    if before.contains('\n') || after.contains('\n') {
        let shown =
            text_diff::lines(&visible(before), &visible(after), palette).into_iter().map(|it| format!("        {it}"));
        return [format!("      {path}:")].into_iter().chain(shown).collect();
    }
    let is_long = before.len().max(after.len()) >= WIDE;
    let (old, new) = (visible(before), visible(after));
    match ItemDiff::of(&old, &new).filter(|_| is_long) {
        Some(lists) => items(path, &lists, palette),
        None => alteration(path, &inline(&before.into()), &inline(&after.into()), palette),
    }
}

fn items(path: &str, lists: &ItemDiff<'_>, palette: Palette) -> Vec<String> {
    let same = palette.dim(format!("{} items stay", lists.same));
    let removed = lists.removed.iter().map(|it| palette.removed(format!("        - {it}")));
    let added = lists.added.iter().map(|it| palette.action(Action::Create, format!("        + {it}")));
    [format!("      {path}: {same}")].into_iter().chain(removed).chain(added).collect()
}

fn alteration(path: &str, before: &str, after: &str, palette: Palette) -> Vec<String> {
    let (old, new) = (palette.removed(before), palette.action(Action::Create, after));
    if before.chars().count().max(after.chars().count()) < WIDE {
        return vec![format!("      {path}: {old} → {new}")];
    }
    vec![
        format!("      {path}:"),
        format!("        {} {old}", palette.removed('-')),
        format!("        {} {new}", palette.action(Action::Create, '+')),
    ]
}
