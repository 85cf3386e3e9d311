//! How far an apply is, component by component. Plain data, fed with events.

use std::collections::BTreeMap;
use std::time::Duration;

use ks_apply::{ApplyEvent, Outcome};
use ks_plan::display::Palette;
use ks_plan::{Plan, Readiness, StepId};

use super::words::{Words, seconds};

const SPINNER: [char; 8] = ['⣾', '⣽', '⣻', '⢿', '⡿', '⣟', '⣯', '⣷'];

/// How far an apply is.
pub struct Progress<'p> {
    words: Words<'p>,
    components: Vec<Component>,
    of_step: BTreeMap<StepId, usize>,
}

/// How far one component is.
struct Component {
    name: String,
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
    pub fn new(plan: &'p Plan, palette: Palette) -> Self {
        let names: BTreeMap<_, _> = plan.changes.iter().map(|it| (&it.object, it.component.as_ref())).collect();
        let mut progress = Self { words: Words::new(plan, palette), components: Vec::new(), of_step: BTreeMap::new() };
        for step in plan.steps.iter() {
            let name = match step.task.object() {
                Some(object) => names.get(object).copied().flatten().map(ToString::to_string),
                None if step.task.is_write() => None,
                None => continue,
            };
            let index = progress.component(&name.unwrap_or_else(|| "inventory".to_owned()));
            progress.of_step.insert(step.id, index);
            if let Some(component) = progress.components.get_mut(index) {
                component.total += 1;
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
        let component = self.of_step.get(&id).and_then(|index| self.components.get_mut(*index));
        if let Some(component) = component {
            component.hear(id, event, at);
        }
    }

    /// One line for each component.
    pub fn lines(&self, at: Duration) -> Vec<String> {
        let width = self.components.iter().map(|it| it.name.len()).max().unwrap_or_default();
        self.components.iter().map(|it| it.line(width, at, &self.words)).collect()
    }
}

impl Component {
    fn new(name: &str) -> Self {
        let name = name.to_owned();
        Self { name, total: 0, done: 0, failed: 0, left_out: 0, began: None, ended: None, running: BTreeMap::new() }
    }

    fn hear(&mut self, id: StepId, event: &ApplyEvent, at: Duration) {
        match event {
            ApplyEvent::StepStarted(_) => {
                self.began.get_or_insert(at);
                self.running.insert(id, None);
            }
            ApplyEvent::Progress(_, Readiness::Waiting { on }) => drop(self.running.insert(id, Some(on.clone()))),
            ApplyEvent::Retried(_, why) => drop(self.running.insert(id, Some(why.clone()))),
            ApplyEvent::StepFinished(_, outcome, _) => {
                self.running.remove(&id);
                match outcome {
                    outcome if outcome.is_success() => self.done += 1,
                    Outcome::Skipped { .. } | Outcome::Interrupted => self.left_out += 1,
                    _ => self.failed += 1,
                }
                if self.done + self.failed + self.left_out == self.total {
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
        format!("  {sign} {name:width$} {count} {time}  {}", palette.dim(self.about(words))).trim_end().to_owned()
    }

    /// What is under way: the first step that waits, else the first one, and how many more there are.
    fn about(&self, words: &Words<'_>) -> String {
        let waiting = self.running.iter().find_map(|(id, on)| Some((id, on.as_ref()?)));
        let text = match (waiting, self.running.keys().next()) {
            (Some((id, on)), _) => format!("{}: {on}", words.step(*id)),
            (None, Some(id)) => words.step(*id),
            (None, None) if self.left_out > 0 => return format!("{} not done", self.left_out),
            (None, None) => return String::new(),
        };
        let more = self.running.len() - 1;
        if more == 0 { text } else { format!("{text} (+{more})") }
    }
}
