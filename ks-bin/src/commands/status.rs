//! `ks status`.

use clap::Args;
use ks_apply::PlanOptions;

use super::pretty;
use crate::cli::{GlobalOptions, Output};
use crate::cluster::Access;
use crate::command_error::{CommandError, Kind};
use crate::report::status::Status;
use crate::session::Session;
use crate::ui::Ui;

/// Arguments of `ks status`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct StatusArgs {
    /// For whom the output is
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

const EXAMPLES: &str = "\
Examples:
  ks status                         of the live configuration
  ks status --sandbox -f cc.yaml
  ks status -o json | jq '.components[] | select(.state != \"ready\")'

Exit code 0 when all components that are on are ready, else 1.";

/// Tells how each component is.
pub async fn run(options: &GlobalOptions, args: &StatusArgs, ui: &Ui) -> Result<Kind, CommandError> {
    let session = Session::open(options, &PlanOptions::default(), Access::ReadOnly, ui).await?;
    let status = Status::of(&session.planned.desired, &session.planned.live, &session.planned.plan);
    match args.output {
        Output::Text => ui.print(&status.text(&session.cluster, ui.language()))?,
        Output::Json => ui.print(&pretty(&status)?)?,
    }
    session.tell_warnings(ui);
    Ok(if status.ready { Kind::Done } else { Kind::Failed })
}
