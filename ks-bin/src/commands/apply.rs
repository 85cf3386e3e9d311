//! `ks apply`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use ks_apply::Discovery;
use ks_apply::lease::{Ending, Lookout};
use ks_plan::Plan;
use ks_plan::display::PlanDocument;

use super::apply_saved as saved;
use super::carry_out::{CarryOutArgs, Manner, PatienceArgs, carry_out};
use super::consent::{confirm, consent};
use super::lock::{self, Truth};
use super::resolve::ResolveArgs;
use super::written_down::{self, Draft, Past};
use crate::cli::{GlobalOptions, Output};
use crate::cluster::{Access, Connection};
use crate::command_error::{CommandError, Kind, missing};
use crate::interrupt;
use crate::report::event::{self, Event};
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
    /// How it is carried out.
    #[command(flatten)]
    pub carry_out: CarryOutArgs,
    /// How much is waited for and taken.
    #[command(flatten)]
    pub patience: PatienceArgs,
    /// What becomes of conflicts.
    #[command(flatten)]
    pub resolve: ResolveArgs,
}

const EXAMPLES: &str = "\
Examples:
  ks apply -f cc.yaml
  ks apply --yes --timeout 20m -f cc.yaml
  ks apply --yes --wait=false -f cc.yaml && ks wait -f cc.yaml
  ks plan -f cc.yaml --out plan.json && ks apply plan.json
  ks apply --sandbox --yes -f cc.yaml
  ks apply -f cc.yaml --allow 'data-loss=PersistentVolumeClaim ns/data-0'
  ks apply -f cc.yaml --yes -o json | jq 'select(.event == \"finished\")'
  ks apply -f cc.yaml --keep '.spec.replicas@Deployment ns/name'

One runner at a time: the Lease `ks` beside the inventory keeps others out while something is written.

Ctrl-C starts nothing more and lets running writes finish; a second one ends at once. Running ks apply \
again goes on from there.";

/// Shows the plan, asks, and carries it out; a saved plan was reviewed before, and is not asked about.
pub async fn run(options: &GlobalOptions, args: &ApplyArgs, ui: &Ui) -> Result<Kind, CommandError> {
    if args.carry_out.schema {
        return event::print_schema(ui);
    }
    let mut manner = args.carry_out.manner_with(&args.patience);
    manner.is_saved = args.plan.is_some();
    let manner = &manner;
    if let Some(path) = &args.plan {
        let ready = saved::open(options, path, ui).await?;
        show(&ready.plan, &ready.name, manner, ui)?;
        return proceed(ready, manner, false, ui).await;
    }
    let session = Session::open(options, &args.resolve.options()?, Access::ReadWrite, ui).await?;
    let ready = ready(session, None)?;
    show(&ready.plan, &ready.name, manner, ui)?;
    is_accepted(&ready.plan)?;
    proceed(ready, manner, true, ui).await
}

/// A plan that was made from a configuration, where that of an earlier apply is gone back to, with its number.
pub fn ready(session: Session, rollback_to: Option<u32>) -> Result<Ready, CommandError> {
    let Session { cluster: name, connection, planned, basis, recorded, .. } = session;
    // Only plans of snapshots have none, and those were not opened for writing.
    let no_way = || CommandError::new(Kind::Bug, "there is no way to the cluster");
    let connection = connection.ok_or_else(no_way)?;
    let (lookout, basis) = basis.ok_or_else(no_way)?;
    let (lookout, truth) = (Some(lookout), Some(Truth::Fresh(Box::new(basis))));
    let (discovery, plan) = (planned.survey.discovery, Arc::new(planned.plan));
    let past = Past { configuration: recorded, rollback_to };
    Ok(Ready { name, connection, discovery, plan, lookout, truth, past })
}

/// Refuses a plan with objects that cannot be written.
pub fn is_accepted(plan: &Plan) -> Result<(), CommandError> {
    if plan.faults.is_empty() {
        return Ok(());
    }
    let refused = counted(plan.faults.len() as u64, "object");
    Err(CommandError::new(Kind::Failed, format!("{refused} refused; nothing was done")).hint_at_rights(&plan.faults))
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
    /// What is written down beside the plan.
    pub past: Past,
}

/// Asks for what has to be agreed to, and carries the plan out.
pub async fn proceed(mut ready: Ready, manner: &Manner, asks: bool, ui: &Ui) -> Result<Kind, CommandError> {
    let plan = &*ready.plan;
    if plan.is_empty() && (plan.unready.is_empty() || !manner.engine.wait) {
        return finished(&ready.connection, manner, ui);
    }
    consent(plan, manner)?;
    if asks && !plan.is_empty() {
        confirm(manner, ui)?;
    }
    let interrupt = interrupt::listen();
    let draft = Draft::begin(&ready, manner);
    let held = lock::take(&mut ready, manner, &interrupt, ui).await?;
    let held = written_down::begin(held, &ready, draft, manner).await?;
    let (ledger, ending, elapsed) = carry_out(&ready, held, interrupt, manner, ui).await?;
    let (plan, tally) = (&*ready.plan, ending.tally);
    tell_warnings(&ready.connection, ui);
    written_down::tell(&ending, plan, ui);
    if manner.output == Output::Text {
        ui.print(&format!("\n{}", ledger.text(plan, tally, elapsed, ui.book())))?;
    }
    finished(&ready.connection, manner, ui)?;
    verdict(&ledger, plan, &ending)
}

/// Shows a plan before anything is asked.
pub fn show(plan: &Plan, cluster: &str, manner: &Manner, ui: &Ui) -> Result<(), CommandError> {
    match manner.output {
        Output::Text => ui.print(&for_people(plan, cluster, manner.full, ui.language())),
        Output::Json => ui.print(&Event::Planned { plan: PlanDocument::of(plan) }.line()?),
    }
}

fn finished(connection: &Connection, manner: &Manner, ui: &Ui) -> Result<Kind, CommandError> {
    match manner.output {
        Output::Text => ui.print(&format!("{}\n", ui.book().read(&requests(connection))))?,
        Output::Json => {
            let requests = connection.cluster.requests();
            ui.print(&Event::Requests { requests }.line()?)?;
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
        let mut error = CommandError::new(Kind::LeaseLost, message);
        error.hints = missing([error.message.as_str()]);
        return Err(error.hint(hint));
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
