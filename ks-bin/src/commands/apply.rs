//! `ks apply`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use ks_apply::Discovery;
use ks_apply::lease::{Ending, Lookout};
use ks_plan::Plan;
use ks_plan::display::PlanDocument;
use serde_json::json;

use super::apply_saved as saved;
use super::carry_out::carry_out;
use super::consent::{confirm, consent};
use super::lock::{self, Truth};
use super::resolve::ResolveArgs;
use crate::cli::{Consent, GlobalOptions, Output};
use crate::cluster::{Access, Connection};
use crate::command_error::{CommandError, Kind};
use crate::interrupt;
use crate::report::ledger::Ledger;
use crate::report::plan::for_people;
use crate::session::{Session, counted, requests, tell_warnings};
use crate::ui::Ui;

/// Arguments of `ks apply`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ApplyArgs {
    /// A plan that `ks plan --out` saved: applied as it is, or refused when the cluster is not as it was
    #[arg(value_name = "PLAN", conflicts_with_all = ["take", "keep"])]
    pub plan: Option<PathBuf>,
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
    /// How long a fault is put up with that may pass: an image that does not come, a crash, no room on the nodes
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = duration)]
    pub grace: Duration,
    /// How long all of it may take: no write starts after that, and waits end. No limit by default
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub deadline: Option<Duration>,
    /// How long to wait for another runner that holds the lease; 0s fails at once
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = duration_or_none)]
    pub lock_timeout: Duration,
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
  ks plan -f cc.yaml --out plan.json && ks apply plan.json
  ks apply --sandbox --yes -f cc.yaml
  ks apply -f cc.yaml --allow 'data-loss=PersistentVolumeClaim ns/data-0'
  ks apply -f cc.yaml --keep '.spec.replicas@Deployment ns/name'

One runner at a time: the Lease `ks` beside the inventory keeps others out while something is written.

Ctrl-C starts nothing more and lets running writes finish; a second one ends at once. Running ks apply \
again goes on from there.";

/// Shows the plan, asks, and carries it out; a saved plan was reviewed before, and is not asked about.
pub async fn run(options: &GlobalOptions, args: &ApplyArgs, ui: &Ui) -> Result<Kind, CommandError> {
    if let Some(path) = &args.plan {
        let ready = saved::open(options, path, ui).await?;
        show(&ready.plan, &ready.name, args, ui)?;
        return proceed(ready, args, false, ui).await;
    }
    let Session { cluster: name, connection, planned, basis, .. } =
        Session::open(options, &args.resolve.options()?, Access::ReadWrite, ui).await?;
    let plan = Arc::new(planned.plan);
    show(&plan, &name, args, ui)?;
    is_accepted(&plan)?;
    // Only plans of snapshots have none, and those were not opened for writing.
    let no_way = || CommandError::new(Kind::Bug, "there is no way to the cluster");
    let connection = connection.ok_or_else(no_way)?;
    let (lookout, basis) = basis.ok_or_else(no_way)?;
    let (lookout, truth) = (Some(lookout), Some(Truth::Fresh(Box::new(basis))));
    let discovery = planned.survey.discovery;
    proceed(Ready { name, connection, discovery, plan, lookout, truth }, args, true, ui).await
}

/// Refuses a plan with objects that the server refuses.
pub fn is_accepted(plan: &Plan) -> Result<(), CommandError> {
    if plan.faults.is_empty() {
        return Ok(());
    }
    let refused = counted(plan.faults.len() as u64, "object");
    Err(CommandError::new(Kind::Failed, format!("the server refuses {refused}; nothing was done"))
        .hint_at_rights(&plan.faults))
}

/// A plan beside the cluster that it is for.
pub struct Ready {
    /// The cluster as people know it.
    pub name: String,
    /// The way to it.
    pub connection: Connection,
    /// What it serves.
    pub discovery: Discovery,
    /// The plan.
    pub plan: Arc<Plan>,
    /// How the lease was before the plan was made.
    pub lookout: Option<Lookout>,
    /// What tells whether the plan is still true; nothing where it writes nothing.
    pub truth: Option<Truth>,
}

/// Asks for what has to be agreed to, and carries the plan out.
pub async fn proceed(mut ready: Ready, args: &ApplyArgs, asks: bool, ui: &Ui) -> Result<Kind, CommandError> {
    let plan = &*ready.plan;
    if plan.is_empty() && plan.unready.is_empty() {
        return finished(&ready.connection, args, ui);
    }
    consent(plan, args)?;
    if asks && !plan.is_empty() {
        confirm(args, ui)?;
    }
    let interrupt = interrupt::listen();
    let held = lock::take(&mut ready, args, &interrupt, ui).await?;
    let (ledger, ending, elapsed) = carry_out(&ready, held, interrupt, args, ui).await?;
    let (plan, tally) = (&*ready.plan, ending.tally);
    tell_warnings(&ready.connection, ui);
    if args.output == Output::Text {
        ui.print(&format!("\n{}", ledger.text(plan, tally, elapsed)))?;
    }
    finished(&ready.connection, args, ui)?;
    verdict(&ledger, plan, &ending)
}

/// Shows a plan before anything is asked.
pub fn show(plan: &Plan, cluster: &str, args: &ApplyArgs, ui: &Ui) -> Result<(), CommandError> {
    match args.output {
        Output::Text => ui.print(&for_people(plan, cluster, args.full)),
        Output::Json => ui.print(&format!("{}\n", json!({ "event": "planned", "plan": PlanDocument::of(plan) }))),
    }
}

fn finished(connection: &Connection, args: &ApplyArgs, ui: &Ui) -> Result<Kind, CommandError> {
    match args.output {
        Output::Text => ui.print(&format!("{}\n", requests(connection)))?,
        Output::Json => {
            let requests = connection.cluster.requests();
            ui.print(&format!("{}\n", json!({ "event": "requests", "requests": requests })))?;
        }
    }
    Ok(Kind::Done)
}

fn verdict(ledger: &Ledger, plan: &Plan, ending: &Ending) -> Result<Kind, CommandError> {
    let tally = ending.tally;
    if tally.is_success() {
        return Ok(Kind::Done);
    }
    if let Some(loss) = &ending.lost {
        let message = format!("the lease was lost during the apply: {loss}; what was not begun was not done");
        let hint = "another runner may be at work; when it is done, run ks apply again";
        return Err(CommandError::new(Kind::LeaseLost, message).hint(hint));
    }
    if let Some(message) = ledger.overdue(plan) {
        let mut error = CommandError::new(Kind::Failed, message);
        error.hints = ledger.hints();
        return Err(error.hint("running ks apply again goes on from here; --deadline gives it more time"));
    }
    if tally.failed + tally.timed_out == 0 {
        return Ok(Kind::Interrupted);
    }
    let failed = counted((tally.failed + tally.timed_out) as u64, "step");
    let mut error = CommandError::new(Kind::Failed, format!("{failed} did not succeed"));
    error.hints = ledger.hints();
    Err(error)
}

/// Reads `90s`, `10m`, `1h`, and `0s`.
pub fn duration_or_none(text: &str) -> Result<Duration, String> {
    if text == "0s" { Ok(Duration::ZERO) } else { duration(text) }
}

/// Reads `90s`, `10m`, `1h`.
pub fn duration(text: &str) -> Result<Duration, String> {
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
        assert_eq!(duration_or_none("0s"), Ok(Duration::ZERO));
        assert!(["", "5", "m", "0s", "1d", "-1s", "99999999999999999999s"].iter().all(|it| duration(it).is_err()));
    }
}
