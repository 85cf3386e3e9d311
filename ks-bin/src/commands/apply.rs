//! `ks apply`.

use std::time::Duration;

use clap::Args;
use ks_apply::Tally;
use ks_plan::display::PlanDocument;
use serde_json::json;

use super::carry_out::carry_out;
use super::consent::{confirm, consent};
use super::resolve::ResolveArgs;
use crate::cli::{Consent, GlobalOptions, Output};
use crate::cluster::Access;
use crate::command_error::{CommandError, Kind};
use crate::report::ledger::Ledger;
use crate::report::plan::{PlanOutput, View, written};
use crate::session::{Session, counted};
use crate::ui::Ui;

/// Arguments of `ks apply`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ApplyArgs {
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// What becomes of conflicts.
    #[command(flatten)]
    pub resolve: ResolveArgs,
    /// Take every field that the plan shows in conflict; one that comes up later fails its write
    #[arg(long, help_heading = "Conflicts")]
    pub force_conflicts: bool,
    /// Allow what needs a consent of its own, written as the plan prints it: 'data-loss=KIND NAMESPACE/NAME'
    #[arg(long, value_name = "CONSENT")]
    pub allow: Vec<Consent>,
    /// How long one object may take to become ready, or to go away: 90s, 10m, 1h
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration)]
    pub timeout: Duration,
    /// How many writes are under way at once
    #[arg(long, value_name = "COUNT", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub concurrency: u16,
    /// For whom the output is; json is one object per line
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
    /// Show every field of new objects and every reason
    #[arg(long)]
    pub full: bool,
}

const EXAMPLES: &str = "\
Examples:
  ks apply -f cc.yaml
  ks apply --yes --timeout 20m -f cc.yaml
  ks apply --sandbox --yes -f cc.yaml
  ks apply -f cc.yaml --allow 'data-loss=PersistentVolumeClaim ns/data-0'
  ks apply -f cc.yaml --keep '.spec.replicas@Deployment ns/name'

Ctrl-C starts nothing more and lets running writes finish; a second one ends at once. Running ks apply \
again goes on from there.";

/// Shows the plan, asks, and carries it out.
pub async fn run(options: &GlobalOptions, args: &ApplyArgs, ui: &Ui) -> Result<Kind, CommandError> {
    let session = Session::open(options, &args.resolve.options()?, Access::ReadWrite, ui).await?;
    show(&session, args, ui)?;
    let plan = &session.planned.plan;
    if !plan.faults.is_empty() {
        let refused = counted(plan.faults.len() as u64, "object");
        return Err(CommandError::new(Kind::Failed, format!("the server refuses {refused}; nothing was done")));
    }
    if plan.is_empty() && plan.unready.is_empty() {
        return finished(&session, args, ui);
    }
    consent(plan, args)?;
    if !plan.is_empty() {
        confirm(args, ui)?;
    }
    let (ledger, tally, elapsed) = carry_out(&session, args, ui).await?;
    session.tell_warnings(ui);
    if args.output == Output::Text {
        ui.print(&format!("\n{}", ledger.text(plan, tally, elapsed)))?;
    }
    finished(&session, args, ui)?;
    verdict(&ledger, tally)
}

fn show(session: &Session, args: &ApplyArgs, ui: &Ui) -> Result<(), CommandError> {
    let plan = &session.planned.plan;
    if args.output == Output::Json {
        return ui.print(&format!("{}\n", json!({ "event": "planned", "plan": PlanDocument::of(plan) })));
    }
    let cluster = session.connection.cluster.describe();
    let view = View { cluster: Some(&cluster), requests: None, full: args.full, max_size: usize::MAX };
    ui.print(&written(plan, PlanOutput::Text, &view)?)
}

fn finished(session: &Session, args: &ApplyArgs, ui: &Ui) -> Result<Kind, CommandError> {
    match args.output {
        Output::Text => ui.print(&format!("{}\n", session.requests()))?,
        Output::Json => {
            let requests = session.connection.cluster.requests();
            ui.print(&format!("{}\n", json!({ "event": "requests", "requests": requests })))?;
        }
    }
    Ok(Kind::Done)
}

fn verdict(ledger: &Ledger, tally: Tally) -> Result<Kind, CommandError> {
    if tally.is_success() {
        return Ok(Kind::Done);
    }
    if tally.failed + tally.timed_out == 0 {
        return Ok(Kind::Interrupted);
    }
    let failed = counted((tally.failed + tally.timed_out) as u64, "step");
    let mut error = CommandError::new(Kind::Failed, format!("{failed} did not succeed"));
    error.hints = ledger.hints();
    Err(error)
}

/// Reads `90s`, `10m`, `1h`.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "write a time such as 90s, 10m or 1h".to_owned();
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?);
    let factor = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err(wrong()),
    };
    let seconds = number.parse::<u64>().ok().and_then(|it| it.checked_mul(factor)).filter(|it| *it > 0);
    seconds.map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("1h"), Ok(Duration::from_secs(3600)));
        assert!(["", "5", "m", "0s", "1d", "-1s", "99999999999999999999s"].iter().all(|it| duration(it).is_err()));
    }
}
