//! One field of a change as text, before and after.

use ks_model::language::Phrasebook;

use super::diff::{FieldDiff, Line, Mark, Piece, Shape, Side};
use super::palette::Palette;
use crate::change::{Action, FieldChange};

/// How many new or removed lines of one field follow each other, unless everything is to be shown.
const MOST: usize = 40;

/// Says how a field is shown.
#[derive(Clone, Copy)]
pub struct Style {
    /// Whether all lines are shown.
    pub full: bool,
    /// With which colours.
    pub palette: Palette,
    /// In which language.
    pub book: Phrasebook,
}

/// Writes what happens to a field, in as few lines as show it.
pub fn lines(action: Action, field: &FieldChange, style: Style) -> Vec<String> {
    let Style { full, palette, book } = style;
    let Some(diff) = FieldDiff::of(field) else { return Vec::new() };
    let FieldDiff { path, shape } = if full { diff } else { diff.folded(MOST) };
    // Of a new object everything is new: that needs no sign.
    let sign = |side: Side| match side {
        Side::Removed => format!("    {} ", palette.removed('-')),
        Side::Added if action != Action::Create => format!("    {} ", palette.action(Action::Create, '+')),
        _ => "      ".to_owned(),
    };
    match shape {
        Shape::Beside { before, after } => {
            let (before, after) = (palette.removed(before), palette.action(Action::Create, after));
            vec![format!("      {path}: {before} → {after}")]
        }
        Shape::Single(side @ Side::Removed, value) => vec![format!("{}{path}: {}", sign(side), palette.removed(value))],
        Shape::Single(side, value) => vec![format!("{}{path}: {value}", sign(side))],
        Shape::Below { note, side: Some(side), lines } => {
            let shown = lines.iter().map(|it| match side {
                Side::Removed => format!("          {}", palette.removed(it.text(book))),
                _ => format!("          {}", it.text(book)),
            });
            [head(&sign(side), &path, note, style)].into_iter().chain(shown).collect()
        }
        Shape::Below { note, side: None, lines } => {
            let shown = lines.iter().map(|it| format!("        {}", line(it, style)));
            [head("      ", &path, note, style)].into_iter().chain(shown).collect()
        }
    }
}

fn head(sign: &str, path: &str, note: Option<String>, style: Style) -> String {
    let note = note.map(|it| style.palette.dim(format!(" {}", style.book.read(&it)))).unwrap_or_default();
    format!("{sign}{path}:{note}")
}

fn line(line: &Line, style: Style) -> String {
    let palette = style.palette;
    let action = match line.side {
        Side::Removed => Action::Delete,
        Side::Added => Action::Create,
        Side::Same | Side::LeftOut => Action::NoOp,
    };
    let piece = |it: &Piece| match it.mark {
        Mark::Differs => palette.emphasised(action, &it.text),
        Mark::LeftOut => palette.dim(style.book.read(&it.text)),
        Mark::Plain if action == Action::NoOp => palette.dim(&it.text),
        Mark::Plain => palette.action(action, &it.text),
    };
    let pieces: String = line.pieces.iter().map(piece).collect();
    format!("{} {pieces}", palette.action(action, line.side.sign()))
}
