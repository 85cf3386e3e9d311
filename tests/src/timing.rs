//! How long each step of an apply took, as a table.

use std::collections::BTreeMap;
use std::time::Duration;

use ks_apply::ApplyEvent;
use ks_plan::{StepGraph, Task};

/// From here on a step has a line of its own.
const SLOW: Duration = Duration::from_millis(500);

/// The events of an apply with when they were heard, as a table in Markdown: a line for each step that took half a second or more,
/// in the order of their beginnings, and one for all others of the same task and kind. Components that are reached take no time.
pub fn table(graph: &StepGraph, events: &[(Duration, ApplyEvent)]) -> String {
    let mut began = BTreeMap::new();
    let mut steps: Vec<(Duration, Duration, &Task)> = Vec::new();
    for (at, event) in events {
        match event {
            ApplyEvent::StepStarted(id) => drop(began.insert(*id, *at)),
            ApplyEvent::StepFinished(id, _, took) => {
                let start = began.get(id).copied().unwrap_or(at.saturating_sub(*took));
                steps.extend(graph.get(*id).map(|it| (start, *took, &it.task)));
            }
            _ => {}
        }
    }
    steps.retain(|(.., task)| task.object().is_some() || task.is_write());
    steps.sort_by_key(|(start, took, _)| (*start, *took));
    let mut lines = vec!["| step | from | took |".to_owned(), "|---|---:|---:|".to_owned()];
    let (slow, quick): (Vec<_>, Vec<_>) = steps.into_iter().partition(|(_, took, _)| *took >= SLOW);
    for (start, took, task) in slow {
        lines.push(format!("| {task} | {:.1} s | {:.1} s |", start.as_secs_f64(), took.as_secs_f64()));
    }
    let mut groups: BTreeMap<String, Vec<(Duration, Duration)>> = BTreeMap::new();
    for (start, took, task) in quick {
        groups.entry(group(task)).or_default().push((start, took));
    }
    for (name, steps) in groups {
        let first = steps.iter().map(|(start, _)| *start).min().unwrap_or_default();
        let (all, most) = (steps.iter().map(|(_, took)| took), steps.iter().map(|(_, took)| *took).max());
        let (all, most) = (all.sum::<Duration>().as_millis(), most.unwrap_or_default().as_millis());
        let times = format!("{all} ms, {most} ms at most");
        lines.push(format!("| {name}: {} | {:.1} s | {times} |", steps.len(), first.as_secs_f64()));
    }
    lines.join("\n") + "\n"
}

/// What steps have in common that are told together.
fn group(task: &Task) -> String {
    match task.object() {
        Some(object) => task.to_string().replace(&object.to_string(), &format!("each {}", object.kind.kind)),
        None => task.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use ks_apply::Outcome;
    use ks_model::ObjectRef;
    use ks_plan::{Step, StepId};
    use serde_json::json;

    use super::*;

    #[test]
    fn slow_steps_stand_alone_and_quick_ones_together() {
        let object = |name: &str| ObjectRef::read(&format!("ConfigMap a/{name}")).unwrap();
        let tasks =
            [Task::Write(object("b")), Task::Write(object("c")), Task::AwaitReady(object("c")), Task::AllWritten];
        let step = |(id, task)| Step { id: StepId(id), task, needs: [].into() };
        let steps: Vec<Step> = tasks.into_iter().enumerate().map(step).collect();
        let steps: StepGraph = serde_json::from_value(json!(steps)).unwrap();
        let times = [(0, 0, 20), (1, 0, 30), (2, 100, 900), (3, 1000, 0)];
        let events = times.into_iter().flat_map(|(id, start, took)| {
            let (start, took) = (Duration::from_millis(start), Duration::from_millis(took));
            let end = ApplyEvent::StepFinished(StepId(id), Outcome::Applied, took);
            [(start, ApplyEvent::StepStarted(StepId(id))), (start + took, end)]
        });
        let lines = [
            "| step | from | took |",
            "|---|---:|---:|",
            "| wait for ConfigMap a/c | 0.1 s | 0.9 s |",
            "| apply each ConfigMap: 2 | 0.0 s | 50 ms, 30 ms at most |",
        ];
        assert_eq!(table(&steps, &events.collect::<Vec<_>>()), lines.join("\n") + "\n");
    }
}
