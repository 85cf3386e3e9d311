//! From a plan to its end: the run, its events, and who hears them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{ArgAction, Args};
use ks_apply::history::KEPT;
use ks_apply::lease::{Ending, Held};
use ks_apply::{ApplyEvent, ApplyOptions};
use ks_plan::Plan;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::watch;

use super::apply::Ready;
use crate::cli::{Consent, Output};
use crate::command_error::{CommandError, Kind};
use crate::report::Reader;
use crate::report::human::{Lines, Live};
use crate::report::json::Json;
use crate::report::ledger::Ledger;
use crate::ui::Ui;

/// What every command that writes is told.
#[derive(Debug, Args)]
pub struct CarryOutArgs {
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// Allow what needs a consent of its own, written as the plan prints it: 'data-loss=KIND NAMESPACE/NAME'
    #[arg(long, value_name = "CONSENT")]
    pub allow: Vec<Consent>,
    /// How long one object may take to become ready, or to go away: 90s, 10m, 1h
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration)]
    pub timeout: Duration,
    /// How long to wait for another runner that holds the lease; 0s fails at once
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = duration_or_none)]
    pub lock_timeout: Duration,
    /// How many writes are under way at once
    #[arg(long, value_name = "COUNT", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub concurrency: u16,
    /// For whom the output is; json is one object per line
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
    /// Print the JSON schema of the lines of `-o json`, and do nothing else
    #[arg(long)]
    pub schema: bool,
    /// Show every field of new objects and every reason
    #[arg(long)]
    pub full: bool,
}

/// What a command that makes objects is told beside that.
#[derive(Debug, Args)]
pub struct PatienceArgs {
    /// Take every field that the plan shows in conflict; one that comes up later fails its write
    #[arg(long, help_heading = "Conflicts")]
    pub force_conflicts: bool,
    /// Whether to wait until objects are ready; with --wait=false only what a later write rests on is waited for
    #[arg(long, value_name = "BOOL", action = ArgAction::Set, num_args = 0..=1, require_equals = true, default_value_t = true, default_missing_value = "true")]
    pub wait: bool,
    /// How long a fault is put up with that may pass: an image that does not come, a crash, no room on the nodes
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = duration)]
    pub grace: Duration,
    /// How long all of it may take: no write starts after that, and waits end. No limit by default
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub deadline: Option<Duration>,
    /// How many applies are kept in the history; 0 writes nothing down, and leaves what is there
    #[arg(long, value_name = "COUNT", default_value_t = KEPT)]
    pub history: usize,
}

/// How a plan is agreed to, carried out and told.
#[derive(Clone, Debug)]
pub struct Manner {
    /// Nothing is asked.
    pub yes: bool,
    /// What is agreed to beforehand.
    pub allow: Vec<Consent>,
    /// How it is carried out.
    pub engine: ApplyOptions,
    /// How long another runner is waited for.
    pub lock_timeout: Duration,
    /// For whom the output is.
    pub output: Output,
    /// Every field and every reason is shown.
    pub full: bool,
    /// The plan is one that was saved.
    pub is_saved: bool,
    /// How many applies are kept in the history.
    pub history: usize,
}

impl CarryOutArgs {
    /// The same as one value; of what takes time, only that of each object is known.
    pub fn manner(&self) -> Manner {
        let mut engine = ApplyOptions::default();
        engine.concurrency = self.concurrency.into();
        engine.timeout = self.timeout;
        // Where nothing is made, nothing is waited for to become ready.
        engine.grace = self.timeout;
        let Self { yes, allow, lock_timeout, output, full, .. } = self;
        let (yes, lock_timeout, output, full) = (*yes, *lock_timeout, *output, *full);
        Manner { yes, allow: allow.clone(), engine, lock_timeout, output, full, is_saved: false, history: 0 }
    }

    /// The same for a command that makes objects.
    pub fn manner_with(&self, patience: &PatienceArgs) -> Manner {
        let mut manner = self.manner();
        manner.engine.grace = patience.grace;
        manner.engine.deadline = patience.deadline;
        manner.engine.wait = patience.wait;
        manner.engine.force_conflicts = patience.force_conflicts;
        manner.history = patience.history;
        manner
    }
}

/// Applies a plan, under the lease if it needs one; gives what happened, how it ended and how long it took.
pub async fn carry_out(
    ready: &Ready,
    held: Option<Held>,
    interrupt: watch::Receiver<bool>,
    manner: &Manner,
    ui: &Ui,
) -> Result<(Ledger, Ending, Duration), CommandError> {
    let apply = manner.engine;
    let (sender, events) = unbounded_channel();
    let (cluster, discovery) = (Arc::clone(&ready.connection.cluster), ready.discovery.clone());
    let plan = Arc::clone(&ready.plan);
    let halt = interrupt.clone();
    let run = tokio::spawn(async move {
        match held {
            Some(held) => held.apply(discovery, plan, apply, halt, sender).await,
            None => ks_apply::apply(cluster, discovery, plan, apply, halt, sender).await.into(),
        }
    });
    let (ledger, elapsed) = follow(events, interrupt, reader(&ready.plan, manner, ui)).await;
    // What a panic says may quote an object; the hook has told all that is fit to be told.
    let ending = run.await.map_err(|_| CommandError::silent(Kind::Bug))?;
    Ok((ledger, ending, elapsed))
}

fn reader<'p>(plan: &'p Plan, manner: &Manner, ui: &Ui) -> Box<dyn Reader + 'p> {
    if manner.output == Output::Json {
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
                    reader.interrupted(start.elapsed());
                }
            }
        }
    }
    reader.close();
    (ledger, start.elapsed())
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
