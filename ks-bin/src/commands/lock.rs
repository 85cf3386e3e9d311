//! The lease around an apply: taken when the plan is agreed to, and the plan looked at again where another runner had it meanwhile.

use std::time::Duration;

use ks_apply::lease::{Held, LeaseOptions, Occupied};
use ks_plan::{Plan, SavedPlan};
use serde_json::Value;
use tokio::sync::watch;

use super::apply::{Ready, show};
use super::apply_saved;
use super::carry_out::Manner;
use super::consent::consent;
use crate::cli::Output;
use crate::command_error::{CommandError, Kind};
use crate::holder::holder;
use crate::report::event::{Event, millis};
use crate::session::Basis;
use crate::ui::Ui;

/// What tells whether a plan is still true.
pub enum Truth {
    /// Making it anew.
    Fresh(Box<Basis>),
    /// What the file says of each object.
    Saved(Box<SavedPlan>),
}

/// Takes the lease for a plan; none for one that writes nothing.
pub async fn take(
    ready: &mut Ready,
    manner: &Manner,
    interrupt: &watch::Receiver<bool>,
    ui: &Ui,
) -> Result<Option<Held>, CommandError> {
    let writes = ready.plan.steps.iter().any(|it| it.task.is_write());
    let Some(lookout) = ready.lookout.take().filter(|_| writes) else { return Ok(None) };
    let options = LeaseOptions { holder: holder(), timeout: manner.lock_timeout };
    let told = |occupied: &Occupied| tell(occupied, manner, ui);
    let held = unless(interrupt, lookout.acquire(&ready.plan, &ready.discovery, options, told)).await??;
    if !held.was_disturbed() {
        return Ok(Some(held));
    }
    match unless(interrupt, look_again(ready, manner, ui)).await {
        Ok(Ok(())) => Ok(Some(held)),
        Ok(Err(error)) | Err(error) => {
            held.release().await;
            Err(error)
        }
    }
}

async fn unless<T>(interrupt: &watch::Receiver<bool>, work: impl Future<Output = T>) -> Result<T, CommandError> {
    let mut interrupt = interrupt.clone();
    tokio::select! {
        done = work => Ok(done),
        Ok(_) = interrupt.wait_for(|it| *it) => Err(CommandError::new(Kind::Interrupted, "interrupted; nothing was done")),
    }
}

/// Another runner may have written since the plan was made. Who said yes to everything gets a new plan, everybody else only
/// the one that was agreed to.
async fn look_again(ready: &mut Ready, manner: &Manner, ui: &Ui) -> Result<(), CommandError> {
    let basis = match &ready.truth {
        None => return Ok(()),
        Some(Truth::Saved(saved)) => return apply_saved::still_true(saved, &ready.connection).await,
        Some(Truth::Fresh(basis)) => basis,
    };
    let planned = basis.plan_again(&ready.connection).await?;
    if document(&planned.plan)? == document(&ready.plan)? {
        return Ok(());
    }
    if !manner.yes {
        let message = "another runner changed the cluster since this was planned; nothing was done";
        return Err(
            CommandError::new(Kind::Stale, message).hint("run ks apply again, and review what is different now")
        );
    }
    if manner.output == Output::Text {
        ui.note("another runner changed the cluster since this was planned; this is the new plan");
    }
    show(&planned.plan, &ready.name, manner, ui)?;
    super::apply::is_accepted(&planned.plan)?;
    consent(&planned.plan, manner)?;
    ready.discovery = planned.survey.discovery;
    ready.plan = planned.plan.into();
    Ok(())
}

fn document(plan: &Plan) -> Result<Value, CommandError> {
    serde_json::to_value(plan).map_err(|error| CommandError::new(Kind::Bug, format!("compare plans: {error}")))
}

fn tell(occupied: &Occupied, manner: &Manner, ui: &Ui) {
    let Occupied { holder, since, ends, looks_abandoned, waited } = occupied;
    if manner.output == Output::Json {
        let (since, ends) = (since.as_deref(), ends.as_deref());
        let event = Event::Locked { holder, since, ends, waited_ms: millis(*waited) };
        // Nobody listening is no reason to stop.
        drop(event.line().and_then(|it| ui.print(&it)));
        return;
    }
    let since = since.as_ref().map(|it| format!(" since {it}")).unwrap_or_default();
    let so_far = if *waited < Duration::from_secs(1) { String::new() } else { format!(" ({} s)", waited.as_secs()) };
    ui.note(&match looks_abandoned {
        true => {
            format!("{holder} holds the lease{since} and does not seem to renew it: watching it until it ends{so_far}")
        }
        false => format!("waiting for {holder}, which holds the lease{since}{so_far}"),
    });
}
