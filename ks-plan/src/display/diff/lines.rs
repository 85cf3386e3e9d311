//! Long texts line by line, with the words that differ marked and equal lines far from a change folded.

use similar::{ChangeTag, TextDiff};

use super::words::fold;
use super::{Line, Mark, Piece, Side};

/// How many unchanged lines stand around a change.
const CONTEXT: usize = 2;

/// Compares two texts; what is left out between changes is counted.
pub fn compare(before: &str, after: &str) -> Vec<Line> {
    let diff = TextDiff::from_lines(before, after);
    let mut shown = Vec::new();
    let mut next = 0;
    for group in diff.grouped_ops(CONTEXT) {
        let start = group.first().map_or(next, |op| op.new_range().start);
        shown.extend(Line::left_out(start.saturating_sub(next), "equal line"));
        for op in &group {
            // Without a deadline, since a clock would make equal plans look different.
            for change in diff.iter_inline_changes_deadline(op, None) {
                shown.push(line(change.tag(), change.values()));
            }
        }
        next = group.last().map_or(next, |op| op.new_range().end);
    }
    shown.extend(Line::left_out(diff.new_len().saturating_sub(next), "equal line"));
    if before.ends_with('\n') != after.ends_with('\n') {
        let which = if before.ends_with('\n') { "after" } else { "before" };
        let text = format!("no line break at the end {which}");
        shown.push(Line { side: Side::LeftOut, pieces: vec![Piece { mark: Mark::LeftOut, text }] });
    }
    shown
}

fn line(tag: ChangeTag, values: &[(bool, &str)]) -> Line {
    let side = match tag {
        ChangeTag::Equal => Side::Same,
        ChangeTag::Insert => Side::Added,
        ChangeTag::Delete => Side::Removed,
    };
    // A line that differs as a whole is marked by its sign.
    let differs_whole = values.iter().all(|(differs, text)| *differs || text.trim().is_empty());
    let pieces = values.iter().filter_map(|(differs, text)| {
        let text = text.trim_end_matches('\n');
        let mark = if *differs && side != Side::Same && !differs_whole { Mark::Differs } else { Mark::Plain };
        (!text.is_empty()).then(|| Piece { mark, text: text.to_owned() })
    });
    Line { side, pieces: fold(pieces.collect()) }
}
