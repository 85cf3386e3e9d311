//! Progress for programs: one JSON object per line.

use std::time::Duration;

use ks_apply::{ApplyEvent, Outcome};
use ks_plan::{Plan, StepId};
use serde_json::{Map, Value, json};

use super::Reader;
use super::words::Words;
use crate::ui::Ui;

/// Writes one JSON object per event.
pub struct Json<'p> {
    words: Words<'p>,
    ui: Ui,
}

impl<'p> Json<'p> {
    /// Writes to stdout.
    pub fn new(plan: &'p Plan, ui: Ui) -> Self {
        Self { words: Words::new(plan, ks_plan::display::Palette::plain()), ui }
    }

    fn line(&self, event: &ApplyEvent) -> Option<(&'static str, Map<String, Value>)> {
        Some(match event {
            ApplyEvent::Began(summary) => ("began", object(json!({ "summary": summary }))),
            ApplyEvent::StepStarted(id) => ("started", self.step(*id)),
            ApplyEvent::Progress(id, readiness) => {
                ("progress", with(self.step(*id), json!({ "readiness": readiness })))
            }
            ApplyEvent::Retried(id, why) => ("retried", with(self.step(*id), json!({ "message": why }))),
            ApplyEvent::StepFinished(id, outcome, took) => {
                let rest = json!({
                    "outcome": word(outcome),
                    "tookMs": millis(*took),
                    "message": self.words.failure(*id, outcome),
                    "cause": outcome.cause(),
                    "because": if let Outcome::Skipped { because } = outcome { Some(because) } else { None },
                });
                ("finished", with(self.step(*id), rest))
            }
            ApplyEvent::Overdue => ("overdue", Map::new()),
            ApplyEvent::LeaseLost(loss) => ("leaseLost", object(json!({ "message": loss.to_string() }))),
            ApplyEvent::Ended(tally) => ("ended", object(json!({ "tally": tally, "success": tally.is_success() }))),
            _ => return None,
        })
    }

    fn step(&self, id: StepId) -> Map<String, Value> {
        let task = self.words.plan.steps.get(id).map(|it| &it.task);
        let component = task.and_then(|it| it.object()).and_then(|it| self.words.plan.change(it)?.component.as_ref());
        object(json!({ "step": id, "task": task, "component": component }))
    }
}

impl Reader for Json<'_> {
    fn hear(&mut self, event: &ApplyEvent, at: Duration) {
        if let Some((name, fields)) = self.line(event) {
            let head = object(json!({ "event": name, "atMs": millis(at) }));
            // Nobody listening is no reason to stop.
            drop(self.ui.print(&format!("{}\n", Value::Object(with(head, Value::Object(fields))))));
        }
    }

    fn interrupted(&mut self, at: Duration) {
        drop(self.ui.print(&format!("{}\n", json!({ "event": "interrupted", "atMs": millis(at) }))));
    }

    fn close(self: Box<Self>) {}
}

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Applied => "applied",
        Outcome::Deleted => "deleted",
        Outcome::Reached => "reached",
        Outcome::Failed(_) => "failed",
        Outcome::TimedOut { .. } => "timedOut",
        Outcome::Skipped { .. } => "skipped",
        Outcome::Interrupted => "interrupted",
        _ => "other",
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Joins two objects; members that say nothing are left out.
fn with(mut first: Map<String, Value>, second: Value) -> Map<String, Value> {
    first.extend(object(second));
    first.retain(|_, value| !value.is_null());
    first
}
