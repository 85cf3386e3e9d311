//! From a plan to its end: the run, its events, and who hears them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ks_apply::lease::{Ending, Held};
use ks_apply::{ApplyEvent, ApplyOptions};
use ks_plan::Plan;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::watch;

use super::apply::{ApplyArgs, Ready};
use crate::cli::Output;
use crate::command_error::{CommandError, Kind};
use crate::report::Reader;
use crate::report::human::{Lines, Live};
use crate::report::json::Json;
use crate::report::ledger::Ledger;
use crate::ui::Ui;

/// Applies a plan, under the lease if it needs one; gives what happened, how it ended and how long it took.
pub async fn carry_out(
    ready: &Ready,
    held: Option<Held>,
    interrupt: watch::Receiver<bool>,
    args: &ApplyArgs,
    ui: &Ui,
) -> Result<(Ledger, Ending, Duration), CommandError> {
    let mut apply = ApplyOptions::default();
    apply.concurrency = args.concurrency.into();
    apply.timeout = args.timeout;
    apply.grace = args.grace;
    apply.deadline = args.deadline;
    apply.force_conflicts = args.force_conflicts;
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
    let (ledger, elapsed) = follow(events, interrupt, reader(&ready.plan, args, ui)).await;
    // What a panic says may quote an object; the hook has told all that is fit to be told.
    let ending = run.await.map_err(|_| CommandError::silent(Kind::Bug))?;
    Ok((ledger, ending, elapsed))
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
                    reader.interrupted(start.elapsed());
                }
            }
        }
    }
    reader.close();
    (ledger, start.elapsed())
}
