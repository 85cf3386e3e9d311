//! One object: its line, and below it why it changes, what it waits for, and its fields.

use ks_model::language::Phrasebook;

use super::anchors::Anchors;
use super::markup::Markup;
use super::waits::Waits;
use crate::change::{Action, Change, FieldChange, Risk};
use crate::conflict::Resolution;
use crate::display::diff::{FieldDiff, Line, Mark, Shape, Side};
use crate::display::{reason, sentences};

/// How many lines of a new object stand on the page. Definitions have thousands, which nobody reads here.
const MOST: usize = 400;
/// How many objects are named that an object waits for.
const MOST_WAITS: usize = 12;

/// Writes an object down.
pub fn object(change: &Change, anchors: &Anchors<'_>, waits: &Waits<'_>, page: &mut Markup) {
    let place = anchors.place(&change.object).unwrap_or_default();
    let component = crate::display::groups::name(change);
    let risk = change.risk.to_string();
    let attributes = [
        ("class", "object"),
        ("id", place),
        ("data-action", word(change.action)),
        ("data-risk", risk.as_str()),
        ("data-component", component),
    ];
    page.element("details", &attributes, |page| {
        page.element("summary", &[], |page| summary(change, anchors, page));
        page.element("div", &[("class", "body")], |page| {
            told(change, page);
            waited_for(change, anchors, waits, page);
            fields(change, page);
        });
    });
    page.raw("\n");
}

/// The word that stands for an action in attributes.
pub fn word(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Update => "update",
        Action::Replace => "replace",
        Action::Delete => "delete",
        Action::NoOp => "none",
    }
}

/// What an action does, for those who do not see the sign.
fn doing(action: Action) -> &'static str {
    match action {
        Action::Create => "made: ",
        Action::Update => "changed in place: ",
        Action::Replace => "deleted and made again: ",
        Action::Delete => "deleted: ",
        Action::NoOp => "",
    }
}

fn summary(change: &Change, anchors: &Anchors<'_>, page: &mut Markup) {
    let sign = change.action.symbol().to_string();
    page.element("span", &[("class", "sign"), ("aria-hidden", "true")], |it| it.text(&sign));
    page.leaf("span", &[("class", "unseen")], doing(change.action));
    let name = anchors.name(&change.object);
    let (kind, name) = name.split_once(' ').unwrap_or(("", &name));
    page.element("span", &[("class", "title")], |page| {
        page.leaf("span", &[("class", "kind")], kind);
        page.raw(" ");
        page.leaf("span", &[("class", "name")], name);
    });
    page.element("span", &[("class", "badges")], |page| {
        if change.risk != Risk::Safe {
            let class = if change.risk == Risk::DataLoss { "badge bad" } else { "badge caution" };
            let risk = sentences::risk(Phrasebook::ENGLISH, change.risk);
            page.leaf("span", &[("class", class), ("title", &risk)], &change.risk.to_string());
        }
        let conflicts = change.unresolved().count();
        if conflicts > 0 {
            let text = if conflicts == 1 { "1 conflict".to_owned() } else { format!("{conflicts} conflicts") };
            page.leaf("span", &[("class", "badge bad")], &text);
        }
        if let Some(doubt) = sentences::doubt(Phrasebook::ENGLISH, change) {
            page.leaf("span", &[("class", "badge quiet")], &doubt);
        }
        if matches!(change.action, Action::Update | Action::Replace) {
            let count = change.fields.len();
            let text = if count == 1 { "1 field".to_owned() } else { format!("{count} fields") };
            page.leaf("span", &[("class", "badge quiet")], &text);
        }
    });
}

fn told(change: &Change, page: &mut Markup) {
    for field in &change.immutable {
        page.element("p", &[("class", "part note caution")], |page| {
            page.leaf("code", &[], field);
            page.raw(" cannot be changed in place");
        });
    }
    for conflict in &change.conflicts {
        let (class, words) = match conflict.resolution {
            Resolution::Taken => ("part note caution", " is taken from "),
            Resolution::Unresolved => ("part note bad", " belongs to "),
        };
        page.element("p", &[("class", class)], |page| {
            page.leaf("code", &[], &conflict.field);
            page.raw(words);
            page.leaf("strong", &[], &conflict.owner.to_string());
        });
    }
    page.element("ul", &[("class", "reasons")], |page| {
        for reason in &change.reasons {
            page.element("li", &[("class", "part")], |page| {
                page.raw("because ");
                page.text(&reason::in_words(Phrasebook::ENGLISH, reason));
            });
        }
    });
}

fn waited_for(change: &Change, anchors: &Anchors<'_>, waits: &Waits<'_>, page: &mut Markup) {
    let waits = waits.of(&change.object);
    if waits.components.is_empty() && waits.objects.is_empty() {
        return;
    }
    page.element("p", &[("class", "part waits")], |page| {
        page.raw("waits for ");
        let mut is_first = true;
        let mut comma = |page: &mut Markup| {
            if !std::mem::take(&mut is_first) {
                page.raw(", ");
            }
        };
        for (component, until) in &waits.components {
            comma(page);
            page.raw("component ");
            page.text(component.as_str());
            page.raw(" to be ");
            page.text(&until.to_string());
        }
        for object in waits.objects.iter().take(MOST_WAITS) {
            comma(page);
            let link = format!("#{}", anchors.place(object).unwrap_or_default());
            page.leaf("a", &[("href", &link)], &anchors.name(object));
        }
        let more = waits.objects.len().saturating_sub(MOST_WAITS);
        if more > 0 {
            page.text(&format!(" and {more} more"));
        }
    });
}

fn fields(change: &Change, page: &mut Markup) {
    if change.fields.is_empty() {
        return;
    }
    let is_new = change.action == Action::Create;
    page.element("div", &[("class", if is_new { "fields new" } else { "fields" })], |page| {
        let mut left = if is_new { MOST } else { usize::MAX };
        let mut hidden = 0;
        for (number, it) in change.fields.iter().enumerate() {
            let lines = field(it, left, is_new, page);
            left = left.saturating_sub(lines);
            if left == 0 {
                hidden = change.fields.len() - number - 1;
                break;
            }
        }
        if hidden > 0 {
            let text = format!("… {hidden} more fields. ks render prints the whole object.");
            page.leaf("p", &[("class", "rest")], &text);
        }
    });
}

/// Writes a field with at most `most` lines, and tells how many it took.
fn field(field: &FieldChange, most: usize, is_new: bool, page: &mut Markup) -> usize {
    let Some(diff) = FieldDiff::of(field) else { return 0 };
    let FieldDiff { path, shape } = diff;
    let mut count = 1;
    page.element("div", &[("class", "part field")], |page| match shape {
        Shape::Beside { before, after } => {
            page.leaf("div", &[("class", "path")], &path);
            page.element("div", &[("class", "value")], |page| {
                page.leaf("del", &[], &before);
                page.raw(" <span class=\"arrow\">→</span> ");
                page.leaf("ins", &[], &after);
            });
        }
        Shape::Single(side, value) => {
            page.leaf("div", &[("class", "path")], &path);
            let tag = if side == Side::Removed { "del" } else { "ins" };
            let sign = if is_new { String::new() } else { format!("{} ", side.sign()) };
            page.element("div", &[("class", "value")], |page| page.leaf(tag, &[], &(sign + &value)));
        }
        Shape::Below { note, lines, .. } => {
            page.element("div", &[("class", "path")], |page| {
                page.text(&path);
                if let Some(note) = note {
                    page.raw(" ");
                    page.leaf("span", &[("class", "dim")], &note);
                }
            });
            page.element("div", &[("class", "lines")], |page| {
                lines.iter().take(most).for_each(|it| line(it, page));
                let hidden = lines.len().saturating_sub(most);
                if hidden > 0 {
                    page.leaf("span", &[("class", "line fold")], &format!("  … {hidden} more lines\n"));
                }
            });
            count += lines.len();
        }
    });
    count
}

fn line(line: &Line, page: &mut Markup) {
    let class = match line.side {
        Side::Added => "line add",
        Side::Removed => "line gone",
        Side::Same => "line",
        Side::LeftOut => "line fold",
    };
    page.element("span", &[("class", class)], |page| {
        page.text(&format!("{} ", line.side.sign()));
        for piece in &line.pieces {
            match piece.mark {
                Mark::Plain => page.text(&piece.text),
                Mark::Differs => page.leaf("mark", &[], &piece.text),
                Mark::LeftOut => page.leaf("i", &[], &piece.text),
            }
        }
        page.raw("\n");
    });
}
