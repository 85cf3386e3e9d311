//! `ks plan`.

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use ks_plan::SavedPlan;
use ks_plan::display::PlanDocument;

use super::pretty;
use super::resolve::ResolveArgs;
use crate::cli::GlobalOptions;
use crate::cluster::Access;
use crate::command_error::{CommandError, Kind};
use crate::report::plan::{View, written};
use crate::saved_plan;
use crate::session::Session;
use crate::ui::Ui;

/// Arguments of `ks plan`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct PlanArgs {
    /// How it is shown.
    #[command(flatten)]
    pub view: View,
    /// What becomes of conflicts.
    #[command(flatten)]
    pub resolve: ResolveArgs,
    /// Save the plan as well, for `ks apply FILE`; only its owner may read it, and no value of a Secret is in it
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Print the JSON schema of saved plans, or of what `-o json` prints, and plan nothing
    #[arg(long, value_enum, value_name = "OF", num_args = 0..=1, require_equals = true, default_missing_value = "saved")]
    pub schema: Option<SchemaOf>,
    /// End with exit code 3 when there are changes
    #[arg(long)]
    pub detailed_exitcode: bool,
}

/// Says of what a schema is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// The file of `--out`.
    Saved,
    /// The output of `-o json`.
    Output,
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
  ks plan -f cc.yaml --out plan.json && ks apply plan.json
  ks plan -f cc.yaml --cluster snapshot:cluster.json
  ks plan -f cc.yaml --detailed-exitcode || echo changes or an error

How to read it: `+` is made, `~` changed in place, `±` deleted and made again, `-` deleted; `!` marks a \
field of another manager. Nothing is written: the server reads, and computes without storing.";

/// Shows the plan, and saves it where that is asked for.
pub async fn run(options: &GlobalOptions, args: &PlanArgs, ui: &Ui) -> Result<Kind, CommandError> {
    if let Some(of) = args.schema {
        let schema = match of {
            SchemaOf::Saved => SavedPlan::schema(),
            SchemaOf::Output => PlanDocument::schema(),
        };
        return ui.print(&pretty(&schema)?).map(|()| Kind::Done);
    }
    let mut more = args.resolve.options()?;
    more.for_saving = args.out.is_some();
    // The end of the program frees it in one go.
    let session = ManuallyDrop::new(Session::open(options, &more, Access::ReadOnly, ui).await?);
    let plan = &session.planned.plan;
    ui.print(&written(plan, &session.cluster, &args.view, ui.language())?)?;
    session.tell_warnings(ui);
    ui.say(&session.requests());
    if !plan.faults.is_empty() {
        return Err(match &args.out {
            Some(path) => CommandError::new(Kind::Failed, format!("{} is not written: {UNSAVED}", path.display())),
            None => CommandError::silent(Kind::Failed),
        }
        .hint_at_rights(&plan.faults));
    }
    if let Some(path) = &args.out {
        save(&session, path, ui)?;
    }
    let has_changes = args.detailed_exitcode && !plan.is_empty();
    Ok(if has_changes { Kind::Changes } else { Kind::Done })
}

const UNSAVED: &str = "a plan with refused objects cannot be applied";

fn save(session: &Session, path: &Path, ui: &Ui) -> Result<(), CommandError> {
    let planned = &session.planned;
    let saved =
        SavedPlan::of(&planned.plan, &planned.desired, &planned.live, session.cluster.clone(), session.source.clone());
    let saved = match &session.recorded {
        Some(recorded) => saved.with_recorded(recorded.clone()),
        None => saved,
    };
    let text = saved.text().map_err(|error| CommandError::new(Kind::Bug, format!("write JSON: {error}")))?;
    saved_plan::write(path, &text)?;
    let path = path.display();
    ui.note(&format!("saved to {path}; `ks show {path}` shows it, `ks apply {path}` applies it as it is"));
    Ok(())
}
