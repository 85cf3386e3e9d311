//! The history around an apply: begun when the lease is taken, ended before it is let go. What of an end did not work.

use std::sync::Arc;

use ks_apply::lease::{DURATION, Ending, Held};
use ks_plan::history::{PackedRecord, Record, RecordError, RecordedConfiguration};
use ks_plan::{Inventory, Plan};
use tokio::task::{JoinHandle, spawn_blocking};

use super::apply::Ready;
use super::carry_out::Manner;
use crate::command_error::{CommandError, Kind, missing};
use crate::holder::who;
use crate::ui::Ui;

/// What is written down of an apply that its plan does not say.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// The configuration, where it is known.
    pub configuration: Option<RecordedConfiguration>,
    /// The apply whose configuration it goes back to.
    pub rollback_to: Option<u32>,
}

/// A record that is made of a plan, and packed, while the lease is taken.
pub struct Draft {
    plan: Arc<Plan>,
    record: JoinHandle<Result<PackedRecord, RecordError>>,
}

impl Draft {
    /// Begins to make it, on a thread of its own; nothing where none is written.
    pub fn begin(ready: &Ready, manner: &Manner) -> Option<Self> {
        let (plan, name, past) = (Arc::clone(&ready.plan), ready.name.clone(), ready.past.clone());
        is_written_down(&plan, manner)
            .then(|| Self { plan: Arc::clone(&plan), record: spawn_blocking(move || drafted(&plan, &name, past)) })
    }

    /// The record of what is carried out: under the lease another plan may have been made.
    async fn end(draft: Option<Self>, ready: &Ready) -> Result<PackedRecord, RecordError> {
        let early = match draft.filter(|it| Arc::ptr_eq(&it.plan, &ready.plan)) {
            Some(draft) => draft.record.await.ok(),
            None => None,
        };
        early.unwrap_or_else(|| drafted(&ready.plan, &ready.name, ready.past.clone()))
    }
}

fn drafted(plan: &Plan, cluster: &str, past: Past) -> Result<PackedRecord, RecordError> {
    let mut record = Record::of(plan, cluster);
    record.who = who();
    env!("CARGO_PKG_VERSION").clone_into(&mut record.version);
    record.configuration = past.configuration;
    record.rollback_to = past.rollback_to;
    record.pack()
}

/// Whether an apply is written down. A plan that was made again under the lease may have nothing left to write, and the end of
/// everything is that of its history.
fn is_written_down(plan: &Plan, manner: &Manner) -> bool {
    manner.history > 0 && !plan.is_the_end() && plan.steps.iter().any(|it| it.task.is_write())
}

/// Writes down that an apply begins. Where that does not work nothing was done yet, so nothing is: whoever relies on the history
/// must not find an apply that it does not know.
pub async fn begin(
    held: Option<Held>,
    ready: &Ready,
    draft: Option<Draft>,
    manner: &Manner,
) -> Result<Option<Held>, CommandError> {
    let Some(mut held) = held else { return Ok(None) };
    if !is_written_down(&ready.plan, manner) {
        return Ok(Some(held));
    }
    let begun = match Draft::end(draft, ready).await {
        Ok(mut packed) => {
            held.holder().clone_into(&mut packed.record.holder);
            held.record(&Inventory::default(), packed, manner.history).await.map_err(CommandError::from)
        }
        Err(error) => Err(CommandError::new(Kind::Bug, error.to_string())),
    };
    match begun {
        Ok(()) => Ok(Some(held)),
        Err(mut error) => {
            held.release().await;
            error.message = format!("the history cannot be written, and nothing was done: {}", error.message);
            Err(error.hint("--history 0 applies without writing it down"))
        }
    }
}

/// Tells that the end of an apply is not written down, or that its lease stays; that changes nothing of the apply. After the end of
/// everything there may be no lease, and no right to it either: they go with their namespace.
pub fn tell(ending: &Ending, plan: &Plan, ui: &Ui) {
    if let Some(error) = &ending.unrecorded {
        ui.warn(&format!("the apply has ended, and the history does not say how: {error}"));
    }
    let unreleased = ending.unreleased.as_ref().filter(|_| !plan.is_the_end());
    if let Some(error) = unreleased {
        let seconds = DURATION.as_secs();
        ui.warn(&format!("the lease was not let go, so the next run waits for its end, {seconds} s at most: {error}"));
    }
    let errors: Vec<String> = ending.unrecorded.iter().chain(unreleased).map(ToString::to_string).collect();
    missing(errors.iter().map(String::as_str)).iter().for_each(|it| ui.note(it));
}
