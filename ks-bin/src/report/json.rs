//! Progress for programs: one JSON object per line.

use std::time::Duration;

use ks_apply::{ApplyEvent, Outcome};
use ks_plan::{Plan, StepId};

use super::Reader;
use super::event::{Event, Step, millis};
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

    fn event<'a>(&'a self, event: &'a ApplyEvent, at: Duration) -> Option<Event<'a>> {
        let at_ms = millis(at);
        Some(match event {
            ApplyEvent::Began(summary) => Event::Began { at_ms, summary: *summary },
            ApplyEvent::StepStarted(id) => Event::Started { at_ms, step: self.step(*id)? },
            ApplyEvent::Progress(id, readiness) => Event::Progress { at_ms, step: self.step(*id)?, readiness },
            ApplyEvent::Retried(id, message) => Event::Retried { at_ms, step: self.step(*id)?, message },
            ApplyEvent::StepFinished(id, outcome, took) => Event::Finished {
                at_ms,
                step: self.step(*id)?,
                outcome: outcome.kind(),
                took_ms: millis(*took),
                message: self.words.failure(*id, outcome),
                cause: outcome.cause(),
                because: if let Outcome::Skipped { because } = outcome { Some(*because) } else { None },
            },
            ApplyEvent::Overdue => Event::Overdue { at_ms },
            ApplyEvent::LeaseLost(loss) => Event::LeaseLost { at_ms, message: loss.to_string() },
            ApplyEvent::Ended(tally) => Event::Ended { at_ms, tally: *tally, success: tally.is_success() },
            _ => return None,
        })
    }

    fn step(&self, id: StepId) -> Option<Step<'p>> {
        let plan = self.words.plan;
        let task = &plan.steps.get(id)?.task;
        let component = task.object().and_then(|it| plan.change(it)?.component.as_ref());
        Some(Step { step: id, task, component })
    }

    fn tell(&self, event: &Event<'_>) {
        // Nobody listening is no reason to stop.
        drop(event.line().and_then(|it| self.ui.print(&it)));
    }
}

impl Reader for Json<'_> {
    fn hear(&mut self, event: &ApplyEvent, at: Duration) {
        if let Some(event) = self.event(event, at) {
            self.tell(&event);
        }
    }

    fn interrupted(&mut self, at: Duration) {
        self.tell(&Event::Interrupted { at_ms: millis(at) });
    }

    fn close(self: Box<Self>) {}
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ks_apply::lease::Loss;
    use ks_apply::{ClusterError, StepError, Tally};
    use ks_model::{Bundle, DesiredObject, Facts, Manifest};
    use ks_plan::diagnosis::{Cause, of_pod};
    use ks_plan::{Desired, Inventory, LiveState, Readiness, Summary, plan};
    use ks_tests::json_schema::check;
    use serde_json::{Value, json};

    use super::*;
    use crate::cli::ColorWhen;
    use crate::report::event::schema;

    #[test]
    fn every_event_and_every_ending_fits_the_schema() {
        let value =
            json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "d", "namespace": "mon" } });
        let object = DesiredObject::new(Manifest::parse(value).unwrap(), "it.yaml", Default::default());
        let name = object.manifest.object().clone();
        let bundle = Bundle::new("base".parse().unwrap(), vec![object]);
        let desired = Desired::new(vec![bundle], vec![], BTreeMap::new(), Inventory::new("mon", "ks")).unwrap();
        let plan = plan(&desired, &LiveState::default(), &Facts::default()).unwrap();
        let pod = json!({ "metadata": { "name": "d-1", "namespace": "mon" }, "status": { "containerStatuses": [{ "name": "c",
            "ready": false, "state": { "waiting": { "reason": "CrashLoopBackOff" } } }] } });
        let mut cause = Cause::new(name, "0 of 1 pods is available".into(), of_pod(&pod).unwrap(), 120);
        cause.log = vec!["panic: no database".into()];
        cause.unread = vec!["events are forbidden".into()];
        let id = plan.steps.iter().last().unwrap().id;
        let finished = |outcome| ApplyEvent::StepFinished(id, outcome, Duration::from_millis(3));
        let waiting = Readiness::Waiting { on: "pods".into() };
        let refused = ClusterError::TimedOut { action: "apply".into(), seconds: 30 };
        let events = [
            ApplyEvent::Began(Summary::default()),
            ApplyEvent::StepStarted(id),
            ApplyEvent::Progress(id, Readiness::Failed { because: "no".into() }),
            ApplyEvent::Retried(id, "busy".into()),
            finished(Outcome::Applied),
            finished(Outcome::Deleted),
            finished(Outcome::Reached),
            finished(Outcome::Failed(StepError::Cluster(refused))),
            finished(Outcome::Failed(StepError::Stuck(Box::new(cause)))),
            finished(Outcome::TimedOut { last: waiting, waited: Duration::from_secs(1), cause: None }),
            finished(Outcome::Skipped { because: id }),
            finished(Outcome::Interrupted),
            ApplyEvent::Overdue,
            ApplyEvent::LeaseLost(Loss::NotRenewed { seconds: 25, because: None }),
            ApplyEvent::Ended(Tally::default()),
        ];
        let (schema, json) = (schema(), Json::new(&plan, Ui::new(ColorWhen::Never)));
        for event in events {
            let line = json.event(&event, Duration::from_secs(1)).unwrap().line().unwrap();
            let value: Value = serde_json::from_str(&line).unwrap();
            assert_eq!(check(&schema, &value), Ok(()), "{line}");
        }
    }
}
