//! One object of a plan in Markdown: folded with its fields, or on one line.

use ks_model::language::Phrasebook;
use ks_model::say;

use super::escape::{block, code, html};
use crate::change::{Action, Change, Risk};
use crate::conflict::Resolution;
use crate::display::diff::{FieldDiff, Shape, Side};
use crate::display::names::ShortNames;
use crate::display::reason;
use crate::display::sentences::{self, one_line};

/// How many lines of a long change are shown when it is cut.
const CUT: usize = 30;

/// Holds an object in each form in which it may be shown.
pub struct Object {
    /// What happens to it.
    pub action: Action,
    /// What may be lost.
    pub risk: Risk,
    /// With all fields and reasons.
    pub full: String,
    /// With the first lines of them, when there are more.
    pub cut: Option<String>,
    /// On one line.
    pub line: String,
}

impl Object {
    /// Writes an object down in each form.
    pub fn of(change: &Change, names: &ShortNames, book: Phrasebook) -> Self {
        let lines = lines(change, book);
        let summary = format!("{}{}", html(&named(change, names)), notes(change, book));
        let folded =
            |lines: &[String]| format!("<details><summary>{summary}</summary>\n\n{}\n\n</details>\n\n", block(lines));
        let cut = (lines.len() > CUT + 1).then(|| {
            let hidden = format!("  {}", say!(book, "… {count} more lines", count = lines.len() - CUT));
            folded(&[&lines[..CUT], &[hidden]].concat())
        });
        let short = Self::named(change, names, book);
        if lines.is_empty() { short } else { Self { full: folded(&lines), cut, ..short } }
    }

    /// Whether there is more of it than its line.
    pub fn is_folded(&self) -> bool {
        self.full != self.line
    }

    /// Writes an object down of which there is nothing to say that does not stand above it.
    pub fn named(change: &Change, names: &ShortNames, book: Phrasebook) -> Self {
        let line = format!("- {}{}\n", code(&named(change, names)), notes(change, book));
        Self { action: change.action, risk: change.risk, full: line.clone(), cut: None, line }
    }
}

fn named(change: &Change, names: &ShortNames) -> String {
    format!("{} {}", change.action.symbol(), names.show(&change.object))
}

fn notes(change: &Change, book: Phrasebook) -> String {
    let risk = (change.risk != Risk::Safe).then(|| sentences::named_risk(book, change.risk));
    let doubt = sentences::doubt(book, change).filter(|_| change.action != Action::Create);
    let conflicts = match change.unresolved().count() {
        0 => None,
        1 => Some(say!(book, "1 field of another manager")),
        count => Some(say!(book, "{count} fields of other managers", count)),
    };
    [risk, conflicts, doubt].into_iter().flatten().map(|it| format!(" · {it}")).collect()
}

fn lines(change: &Change, book: Phrasebook) -> Vec<String> {
    // What the first lines say is what cutting keeps: what needs a decision, then why, then the fields.
    let mut lines: Vec<String> = Vec::new();
    let fixed = |it: &String| say!(book, "{field} cannot be changed in place", field = one_line(it));
    lines.extend(change.immutable.iter().map(|it| format!("! {}", fixed(it))));
    lines.extend(change.conflicts.iter().map(|it| {
        let (field, owner) = (one_line(&it.field), one_line(&it.owner.to_string()));
        match it.resolution {
            Resolution::Taken => format!("! {}", say!(book, "takes {field} from {owner}", field, owner)),
            Resolution::Unresolved => format!("! {}", say!(book, "{field} belongs to {owner}", field, owner)),
        }
    }));
    let reasons = change.reasons.iter().map(|it| one_line(&reason::in_words(book, it)));
    lines.extend(reasons.map(|why| format!("# {}", say!(book, "because {why}", why))));
    lines.extend(change.fields.iter().filter_map(FieldDiff::of).flat_map(|it| field(it, book)));
    lines
}

fn field(diff: FieldDiff, book: Phrasebook) -> Vec<String> {
    let path = diff.path;
    match diff.shape {
        Shape::Beside { before, after } => vec![format!("- {path}: {before}"), format!("+ {path}: {after}")],
        Shape::Single(side, value) => vec![format!("{} {path}: {value}", side.sign())],
        Shape::Below { note, side, lines } => {
            let note = note.map(|it| format!(" {}", book.read(&it))).unwrap_or_default();
            let (head, indent) = match side {
                Some(side) => (format!("{} {path}:{note}", side.sign()), "  "),
                None => (format!("@@ {path} @@{note}"), ""),
            };
            let sign = |it: Side| it.sign();
            let lines = lines.iter().map(|it| format!("{} {indent}{}", sign(it.side), it.text(book)));
            [head].into_iter().chain(lines).collect()
        }
    }
}
