//! Long texts inside fields, line by line, with the words that differ marked.

use std::collections::BTreeSet;

use similar::{ChangeTag, TextDiff};

use super::palette::Palette;
use crate::change::Action;

/// How many unchanged lines stand around a change.
const CONTEXT: usize = 2;

/// Compares two texts; what is left out between changes is counted.
pub fn lines(before: &str, after: &str, palette: Palette) -> Vec<String> {
    let diff = TextDiff::from_lines(before, after);
    let mut shown = Vec::new();
    let mut next = 0;
    for group in diff.grouped_ops(CONTEXT) {
        let start = group.first().map_or(next, |op| op.new_range().start);
        shown.extend(left_out(start.saturating_sub(next), palette));
        for op in &group {
            // Without a deadline, since a clock would make equal plans look different.
            for change in diff.iter_inline_changes_deadline(op, None) {
                shown.push(line(change.tag(), change.values(), palette));
            }
        }
        next = group.last().map_or(next, |op| op.new_range().end);
    }
    shown.extend(left_out(diff.new_len().saturating_sub(next), palette));
    shown
}

fn line(tag: ChangeTag, values: &[(bool, &str)], palette: Palette) -> String {
    let (sign, action) = match tag {
        ChangeTag::Equal => (' ', Action::NoOp),
        ChangeTag::Insert => ('+', Action::Create),
        ChangeTag::Delete => ('-', Action::Delete),
    };
    let pieces = values.iter().map(|(differs, text)| {
        let text = text.trim_end_matches('\n');
        match (tag, differs) {
            (ChangeTag::Equal, _) => palette.dim(text),
            (_, true) if !text.is_empty() => palette.emphasised(action, text),
            _ => palette.action(action, text),
        }
    });
    format!("{} {}", palette.action(action, sign), pieces.collect::<String>())
}

fn left_out(count: usize, palette: Palette) -> Option<String> {
    (count > 0).then(|| palette.dim(format!("  … {count} equal {}", if count == 1 { "line" } else { "lines" })))
}

/// What comes and goes in a list that is written as one text, its items parted by commas.
pub struct ItemDiff<'t> {
    /// The items that go away.
    pub removed: Vec<&'t str>,
    /// The items that are new.
    pub added: Vec<&'t str>,
    /// How many stay.
    pub same: usize,
}

impl<'t> ItemDiff<'t> {
    /// Compares two lists; nothing when they are no lists, or when more differs than single items.
    pub fn of(before: &'t str, after: &'t str) -> Option<Self> {
        let (old, new): (Vec<&str>, Vec<&str>) = (before.split(',').collect(), after.split(',').collect());
        let split = |these: Vec<&'t str>, those: &BTreeSet<&str>| -> (Vec<&'t str>, Vec<&'t str>) {
            these.into_iter().partition(|it| those.contains(it))
        };
        let (in_old, in_new) = (old.iter().copied().collect(), new.iter().copied().collect());
        let ((stay, removed), (also, added)) = (split(old, &in_new), split(new, &in_old));
        let is_list = stay.len() > 2 && stay == also && removed.len() + added.len() > 0;
        is_list.then_some(Self { removed, added, same: stay.len() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_lines_far_from_a_change_are_counted() {
        let before = "a\nb\nc\nd\ne\nf\n";
        let after = "a\nb\nc\nd\nE\nf\n";
        let shown = lines(before, after, Palette::plain());
        assert_eq!(shown, ["  … 2 equal lines", "  c", "  d", "- e", "+ E", "  f"]);
    }

    #[test]
    fn the_rest_after_the_last_change_is_counted() {
        let shown = lines("a\nb\nc\nd\n", "A\nb\nc\nd\n", Palette::plain());
        assert_eq!(shown, ["- a", "+ A", "  b", "  c", "  … 1 equal line"]);
    }

    #[test]
    fn of_a_list_only_what_comes_and_goes_is_told() {
        let diff = ItemDiff::of("a,b,c,d", "a,c,d,e").unwrap();
        assert_eq!((diff.removed, diff.added, diff.same), (vec!["b"], vec!["e"], 3));
    }

    #[test]
    fn a_list_in_another_order_is_shown_whole() {
        assert!(ItemDiff::of("a,b,c,d", "d,c,b,a,e").is_none());
        assert!(ItemDiff::of("plain text, with a comma", "other text, with a comma").is_none());
    }
}
