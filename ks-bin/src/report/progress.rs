//! How far an apply is, component by component. Plain data, fed with events.

use std::collections::BTreeMap;
use std::time::Duration;

use ks_apply::{ApplyEvent, Outcome};
use ks_model::language::Phrasebook;
use ks_model::say;
use ks_plan::display::Palette;
use ks_plan::{Plan, Readiness, StepId};

use super::columns::{columns, padded};
use super::words::{Words, seconds};

const SPINNER: [char; 8] = ['⣾', '⣽', '⣻', '⢿', '⡿', '⣟', '⣯', '⣷'];

/// How far an apply is.
pub struct Progress<'p> {
    words: Words<'p>,
    components: Vec<Component>,
    /// The component of each step, and whether its object is done with it.
    of_step: BTreeMap<StepId, (usize, bool)>,
}

/// How far one component is.
struct Component {
    name: String,
    /// How many steps have not ended.
    open: usize,
    /// How many objects there are.
    total: usize,
    done: usize,
    failed: usize,
    left_out: usize,
    began: Option<Duration>,
    ended: Option<Duration>,
    /// The steps under way, each with what it waits for.
    running: BTreeMap<StepId, Option<String>>,
}

impl<'p> Progress<'p> {
    /// Stands at the beginning of a plan.
    pub fn new(plan: &'p Plan, palette: Palette, book: Phrasebook) -> Self {
        let names: BTreeMap<_, _> = plan.changes.iter().map(|it| (&it.object, it.component.as_ref())).collect();
        let last: BTreeMap<_, _> = plan.steps.iter().filter_map(|it| Some((it.task.object()?, it.id))).collect();
        let words = Words::new(plan, palette, book);
        let mut progress = Self { words, components: Vec::new(), of_step: BTreeMap::new() };
        for step in plan.steps.iter() {
            let (name, is_last) = match step.task.object() {
                Some(object) => (names.get(object).copied().flatten(), last.get(object) == Some(&step.id)),
                None if step.task.is_write() => (None, true),
                None => continue,
            };
            let index = progress.component(&name.map_or_else(|| say!(book, "inventory"), ToString::to_string));
            progress.of_step.insert(step.id, (index, is_last));
            if let Some(component) = progress.components.get_mut(index) {
                component.open += 1;
                component.total += usize::from(is_last);
            }
        }
        progress
    }

    fn component(&mut self, name: &str) -> usize {
        self.components.iter().position(|it| it.name == name).unwrap_or_else(|| {
            self.components.push(Component::new(name));
            self.components.len() - 1
        })
    }

    /// Takes note of an event.
    pub fn hear(&mut self, event: &ApplyEvent, at: Duration) {
        let id = match event {
            ApplyEvent::StepStarted(id)
            | ApplyEvent::Progress(id, _)
            | ApplyEvent::Retried(id, _)
            | ApplyEvent::StepFinished(id, ..) => *id,
            _ => return,
        };
        let Some((index, is_last)) = self.of_step.get(&id).copied() else { return };
        if let Some(component) = self.components.get_mut(index) {
            component.hear(id, is_last, event, at);
        }
    }

    /// One line for each component.
    pub fn lines(&self, at: Duration) -> Vec<String> {
        let width = self.components.iter().map(|it| columns(&it.name)).max().unwrap_or_default();
        self.components.iter().map(|it| it.line(width, at, &self.words)).collect()
    }
}

impl Component {
    fn new(name: &str) -> Self {
        let name = name.to_owned();
        Self {
            name,
            open: 0,
            total: 0,
            done: 0,
            failed: 0,
            left_out: 0,
            began: None,
            ended: None,
            running: BTreeMap::new(),
        }
    }

    fn hear(&mut self, id: StepId, is_last: bool, event: &ApplyEvent, at: Duration) {
        match event {
            ApplyEvent::StepStarted(_) => {
                self.began.get_or_insert(at);
                self.running.insert(id, None);
            }
            ApplyEvent::Progress(_, Readiness::Waiting { on }) => drop(self.running.insert(id, Some(on.clone()))),
            ApplyEvent::Retried(_, why) => drop(self.running.insert(id, Some(why.clone()))),
            ApplyEvent::StepFinished(_, outcome, _) => {
                self.running.remove(&id);
                self.open = self.open.saturating_sub(1);
                match outcome {
                    outcome if outcome.is_success() => self.done += usize::from(is_last),
                    Outcome::Skipped { .. } | Outcome::Interrupted => self.left_out += usize::from(is_last),
                    _ => self.failed += 1,
                }
                if self.open == 0 {
                    self.ended = Some(at);
                }
            }
            _ => {}
        }
    }

    fn line(&self, width: usize, at: Duration, words: &Words<'_>) -> String {
        let palette = words.palette;
        let Self { name, total, done, failed, left_out, .. } = self;
        let frame = usize::try_from(at.as_millis() / 100).unwrap_or_default() % SPINNER.len();
        let sign = match (self.began, self.ended) {
            _ if *failed > 0 => palette.bad('✗'),
            (None, None) => palette.dim('·'),
            (_, None) => palette.caution(SPINNER.get(frame).unwrap_or(&' ')),
            _ if *left_out > 0 => palette.dim('○'),
            _ => palette.good('✓'),
        };
        let count = format!("{done}/{total}");
        let time = self.began.map(|it| seconds(self.ended.unwrap_or(at).saturating_sub(it))).unwrap_or_default();
        let count = if self.began.is_none() { palette.dim(format!("{count:>7}")) } else { format!("{count:>7}") };
        let time = palette.dim(format!("{time:>7}"));
        let (name, about) = (padded(name, width), palette.dim(self.about(words)));
        format!("  {sign} {name} {count} {time}  {about}").trim_end().to_owned()
    }

    /// What is under way: the first step that waits, else the first one, and how many more there are.
    fn about(&self, words: &Words<'_>) -> String {
        let waiting = self.running.iter().find_map(|(id, on)| Some((id, on.as_ref()?)));
        let text = match (waiting, self.running.keys().next()) {
            (Some((id, on)), _) => {
                say!(words.book, "{object}: {why}", object = words.brief(*id), why = words.book.read(on))
            }
            (None, Some(id)) => words.brief(*id),
            (None, None) if self.left_out > 0 => {
                return say!(words.book, "{count} not done", count = self.left_out);
            }
            (None, None) => return String::new(),
        };
        let more = self.running.len() - 1;
        if more == 0 { text } else { format!("{text} (+{more})") }
    }
}

#[cfg(test)]
mod tests {
    use ks_apply::StepError;
    use ks_model::{Bundle, DesiredObject, Facts, Language, Manifest};
    use ks_plan::{Desired, Inventory, LiveState, Task, plan};
    use serde_json::json;

    use super::*;
    use crate::chinese::phrasebook;

    /// Two components: a namespace, and a Deployment with its account in it.
    fn small_plan() -> Plan {
        let object = |value| DesiredObject::new(Manifest::parse(value).unwrap(), "it.yaml", Default::default());
        let namespace = object(json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "mon" } }));
        let inside = |api_version: &str, kind: &str| {
            object(json!({ "apiVersion": api_version, "kind": kind, "metadata": { "name": "x", "namespace": "mon" } }))
        };
        let members = vec![inside("apps/v1", "Deployment"), inside("v1", "ServiceAccount")];
        let bundles = [("base", vec![namespace]), ("grafana", members)];
        let bundles = bundles.map(|(name, objects)| Bundle::new(name.parse().unwrap(), objects)).to_vec();
        let desired = Desired::new(bundles, vec![], BTreeMap::new(), Inventory::new("mon", "ks")).unwrap();
        plan(&desired, &LiveState::default(), &Facts::default()).unwrap()
    }

    fn step(plan: &Plan, wanted: &str) -> StepId {
        plan.steps.iter().find(|it| it.task.to_string() == wanted).unwrap().id
    }

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn objects_are_counted_once_they_are_ready() {
        let plan = small_plan();
        let mut progress = Progress::new(&plan, Palette::plain(), Phrasebook::ENGLISH);
        let mut screens = vec![progress.lines(at(0)).join("\n")];
        let write = step(&plan, "apply Deployment.apps mon/x");
        let wait = step(&plan, "wait for Deployment.apps mon/x");
        progress.hear(&ApplyEvent::StepStarted(write), at(100));
        progress.hear(&ApplyEvent::StepFinished(write, Outcome::Applied, at(50)), at(150));
        progress.hear(&ApplyEvent::StepStarted(wait), at(150));
        let on = Readiness::Waiting { on: "0 of 1 pods is available".into() };
        progress.hear(&ApplyEvent::Progress(wait, on), at(200));
        screens.push(progress.lines(at(300)).join("\n"));
        progress.hear(&ApplyEvent::StepFinished(wait, Outcome::Reached, at(900)), at(1100));
        screens.push(progress.lines(at(1200)).join("\n"));
        insta::assert_snapshot!(screens.join("\n\n"));
    }

    #[test]
    fn chinese_names_leave_the_columns_where_they_are() {
        let plan = small_plan();
        let mut progress = Progress::new(&plan, Palette::plain(), phrasebook(Language::Chinese));
        let first = plan.steps.iter().next().unwrap().id;
        progress.hear(&ApplyEvent::StepStarted(first), at(0));
        let lines = progress.lines(at(200));
        assert!(lines.iter().any(|it| it.contains("对象清单")), "{lines:?}");
        let places = lines.iter().map(|it| columns(it.split_once('/').unwrap().0));
        assert_eq!(places.collect::<std::collections::BTreeSet<_>>().len(), 1, "{lines:?}");
    }

    #[test]
    fn a_failed_step_marks_its_component_and_counts_what_is_left_out() {
        let plan = small_plan();
        let mut progress = Progress::new(&plan, Palette::plain(), Phrasebook::ENGLISH);
        let first = plan.steps.iter().find(|it| matches!(it.task, Task::Write(_))).unwrap().id;
        for step in plan.steps.iter() {
            let outcome = if step.id == first {
                Outcome::Failed(StepError::NeverReady("no".into()))
            } else {
                Outcome::Skipped { because: first }
            };
            progress.hear(&ApplyEvent::StepFinished(step.id, outcome, at(0)), at(10));
        }
        insta::assert_snapshot!(progress.lines(at(20)).join("\n"));
    }
}
