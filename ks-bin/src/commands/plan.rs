//! `ks plan`.

use clap::Args;
use ks_apply::RequestCount;
use ks_plan::display::{Palette, PlanDocument, TextOptions, text};
use serde::Serialize;

use super::pretty;
use crate::cli::{GlobalOptions, Output};
use crate::cluster::Access;
use crate::command_error::{CommandError, Kind};
use crate::session::Session;
use crate::ui::Ui;

/// Arguments of `ks plan`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct PlanArgs {
    /// For whom the output is
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
    /// Show every field of new objects and every reason
    #[arg(long)]
    pub full: bool,
    /// End with exit code 3 when there are changes
    #[arg(long)]
    pub detailed_exitcode: bool,
}

const EXAMPLES: &str = "\
Examples:
  ks plan -f cc.yaml
  ks plan -f cc.yaml --full | less -R
  ks plan                      of the live configuration: drift, unfinished work
  ks plan -f cc.yaml -o json | jq '.changes[] | select(.risk != \"safe\")'
  ks plan -f cc.yaml --detailed-exitcode || echo changes or an error

How to read it: `+` is made, `~` changed in place, `±` deleted and made again, `-` deleted; `!` marks a \
field of another manager. Nothing is written: the server reads, and computes without storing.";

/// What `-o json` prints: the plan, and what it cost.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    plan: PlanDocument<'a>,
    requests: RequestCount,
}

/// Shows the plan.
pub async fn run(options: &GlobalOptions, args: &PlanArgs, ui: &Ui) -> Result<Kind, CommandError> {
    let session = Session::open(options, Access::ReadOnly, ui).await?;
    match args.output {
        Output::Text => ui.print(&format!("{}{}\n", shown(&session, args.full), session.requests()))?,
        Output::Json => ui.print(&document(&session)?)?,
    }
    session.tell_warnings(ui);
    if !session.planned.plan.faults.is_empty() {
        return Err(CommandError::silent(Kind::Failed));
    }
    let has_changes = args.detailed_exitcode && !session.planned.plan.is_empty();
    Ok(if has_changes { Kind::Changes } else { Kind::Done })
}

/// The plan as text.
pub fn shown(session: &Session, full: bool) -> String {
    let cluster = session.connection.cluster.describe();
    let options = TextOptions { cluster: Some(&cluster), full, palette: Palette::coloured() };
    text(&session.planned.plan, &options)
}

fn document(session: &Session) -> Result<String, CommandError> {
    let requests = session.connection.cluster.requests();
    pretty(&Document { plan: PlanDocument::of(&session.planned.plan), requests })
}
