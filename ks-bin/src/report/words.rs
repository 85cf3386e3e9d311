//! Steps and their endings in words.

use std::time::Duration;

use ks_apply::{ApplyEvent, Outcome, StepError};
use ks_model::language::Phrasebook;
use ks_model::say;
use ks_plan::diagnosis::Cause;
use ks_plan::display::{Palette, ShortNames};
use ks_plan::{Action, Plan, Readiness, StepId, Task};

use super::columns::padded;

/// Puts the events of one plan into words.
pub struct Words<'p> {
    /// The plan.
    pub plan: &'p Plan,
    /// How its objects are named.
    pub names: ShortNames,
    /// With which colours.
    pub palette: Palette,
    /// In which language.
    pub book: Phrasebook,
}

impl<'p> Words<'p> {
    /// Prepares for a plan.
    pub fn new(plan: &'p Plan, palette: Palette, book: Phrasebook) -> Self {
        let names = ShortNames::of(plan.changes.iter().map(|it| &it.object));
        Self { plan, names, palette, book }
    }

    /// A step: `apply Namespace monitoring`.
    pub fn step(&self, id: StepId) -> String {
        match self.plan.steps.get(id).map(|it| &it.task) {
            Some(Task::Write(it)) => say!(self.book, "apply {object}", object = self.names.show(it)),
            Some(Task::AwaitReady(it)) => say!(self.book, "wait for {object}", object = self.names.show(it)),
            Some(Task::Delete(it)) => say!(self.book, "delete {object}", object = self.names.show(it)),
            Some(Task::AwaitAbsent(it)) => say!(self.book, "wait until {object} is gone", object = self.names.show(it)),
            Some(Task::AwaitClaimTemplate(it)) => {
                say!(self.book, "wait for the claim template of {object}", object = self.names.show(&it.owner))
            }
            Some(task) => self.book.read(&task.to_string()).into_owned(),
            None => String::new(),
        }
    }

    /// A step in few words, for a line that says elsewhere which component it is: `Deployment grafana`.
    pub fn brief(&self, id: StepId) -> String {
        match self.plan.steps.get(id).map(|it| &it.task) {
            Some(Task::Write(object) | Task::AwaitReady(object)) => format!("{} {}", object.kind.kind, object.name),
            Some(Task::Delete(object) | Task::AwaitAbsent(object) | Task::FreeClaim { claim: object, .. }) => {
                say!(self.book, "removing {kind} {name}", kind = object.kind.kind, name = object.name)
            }
            Some(Task::AwaitReplica(replica)) => format!("Pod {}", replica.pod.name),
            _ => self.step(id),
        }
    }

    /// What happened, in a line; nothing where a reader learns nothing.
    pub fn event(&self, event: &ApplyEvent) -> Option<String> {
        let (palette, book) = (self.palette, self.book);
        match event {
            ApplyEvent::Progress(id, Readiness::Waiting { on }) => {
                let label = palette.dim(label(&say!(book, "waiting")));
                let (object, why) = (self.object(*id)?, book.read(on));
                Some(format!("{label} {}", say!(book, "{object}: {why}", object, why)))
            }
            ApplyEvent::Retried(id, why) => {
                let label = palette.caution(label(&say!(book, "retrying")));
                let (step, why) = (self.step(*id), book.read(why));
                Some(format!("{label} {}", say!(book, "{step}: {why}", step, why)))
            }
            ApplyEvent::StepFinished(id, outcome, took) => self.ending(*id, outcome, *took),
            ApplyEvent::Overdue => {
                let words = say!(book, "the time for the whole apply; waits end, nothing new is started");
                Some(format!("{} {words}", palette.bad(label(&say!(book, "over")))))
            }
            ApplyEvent::LeaseLost(loss) => {
                let loss = loss.to_string();
                let why = book.read(&loss);
                let words = say!(book, "the lease: {why}; writes under way are finished, nothing new is started", why);
                Some(format!("{} {words}", palette.bad(label(&say!(book, "lost")))))
            }
            _ => None,
        }
    }

    /// That the user interrupted.
    pub fn interrupted(&self) -> String {
        say!(self.book, "interrupted: writes under way are finished, nothing new is started; Ctrl-C again ends at once")
    }

    fn ending(&self, id: StepId, outcome: &Outcome, took: Duration) -> Option<String> {
        let (palette, book) = (self.palette, self.book);
        let after = || palette.dim(say!(book, "after {time}", time = seconds(took)));
        let task = &self.plan.steps.get(id)?.task;
        match (outcome, task) {
            (Outcome::Applied, Task::Write(object)) => {
                let action = self.plan.change(object).map_or(Action::Update, |it| it.action);
                let word = match action {
                    Action::Create => say!(book, "created"),
                    Action::Replace => say!(book, "replaced"),
                    _ => say!(book, "changed"),
                };
                Some(format!("{} {}", palette.action(action, label(&word)), self.names.show(object)))
            }
            (Outcome::Applied, _) => {
                let label = palette.dim(label(&say!(book, "wrote")));
                Some(format!("{label} {}", say!(book, "the inventory")))
            }
            // What was ready at once needs no line of its own.
            (Outcome::Reached, Task::AwaitReady(_)) if took < Duration::from_millis(100) => None,
            (Outcome::Reached, Task::AwaitReady(object)) => {
                let label = palette.good(label(&say!(book, "ready")));
                Some(format!("{label} {} {}", self.names.show(object), after()))
            }
            (Outcome::Reached, Task::AwaitReplica(replica)) => {
                let label = palette.good(label(&say!(book, "ready")));
                Some(format!("{label} {} {}", self.names.show(&replica.pod), after()))
            }
            (Outcome::Deleted, Task::AwaitAbsent(object))
            | (Outcome::Deleted | Outcome::Reached, Task::FreeClaim { claim: object, .. }) => {
                let label = palette.action(Action::Delete, label(&say!(book, "gone")));
                Some(format!("{label} {}", self.names.show(object)))
            }
            (Outcome::Failed(_) | Outcome::TimedOut { .. }, _) => {
                Some(format!("{} {}", palette.bad(label(&say!(book, "failed"))), self.failure(id, outcome)?))
            }
            _ => None,
        }
    }

    /// What failed and why; nothing for other endings.
    pub fn failure(&self, id: StepId, outcome: &Outcome) -> Option<String> {
        match outcome {
            // What a cluster says begins with what was asked, which names the object.
            Outcome::Failed(StepError::Cluster(error)) => Some(self.book.read(&error.to_string()).into_owned()),
            Outcome::Failed(error) => {
                let why = match error {
                    StepError::Stuck(cause) => self.cause(cause),
                    error => self.book.read(&error.to_string()).into_owned(),
                };
                Some(say!(self.book, "{step}: {why}", step = self.step(id), why))
            }
            Outcome::TimedOut { last, waited, cause } => {
                let last = last.to_string();
                let why = cause.as_ref().map_or_else(|| self.book.read(&last).into_owned(), |it| self.cause(it));
                let (step, time) = (self.step(id), seconds(*waited));
                Some(say!(self.book, "{step}: not ready after {time}, {why}", step, time, why))
            }
            _ => None,
        }
    }

    /// Why an object did not become ready: `Pod ns/p, container c: CrashLoopBackOff for 120 s: Error, exit code 1`.
    fn cause(&self, cause: &Cause) -> String {
        if self.book.is_english() {
            return cause.to_string();
        }
        let book = self.book;
        let place = match (&cause.pod, &cause.container) {
            (None, _) => String::new(),
            (Some(pod), None) => say!(book, "{pod}: ", pod),
            (Some(pod), Some(container)) => say!(book, "{pod}, container {container}: ", pod, container),
        };
        let time =
            if cause.seconds == 0 { String::new() } else { say!(book, " for {seconds} s", seconds = cause.seconds) };
        let said = |text: &str| book.read(text).into_owned();
        let message =
            if cause.message.is_empty() { String::new() } else { say!(book, ": {why}", why = said(&cause.message)) };
        let state =
            if cause.state.is_empty() { String::new() } else { say!(book, " ({state})", state = said(&cause.state)) };
        format!("{place}{}{time}{message}{state}", cause.reason)
    }

    /// What was found out about a failure, line by line: the end of a log, warnings, what to do.
    pub fn details(&self, outcome: &Outcome) -> Vec<String> {
        let Some(cause) = outcome.cause() else { return Vec::new() };
        let palette = self.palette;
        let log = cause.log.iter().map(|it| format!("{} {it}", palette.dim("│")));
        let warning = palette.caution(say!(self.book, "warning"));
        let events = cause.events.iter().map(|it| format!("{warning} {it}"));
        let not_read = palette.caution(say!(self.book, "not read:"));
        let unread = cause.unread.iter().map(|it| format!("{not_read} {}", self.book.read(it)));
        let advice = format!("{} {}", palette.dim("→"), self.book.read(&cause.advice));
        log.chain(events).chain(unread).chain([advice]).collect()
    }

    fn object(&self, id: StepId) -> Option<String> {
        match &self.plan.steps.get(id)?.task {
            Task::AwaitReplica(replica) => Some(self.names.show(&replica.pod)),
            task => task.object().map(|it| self.names.show(it)),
        }
    }
}

/// What happened in a word, as wide as the widest of them.
fn label(word: &str) -> String {
    padded(word, 8)
}

/// A duration with what matters of it: `0.3s`, `42s`, `3m 05s`.
pub fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    match whole {
        0..10 => format!("{:.1}s", duration.as_secs_f64()),
        10..60 => format!("{whole}s"),
        _ => format!("{}m {:02}s", whole / 60, whole % 60),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ks_model::{Bundle, DesiredObject, Facts, Language, Manifest};
    use ks_plan::diagnosis::of_pod;
    use ks_plan::{Desired, Inventory, LiveState, plan};
    use serde_json::json;

    use super::*;
    use crate::chinese::phrasebook;

    #[test]
    fn a_failure_tells_the_fault_the_log_the_warnings_and_what_to_do() {
        let value =
            json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "d", "namespace": "mon" } });
        let object = DesiredObject::new(Manifest::parse(value).unwrap(), "it.yaml", Default::default());
        let name = object.manifest.object().clone();
        let bundle = Bundle::new("base".parse().unwrap(), vec![object]);
        let desired = Desired::new(vec![bundle], vec![], BTreeMap::new(), Inventory::new("mon", "ks")).unwrap();
        let plan = plan(&desired, &LiveState::default(), &Facts::default()).unwrap();
        let wait = plan.steps.iter().find(|it| matches!(it.task, Task::AwaitReady(_))).unwrap().id;
        let pod = json!({ "metadata": { "name": "d-1", "namespace": "mon" }, "status": { "containerStatuses": [{ "name": "c",
            "ready": false, "state": { "waiting": { "reason": "CrashLoopBackOff" } },
            "lastState": { "terminated": { "reason": "Error", "exitCode": 1 } } }] } });
        let mut cause = Cause::new(name, "0 of 1 pods is available".into(), of_pod(&pod).unwrap(), 120);
        cause.log = vec!["starting".into(), "panic: no database".into()];
        cause.events = vec!["BackOff: restarting failed container (9 times)".into()];
        let outcome = Outcome::Failed(StepError::Stuck(Box::new(cause)));
        let told = |book| {
            let words = Words::new(&plan, Palette::plain(), book);
            let lines = [words.failure(wait, &outcome).unwrap()].into_iter().chain(words.details(&outcome));
            lines.collect::<Vec<_>>().join("\n")
        };
        insta::assert_snapshot!(told(Phrasebook::ENGLISH), @"
        wait for Deployment mon/d: Pod mon/d-1, container c: CrashLoopBackOff for 120 s: Error, exit code 1 (0 of 1 pods is available)
        │ starting
        │ panic: no database
        warning BackOff: restarting failed container (9 times)
        → read more of the log: kubectl logs -n mon d-1 -c c --previous
        ");
        insta::assert_snapshot!(told(phrasebook(Language::Chinese)), @"
        等待 Deployment mon/d：Pod mon/d-1 的容器 c：CrashLoopBackOff，持续 120 秒：Error，退出码 1（1 个 Pod 中有 0 个可用）
        │ starting
        │ panic: no database
        警告 BackOff: restarting failed container (9 times)
        → 查看更多日志：kubectl logs -n mon d-1 -c c --previous
        ");
    }

    #[test]
    fn durations_show_what_matters() {
        let shown: Vec<String> = [300, 12_700, 185_000].map(Duration::from_millis).map(seconds).into();
        assert_eq!(shown, ["0.3s", "12s", "3m 05s"]);
    }
}
