//! What an apply came to: counts, the slowest steps, the causes of failure.

use std::collections::BTreeMap;
use std::time::Duration;

use ks_apply::{ApplyEvent, Outcome, StepError, Tally};
use ks_plan::display::Palette;
use ks_plan::{Plan, StepId};

use super::words::{Words, seconds};
use crate::command_error::{hints, missing};
use crate::session::counted;

/// From here on a step is worth a word.
const SLOW: Duration = Duration::from_secs(1);

/// Gathers what the summary tells.
#[derive(Default)]
pub struct Ledger {
    took: Vec<(Duration, StepId)>,
    failures: Vec<(StepId, Outcome)>,
    skipped: BTreeMap<StepId, Vec<StepId>>,
    is_overdue: bool,
}

impl Ledger {
    /// Takes note of an event.
    pub fn hear(&mut self, event: &ApplyEvent) {
        self.is_overdue |= matches!(event, ApplyEvent::Overdue);
        let ApplyEvent::StepFinished(id, outcome, took) = event else { return };
        match outcome {
            Outcome::Failed(_) | Outcome::TimedOut { .. } => self.failures.push((*id, outcome.clone())),
            Outcome::Skipped { because } => self.skipped.entry(*because).or_default().push(*id),
            outcome if outcome.is_success() => self.took.push((*took, *id)),
            _ => {}
        }
    }

    /// What to do about the failures, each hint once.
    pub fn hints(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for (_, outcome) in &self.failures {
            let found = match outcome {
                Outcome::Failed(StepError::Cluster(error)) => hints(error),
                Outcome::Failed(StepError::Stuck(cause)) if cause.class.may_pass() => {
                    vec!["--grace gives faults more time that may pass".to_owned()]
                }
                // The time of the object was not up.
                Outcome::TimedOut { .. } if self.is_overdue => Vec::new(),
                Outcome::TimedOut { .. } => {
                    vec!["--timeout gives objects more time; running the same again goes on from here".to_owned()]
                }
                _ => Vec::new(),
            };
            let unread = outcome.cause().map(|it| missing(it.unread.iter().map(String::as_str))).unwrap_or_default();
            found.into_iter().chain(unread).for_each(|it| {
                if !all.contains(&it) {
                    all.push(it);
                }
            });
        }
        all
    }

    /// What was waited for when the time for the whole apply was up; nothing when it was not.
    pub fn overdue(&self, plan: &Plan) -> Option<String> {
        let words = Words::new(plan, Palette::plain());
        let late = self.failures.iter().filter(|(_, outcome)| matches!(outcome, Outcome::TimedOut { .. }));
        let late: Vec<String> = late.map(|(id, _)| words.step(*id)).collect();
        let late = if late.is_empty() { String::new() } else { format!("; not done in time: {}", late.join(", ")) };
        self.is_overdue.then(|| format!("the time for the whole apply was up{late}"))
    }

    /// The summary.
    pub fn text(&self, plan: &Plan, tally: Tally, elapsed: Duration) -> String {
        let palette = Palette::coloured();
        let words = Words::new(plan, palette);
        let mut lines = vec![headline(plan, tally, elapsed, palette)];
        for (id, outcome) in &self.failures {
            lines.extend(words.failure(*id, outcome).map(|it| format!("  {} {it}", palette.bad('✗'))));
            lines.extend(words.details(outcome).into_iter().map(|it| format!("    {it}")));
            lines.extend(self.skipped.get(id).map(|skipped| palette.dim(left_out(skipped, &words))));
        }
        lines.extend(self.slowest(&words).map(|it| palette.dim(it)));
        lines.join("\n") + "\n"
    }

    fn slowest(&self, words: &Words<'_>) -> Option<String> {
        let mut slow: Vec<&(Duration, StepId)> = self.took.iter().filter(|(took, _)| *took >= SLOW).collect();
        slow.sort_by_key(|(took, id)| (std::cmp::Reverse(*took), *id));
        let shown: Vec<String> =
            slow.iter().take(3).map(|(took, id)| format!("{} {}", words.step(*id), seconds(*took))).collect();
        (!shown.is_empty()).then(|| format!("Slowest: {}.", shown.join("; ")))
    }
}

/// What a failure kept from being done. Notes that something is reached are no work of their own.
fn left_out(skipped: &[StepId], words: &Words<'_>) -> String {
    let is_work = |id: &&StepId| words.plan.steps.get(**id).is_some_and(|it| it.task.object().is_some());
    let work: Vec<&StepId> = skipped.iter().filter(is_work).collect();
    let first = work.first().map(|it| format!(", beginning with: {}", words.step(**it))).unwrap_or_default();
    format!("    {} skipped because of it{first}", counted(work.len() as u64, "step"))
}

fn headline(plan: &Plan, tally: Tally, elapsed: Duration, palette: Palette) -> String {
    let Tally { applied, deleted, failed, timed_out, not_awaited, skipped, interrupted } = tally;
    let counts = [
        (applied, "applied"),
        (deleted, "deleted"),
        (failed, "failed"),
        (timed_out, "late"),
        (skipped, "steps skipped"),
        (interrupted, "steps not done"),
    ];
    let counts: Vec<String> =
        counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let counts = if counts.is_empty() { "nothing written".to_owned() } else { counts.join(", ") };
    let time = seconds(elapsed);
    if tally.is_success() {
        let end = match not_awaited {
            _ if plan.removes_everything() => "everything is gone".to_owned(),
            0 => "everything is ready".to_owned(),
            1 => "1 object is not waited for (`ks wait` does that)".to_owned(),
            count => format!("{count} objects are not waited for (`ks wait` does that)"),
        };
        format!("{} {counts}, {end} after {time}.", palette.good("Done:"))
    } else if failed + timed_out == 0 {
        format!("{} {counts} after {time}. Running the same again goes on from here.", palette.caution("Interrupted:"))
    } else {
        format!("{} {counts} after {time}.", palette.bad("Failed:"))
    }
}
