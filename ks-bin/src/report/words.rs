//! Steps and their endings in words.

use std::time::Duration;

use ks_apply::{ApplyEvent, Outcome};
use ks_plan::display::{Palette, ShortNames};
use ks_plan::{Action, Plan, Readiness, StepId, Task};

/// Puts the events of one plan into words.
pub struct Words<'p> {
    /// The plan.
    pub plan: &'p Plan,
    /// How its objects are named.
    pub names: ShortNames,
    /// With which colours.
    pub palette: Palette,
}

impl<'p> Words<'p> {
    /// Prepares for a plan.
    pub fn new(plan: &'p Plan, palette: Palette) -> Self {
        let names = ShortNames::of(plan.changes.iter().map(|it| &it.object));
        Self { plan, names, palette }
    }

    /// A step: `apply Namespace monitoring`.
    pub fn step(&self, id: StepId) -> String {
        match self.plan.steps.get(id).map(|it| &it.task) {
            Some(Task::Write(object)) => format!("apply {}", self.names.show(object)),
            Some(Task::AwaitReady(object)) => format!("wait for {}", self.names.show(object)),
            Some(Task::Delete(object)) => format!("delete {}", self.names.show(object)),
            Some(Task::AwaitAbsent(object)) => format!("wait until {} is gone", self.names.show(object)),
            Some(Task::AwaitClaimTemplate(it)) => {
                format!("wait for the claim template of {}", self.names.show(&it.owner))
            }
            Some(task) => task.to_string(),
            None => String::new(),
        }
    }

    /// A step in few words, for a line that says elsewhere which component it is: `Deployment grafana`.
    pub fn brief(&self, id: StepId) -> String {
        match self.plan.steps.get(id).map(|it| &it.task) {
            Some(Task::Write(object) | Task::AwaitReady(object)) => format!("{} {}", object.kind.kind, object.name),
            Some(Task::Delete(object) | Task::AwaitAbsent(object)) => {
                format!("removing {} {}", object.kind.kind, object.name)
            }
            Some(Task::FreeClaim { claim, .. }) => format!("removing {} {}", claim.kind.kind, claim.name),
            Some(Task::AwaitReplica(replica)) => format!("Pod {}", replica.pod.name),
            _ => self.step(id),
        }
    }

    /// What happened, in a line; nothing where a reader learns nothing.
    pub fn event(&self, event: &ApplyEvent) -> Option<String> {
        let palette = self.palette;
        match event {
            ApplyEvent::Progress(id, Readiness::Waiting { on }) => {
                Some(format!("{} {}: {on}", palette.dim("waiting "), self.object(*id)?))
            }
            ApplyEvent::Retried(id, why) => Some(format!("{} {}: {why}", palette.caution("retrying"), self.step(*id))),
            ApplyEvent::StepFinished(id, outcome, took) => self.ending(*id, outcome, *took),
            ApplyEvent::Overdue => {
                let words = "the time for the whole apply; waits end, nothing new is started";
                Some(format!("{} {words}", palette.bad("over    ")))
            }
            ApplyEvent::LeaseLost(loss) => {
                let words = "writes under way are finished, nothing new is started";
                Some(format!("{} the lease: {loss}; {words}", palette.bad("lost    ")))
            }
            _ => None,
        }
    }

    fn ending(&self, id: StepId, outcome: &Outcome, took: Duration) -> Option<String> {
        let palette = self.palette;
        let task = &self.plan.steps.get(id)?.task;
        match (outcome, task) {
            (Outcome::Applied, Task::Write(object)) => {
                let action = self.plan.change(object).map_or(Action::Update, |it| it.action);
                let word = match action {
                    Action::Create => "created ",
                    Action::Replace => "replaced",
                    _ => "changed ",
                };
                Some(format!("{} {}", palette.action(action, word), self.names.show(object)))
            }
            (Outcome::Applied, _) => Some(format!("{} the inventory", palette.dim("wrote   "))),
            // What was ready at once needs no line of its own.
            (Outcome::Reached, Task::AwaitReady(_)) if took < Duration::from_millis(100) => None,
            (Outcome::Reached, Task::AwaitReady(object)) => {
                let after = palette.dim(format!("after {}", seconds(took)));
                Some(format!("{} {} {after}", palette.good("ready   "), self.names.show(object)))
            }
            (Outcome::Reached, Task::AwaitReplica(replica)) => {
                let after = palette.dim(format!("after {}", seconds(took)));
                Some(format!("{} {} {after}", palette.good("ready   "), self.names.show(&replica.pod)))
            }
            (Outcome::Deleted, Task::AwaitAbsent(object))
            | (Outcome::Deleted | Outcome::Reached, Task::FreeClaim { claim: object, .. }) => {
                Some(format!("{} {}", palette.action(Action::Delete, "gone    "), self.names.show(object)))
            }
            (Outcome::Failed(_) | Outcome::TimedOut { .. }, _) => {
                Some(format!("{} {}", palette.bad("failed  "), self.failure(id, outcome)?))
            }
            _ => None,
        }
    }

    /// What failed and why; nothing for other endings.
    pub fn failure(&self, id: StepId, outcome: &Outcome) -> Option<String> {
        match outcome {
            // What a cluster says begins with what was asked, which names the object.
            Outcome::Failed(ks_apply::StepError::Cluster(error)) => Some(error.to_string()),
            Outcome::Failed(error) => Some(format!("{}: {error}", self.step(id))),
            Outcome::TimedOut { last, waited, cause } => {
                let found = cause.as_ref().map_or_else(|| last.to_string(), ToString::to_string);
                Some(format!("{}: not ready after {}, {found}", self.step(id), seconds(*waited)))
            }
            _ => None,
        }
    }

    /// What was found out about a failure, line by line: the end of a log, warnings, what to do.
    pub fn details(&self, outcome: &Outcome) -> Vec<String> {
        let Some(cause) = outcome.cause() else { return Vec::new() };
        let palette = self.palette;
        let log = cause.log.iter().map(|it| format!("{} {it}", palette.dim("│")));
        let events = cause.events.iter().map(|it| format!("{} {it}", palette.caution("warning")));
        let unread = cause.unread.iter().map(|it| format!("{} {it}", palette.caution("not read:")));
        log.chain(events).chain(unread).chain([format!("{} {}", palette.dim("→"), cause.advice)]).collect()
    }

    fn object(&self, id: StepId) -> Option<String> {
        match &self.plan.steps.get(id)?.task {
            Task::AwaitReplica(replica) => Some(self.names.show(&replica.pod)),
            task => task.object().map(|it| self.names.show(it)),
        }
    }
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

    use ks_apply::StepError;
    use ks_model::{Bundle, DesiredObject, Facts, Manifest};
    use ks_plan::diagnosis::{Cause, of_pod};
    use ks_plan::{Desired, Inventory, LiveState, plan};
    use serde_json::json;

    use super::*;

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
        let words = Words::new(&plan, Palette::plain());
        let told = [words.failure(wait, &outcome).unwrap()].into_iter().chain(words.details(&outcome));
        insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @"
        wait for Deployment mon/d: Pod mon/d-1, container c: CrashLoopBackOff for 120 s: Error, exit code 1 (0 of 1 pods is available)
        │ starting
        │ panic: no database
        warning BackOff: restarting failed container (9 times)
        → read more of the log: kubectl logs -n mon d-1 -c c --previous
        ");
    }

    #[test]
    fn durations_show_what_matters() {
        let shown: Vec<String> = [300, 12_700, 185_000].map(Duration::from_millis).map(seconds).into();
        assert_eq!(shown, ["0.3s", "12s", "3m 05s"]);
    }
}
