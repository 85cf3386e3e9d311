//! What every reader of a plan says in the same words.

use super::groups::is_inventory;
use super::value::visible;
use crate::change::{Action, Change, Risk, Verified};
use crate::plan::{Plan, Summary};

/// Sums a plan up: `2 to create, 1 to change, 0 to replace, 0 to delete`.
pub fn counts(summary: Summary) -> String {
    let Summary { create, update, replace, delete, .. } = summary;
    format!("{create} to create, {update} to change, {replace} to replace, {delete} to delete")
}

/// What a risk means for the cluster.
pub fn risk(risk: Risk) -> &'static str {
    match risk {
        Risk::Safe => "nothing restarts, nothing is lost",
        Risk::Disruptive => "pods restart or go away",
        Risk::DataLoss => "its data goes away",
    }
}

/// Says of a change what the server does not vouch for, where somebody has to know.
pub fn doubt(change: &Change) -> Option<&'static str> {
    match (change.verified, change.action) {
        (Verified::Server, _) | (_, Action::Delete) => None,
        _ if is_inventory(change) => None,
        (Verified::Schema, _) => Some("checked against its schema only"),
        (Verified::None, _) => Some("not checked by the server"),
    }
}

/// Says how many objects the server could not be asked about. Of a replace each says so itself: the server cannot be asked
/// about an object that is still there.
pub fn unverified(plan: &Plan) -> Option<String> {
    let is_write = |it: &&Change| matches!(it.action, Action::Create | Action::Update);
    let written: Vec<&Change> = plan.changes.iter().filter(is_write).filter(|it| !is_inventory(it)).collect();
    let unasked = written.iter().filter(|it| it.verified != Verified::Server).count();
    let all = written.len();
    (unasked > 0).then(|| {
        format!(
            "{unasked} of {all} objects could not be checked by the server: \
             this plan makes their namespace or kind, or no server was asked."
        )
    })
}

/// The values of others on one line, with nothing in it that a screen would obey.
pub fn one_line(text: &str) -> String {
    visible(text).replace('\n', "\\n")
}
