//! `ks show`.

use std::path::PathBuf;

use clap::Args;

use crate::command_error::{CommandError, Kind};
use crate::report::plan::{View, written};
use crate::saved_plan;
use crate::ui::Ui;

/// Arguments of `ks show`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ShowArgs {
    /// The file that `ks plan --out` saved
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
    /// How it is shown.
    #[command(flatten)]
    pub view: View,
}

const EXAMPLES: &str = "\
Examples:
  ks plan -f cc.yaml --out plan.json && ks show plan.json
  ks show plan.json -o json | jq .summary

Nothing is asked of the cluster: `ks apply PLAN` refuses a plan that the cluster has left behind.";

/// Shows a saved plan as `ks plan` showed it.
pub fn run(args: &ShowArgs, ui: &Ui) -> Result<Kind, CommandError> {
    let saved = saved_plan::read(&args.plan)?;
    ui.print(&written(&saved.plan, &saved.cluster, &args.view, ui.language())?)?;
    Ok(Kind::Done)
}
