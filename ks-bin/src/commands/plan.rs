//! `ks plan`.

use clap::Args;
use ks_plan::display::MAX_SIZE;

use super::resolve::ResolveArgs;
use crate::cli::GlobalOptions;
use crate::cluster::Access;
use crate::command_error::{CommandError, Kind};
use crate::report::plan::{PlanOutput, View, written};
use crate::session::Session;
use crate::ui::Ui;

/// Arguments of `ks plan`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct PlanArgs {
    /// For whom the output is
    #[arg(short, long, value_enum, default_value_t)]
    pub output: PlanOutput,
    /// How many bytes Markdown has at most; what does not fit is left out, and the page says what
    #[arg(long, value_name = "BYTES", default_value_t = MAX_SIZE)]
    pub max_size: usize,
    /// What becomes of conflicts.
    #[command(flatten)]
    pub resolve: ResolveArgs,
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
  ks plan -f cc.yaml -o html > plan.html
  ks plan -f cc.yaml -o markdown | gh pr comment --body-file -
  ks plan -f cc.yaml --take '.spec.replicas@Deployment ns/name'
  ks plan -f cc.yaml --detailed-exitcode || echo changes or an error

How to read it: `+` is made, `~` changed in place, `±` deleted and made again, `-` deleted; `!` marks a \
field of another manager. Nothing is written: the server reads, and computes without storing.";

/// Shows the plan.
pub async fn run(options: &GlobalOptions, args: &PlanArgs, ui: &Ui) -> Result<Kind, CommandError> {
    let session = Session::open(options, &args.resolve.options()?, Access::ReadOnly, ui).await?;
    let cluster = session.connection.cluster.describe();
    let requests = Some(session.connection.cluster.requests());
    let view = View { cluster: Some(&cluster), requests, full: args.full, max_size: args.max_size };
    ui.print(&written(&session.planned.plan, args.output, &view)?)?;
    session.tell_warnings(ui);
    if !session.planned.plan.faults.is_empty() {
        return Err(CommandError::silent(Kind::Failed));
    }
    let has_changes = args.detailed_exitcode && !session.planned.plan.is_empty();
    Ok(if has_changes { Kind::Changes } else { Kind::Done })
}
