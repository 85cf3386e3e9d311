//! What every reader of a plan says in the same words.

use ks_model::language::Phrasebook;
use ks_model::say;
use serde_json::Value;

use super::groups::is_inventory;
use super::value::{inline, visible};
use crate::change::{Action, Change, Risk, Verified};
use crate::plan::{Plan, Summary};

/// Sums a plan up: `2 to create, 1 to change, 0 to replace, 0 to delete`.
pub fn counts(book: Phrasebook, summary: Summary) -> String {
    let Summary { create, update, replace, delete, .. } = summary;
    let counts =
        [(Action::Create, create), (Action::Update, update), (Action::Replace, replace), (Action::Delete, delete)];
    listed(book, &counts.map(|(action, it)| count(book, action, it)))
}

/// How many objects an action is for: `2 to create`.
pub fn count(book: Phrasebook, action: Action, count: usize) -> String {
    match action {
        Action::Create => say!(book, "{count} to create", count),
        Action::Update => say!(book, "{count} to change", count),
        Action::Replace => say!(book, "{count} to replace", count),
        Action::Delete => say!(book, "{count} to delete", count),
        Action::NoOp => say!(book, "{count} unchanged", count),
    }
}

/// How large a cluster is.
pub fn nodes(book: Phrasebook, count: u32) -> String {
    if count == 1 { say!(book, "1 node") } else { say!(book, "{count} nodes", count) }
}

/// The parts of a list, parted by commas.
pub fn listed(book: Phrasebook, parts: &[String]) -> String {
    parts.join(&say!(book, ", "))
}

/// Names that belong together.
pub fn all_of(book: Phrasebook, names: &[String]) -> String {
    names.join(&say!(book, " and "))
}

/// A value on one line, which may be absent.
pub fn value(book: Phrasebook, value: Option<&Value>) -> String {
    value.map_or_else(|| say!(book, "absent"), inline)
}

/// What a risk means for the cluster.
pub fn risk(book: Phrasebook, risk: Risk) -> String {
    match risk {
        Risk::Safe => say!(book, "nothing restarts, nothing is lost"),
        Risk::Disruptive => say!(book, "pods restart or go away"),
        Risk::DataLoss => say!(book, "its data goes away"),
    }
}

/// A risk with what it means.
pub fn named_risk(book: Phrasebook, it: Risk) -> String {
    say!(book, "{risk}: {meaning}", risk = book.read(&it.to_string()), meaning = risk(book, it))
}

/// Says of a change what the server does not vouch for, where somebody has to know.
pub fn doubt(book: Phrasebook, change: &Change) -> Option<String> {
    match (change.verified, change.action) {
        (Verified::Server, _) | (_, Action::Delete) => None,
        _ if is_inventory(change) => None,
        (Verified::Schema, _) => Some(say!(book, "checked against its schema only")),
        (Verified::None, _) => Some(say!(book, "not checked by the server")),
    }
}

/// Says how many objects the server could not be asked about. Of a replace each says so itself: the server cannot be asked
/// about an object that is still there.
pub fn unverified(book: Phrasebook, plan: &Plan) -> Option<String> {
    let is_write = |it: &&Change| matches!(it.action, Action::Create | Action::Update);
    let written: Vec<&Change> = plan.changes.iter().filter(is_write).filter(|it| !is_inventory(it)).collect();
    let unasked = written.iter().filter(|it| it.verified != Verified::Server).count();
    let all = written.len();
    (unasked > 0).then(|| {
        say!(
            book,
            "{unasked} of {all} objects could not be checked by the server: \
             this plan makes their namespace or kind, or no server was asked.",
            unasked,
            all
        )
    })
}

/// The values of others on one line, with nothing in it that a screen would obey.
pub fn one_line(text: &str) -> String {
    visible(text).replace('\n', "\\n")
}
