//! `ks apply`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use ks_apply::{ApplyEvent, ApplyOptions, Tally};
use ks_plan::Plan;
use ks_plan::display::{PlanDocument, kept};
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::watch;

use super::plan::shown;
use crate::cli::{Consent, GlobalOptions, Output};
use crate::cluster::Access;
use crate::command_error::{CommandError, Kind};
use crate::interrupt;
use crate::report::Reader;
use crate::report::human::{Lines, Live};
use crate::report::json::Json;
use crate::report::ledger::Ledger;
use crate::session::{Session, counted};
use crate::ui::Ui;

/// Arguments of `ks apply`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ApplyArgs {
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// Take fields that other managers own, where the configuration wants other values
    #[arg(long)]
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
  ks apply -f cluster-configuration.yaml
  ks apply --yes --timeout 20m -f cluster-configuration.yaml
  ks apply --sandbox --yes -f cluster-configuration.yaml
  ks apply -f cc.yaml --allow 'data-loss=PersistentVolumeClaim kubesphere-monitoring-system/data-0'

Ctrl-C starts nothing more and lets running writes finish; a second one ends at once. Running ks apply
again goes on from there.";

/// Shows the plan, asks, and carries it out.
pub async fn run(options: &GlobalOptions, args: &ApplyArgs, ui: &Ui) -> Result<Kind, CommandError> {
    let session = Session::open(options, Access::ReadWrite, ui).await?;
    show(&session, args, ui)?;
    let plan = &session.plan;
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
    if args.output == Output::Text {
        return ui.print(&shown(session, args.full));
    }
    let kept = kept(&session.desired);
    ui.print(&format!("{}\n", json!({ "event": "planned", "plan": PlanDocument::of(&session.plan, &kept) })))
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

/// Refuses what needs a consent that was not given.
fn consent(plan: &Plan, args: &ApplyArgs) -> Result<(), CommandError> {
    let allowed = |object: &str| args.allow.iter().any(|it| it.object == object);
    let losses: Vec<String> = plan.data_losses().map(|it| it.object.to_string()).filter(|it| !allowed(it)).collect();
    if !losses.is_empty() {
        let what = counted(losses.len() as u64, "object");
        let error = CommandError::new(Kind::NoConsent, format!("the data of {what} would go away; nothing was done"));
        return Err(losses
            .iter()
            .fold(error, |error, it| error.hint(format!("allow it with --allow 'data-loss={it}'"))));
    }
    let conflicts: usize = plan.conflicting().map(|it| it.conflicts.len()).sum();
    if conflicts > 0 && !args.force_conflicts {
        let fields = counted(conflicts as u64, "field");
        let message = format!("{fields} of other managers would change (`!` in the plan); nothing was done");
        return Err(CommandError::new(Kind::NoConsent, message).hint("take them over with --force-conflicts"));
    }
    Ok(())
}

fn confirm(args: &ApplyArgs, ui: &Ui) -> Result<(), CommandError> {
    if args.yes {
        return Ok(());
    }
    let answer =
        if args.output == Output::Text { ui.ask("\nApply these changes? Only 'yes' is accepted:") } else { None };
    match answer.as_deref() {
        Some("yes") => Ok(()),
        Some(_) => Err(CommandError::new(Kind::NoConsent, "not confirmed; nothing was done")),
        None => Err(CommandError::new(Kind::NoConsent, "there is nobody to ask; nothing was done")
            .hint("standard input is no terminal: apply without a question with --yes")),
    }
}

async fn carry_out(session: &Session, args: &ApplyArgs, ui: &Ui) -> Result<(Ledger, Tally, Duration), CommandError> {
    let mut apply = ApplyOptions::default();
    apply.concurrency = args.concurrency.into();
    apply.timeout = args.timeout;
    apply.force_conflicts = args.force_conflicts;
    let plan = Arc::new(session.plan.clone());
    let interrupt = interrupt::listen();
    let (sender, events) = unbounded_channel();
    let cluster = Arc::clone(&session.connection.cluster);
    let discovery = session.survey.discovery.clone();
    let run = tokio::spawn(ks_apply::apply(cluster, discovery, Arc::clone(&plan), apply, interrupt.clone(), sender));
    let (ledger, elapsed) = follow(events, interrupt, reader(&plan, args, ui)).await;
    let tally = run.await.map_err(|bug| CommandError::new(Kind::Bug, format!("apply: {bug}")))?;
    Ok((ledger, tally, elapsed))
}

fn reader<'p>(plan: &'p Plan, args: &ApplyArgs, ui: &Ui) -> Box<dyn Reader + 'p> {
    if args.output == Output::Json {
        return Box::new(Json::new(plan, *ui));
    }
    match ui.board() {
        Some(board) => Box::new(Live::new(plan, board)),
        None => Box::new(Lines::new(plan, *ui)),
    }
}

/// Hands events to the reader until there are no more.
async fn follow(
    mut events: UnboundedReceiver<ApplyEvent>,
    mut interrupt: watch::Receiver<bool>,
    mut reader: Box<dyn Reader + '_>,
) -> (Ledger, Duration) {
    let start = Instant::now();
    let mut ledger = Ledger::default();
    let mut told = false;
    let mut ticks = tokio::time::interval(Duration::from_millis(100));
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Some(event) => {
                    ledger.hear(&event);
                    reader.hear(&event, start.elapsed());
                }
                None => break,
            },
            _ = ticks.tick() => reader.tick(start.elapsed()),
            changed = interrupt.changed(), if !told => {
                told = true;
                if changed.is_ok() {
                    reader.interrupted();
                }
            }
        }
    }
    reader.close();
    (ledger, start.elapsed())
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
