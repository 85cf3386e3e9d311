//! What happens to one field, laid out for reading: every reader of a plan writes this down in its own form.

mod block;
mod items;
mod lines;
mod words;

use ks_model::language::Phrasebook;
use serde_json::Value;

use super::value::{inline, visible};
use crate::change::FieldChange;

pub use block::block;

/// From this many characters on, two values stand below each other, and lists and maps take a line for each item.
const WIDE: usize = 60;

/// Holds one field with what happens to it.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldDiff {
    /// The field, harmless to print.
    pub path: String,
    /// Its values.
    pub shape: Shape,
}

/// Holds the values of a field as they are laid out.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Both on the line of the field.
    Beside {
        /// The live value.
        before: String,
        /// The value after.
        after: String,
    },
    /// The only one, on the line of the field.
    Single(Side, String),
    /// On lines below the field, which all come or go when there is one value only.
    Below {
        /// What is said beside the field.
        note: Option<String>,
        /// The side of all lines, when they have the same one.
        side: Option<Side>,
        /// The lines.
        lines: Vec<Line>,
    },
}

/// Says on which side of a comparison something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// On both.
    Same,
    /// Only before.
    Removed,
    /// Only after.
    Added,
    /// On both, and not shown: the text says how much it is.
    LeftOut,
}

impl Side {
    /// The sign at the beginning of a line.
    pub fn sign(self) -> char {
        match self {
            Self::Removed => '-',
            Self::Added => '+',
            Self::Same | Self::LeftOut => ' ',
        }
    }
}

/// Holds one line of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its side.
    pub side: Side,
    /// Its text, piece by piece.
    pub pieces: Vec<Piece>,
}

/// Holds a piece of a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// Whether it differs from the other side, is equal, or stands for what is not shown.
    pub mark: Mark,
    /// Its text.
    pub text: String,
}

/// Says what a piece of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Like the line that it stands in.
    Plain,
    /// What differs within the line.
    Differs,
    /// Words of ours about what is not shown.
    LeftOut,
}

impl Line {
    fn plain(side: Side, text: impl Into<String>) -> Self {
        Self { side, pieces: vec![Piece { mark: Mark::Plain, text: text.into() }] }
    }

    fn left_out(count: usize, what: &str) -> Option<Self> {
        let ending = if count == 1 { "" } else { "s" };
        let text = format!("… {count} {what}{ending}");
        let pieces = vec![Piece { mark: Mark::LeftOut, text }];
        (count > 0).then_some(Self { side: Side::LeftOut, pieces })
    }

    /// The text without marks; words of ours in the language of the reader.
    pub fn text(&self, book: Phrasebook) -> String {
        let piece = |it: &Piece| match it.mark {
            Mark::LeftOut => book.read(&it.text).into_owned(),
            Mark::Plain | Mark::Differs => it.text.clone(),
        };
        self.pieces.iter().map(piece).collect()
    }
}

impl FieldDiff {
    /// Lays out a change of a field; nothing when it has no value on either side.
    pub fn of(field: &FieldChange) -> Option<Self> {
        let shape = match (&field.before, &field.after) {
            (Some(before), Some(after)) => alteration(before, after),
            (None, Some(after)) => single(Side::Added, after),
            (Some(before), None) => single(Side::Removed, before),
            (None, None) => return None,
        };
        Some(Self { path: visible(&field.path).replace('\n', "\\n"), shape })
    }

    /// The same with at most `most` lines that follow each other and all come or all go.
    pub fn folded(mut self, most: usize) -> Self {
        if let Shape::Below { lines, .. } = &mut self.shape {
            *lines = fold(std::mem::take(lines), most);
        }
        self
    }
}

fn single(side: Side, value: &Value) -> Shape {
    let shown = inline(value);
    let whole = |note: Option<&str>, lines: Vec<String>| {
        let lines = lines.into_iter().map(|it| Line::plain(side, it)).collect();
        Shape::Below { note: note.map(str::to_owned), side: Some(side), lines }
    };
    match value {
        Value::String(text) if text.contains('\n') => whole(None, visible(text).lines().map(str::to_owned).collect()),
        Value::String(text) if is_wide(&shown) => match json_in(text) {
            Some(json) => whole(Some("JSON"), block(&json)),
            None => Shape::Single(side, shown),
        },
        Value::Array(_) | Value::Object(_) if is_wide(&shown) => whole(None, block(value)),
        _ => Shape::Single(side, shown),
    }
}

fn alteration(before: &Value, after: &Value) -> Shape {
    if let (Value::String(old), Value::String(new)) = (before, after)
        && (old.contains('\n') || new.contains('\n'))
    {
        return below(None, lines::compare(&visible(old), &visible(new)));
    }
    let (old, new) = (inline(before), inline(after));
    if !is_wide(&old) && !is_wide(&new) {
        return Shape::Beside { before: old, after: new };
    }
    match (before, after) {
        (Value::String(before), Value::String(after)) => long_texts(before, after),
        (Value::Array(_) | Value::Object(_), _) | (_, Value::Array(_) | Value::Object(_)) => {
            below(None, values(before, after))
        }
        _ => below(None, vec![Line::plain(Side::Removed, old), Line::plain(Side::Added, new)]),
    }
}

/// JSON shows its fields, a list with commas what comes and goes, and everything else the words that differ.
fn long_texts(before: &str, after: &str) -> Shape {
    if let (Some(old), Some(new)) = (json_in(before), json_in(after))
        && old != new
    {
        return below(Some("JSON".to_owned()), values(&old, &new));
    }
    if let Some((note, lines)) = items::compare(&visible(before), &visible(after)) {
        return below(Some(note), lines);
    }
    below(None, words::compare(&inline(&before.into()), &inline(&after.into())))
}

fn values(before: &Value, after: &Value) -> Vec<Line> {
    lines::compare(&(block(before).join("\n") + "\n"), &(block(after).join("\n") + "\n"))
}

fn below(note: Option<String>, lines: Vec<Line>) -> Shape {
    Shape::Below { note, side: None, lines }
}

fn is_wide(text: &str) -> bool {
    text.chars().count() >= WIDE
}

/// The list or map that a text holds as JSON.
fn json_in(text: &str) -> Option<Value> {
    let value: Value = text.starts_with(['{', '[']).then(|| serde_json::from_str(text).ok())??;
    let is_filled =
        value.as_object().is_some_and(|it| !it.is_empty()) || value.as_array().is_some_and(|it| !it.is_empty());
    is_filled.then_some(value)
}

fn fold(lines: Vec<Line>, most: usize) -> Vec<Line> {
    let mut folded = Vec::new();
    for run in lines.chunk_by(|a, b| a.side == b.side) {
        let shown = if matches!(run[0].side, Side::Added | Side::Removed) { most } else { run.len() };
        folded.extend(run.iter().take(shown).cloned());
        folded.extend(Line::left_out(run.len().saturating_sub(shown), "more line"));
    }
    folded
}

#[cfg(test)]
mod tests;
