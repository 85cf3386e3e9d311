use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::fixture::{ancestors, config_map};
use crate::steps::Task;

/// Steps whose needs are drawn from those before them.
fn graphs() -> impl Strategy<Value = StepGraph> {
    proptest::collection::vec(proptest::collection::vec(any::<prop::sample::Index>(), 0..4), 0..30).prop_map(|all| {
        let mut steps = StepGraph::default();
        for (at, needs) in all.into_iter().enumerate() {
            let needs = needs.into_iter().filter(|_| at > 0).map(|it| StepId(it.index(at))).collect();
            steps.add(Task::Write(config_map(&format!("a/c{at}")).object().clone()), needs);
        }
        steps
    })
}

/// How a run went: which steps were handed out, in which order, and how each ended.
#[derive(Default)]
struct Run {
    started: Vec<StepId>,
    succeeded: BTreeSet<StepId>,
    failed: BTreeSet<StepId>,
    skipped: BTreeSet<StepId>,
}

/// Runs steps in an order and with failures that `choices` decide; checks on the way what holds at any moment.
fn run(steps: &StepGraph, choices: &[(usize, bool)]) -> Run {
    let mut schedule = Schedule::new(steps);
    let mut run = Run::default();
    let mut running: Vec<StepId> = Vec::new();
    let mut choices = choices.iter().cycle();
    loop {
        for step in schedule.ready() {
            assert!(!run.started.contains(&step), "{step:?} was handed out twice");
            assert!(steps.get(step).unwrap().needs.is_subset(&run.succeeded), "{step:?} came before its needs");
            run.started.push(step);
            running.push(step);
        }
        let Some((which, fails)) = choices.next().filter(|_| !running.is_empty()) else { break };
        let step = running.remove(which % running.len());
        if *fails {
            run.failed.insert(step);
            run.skipped.extend(schedule.fail(step));
        } else {
            run.succeeded.insert(step);
            schedule.succeed(step);
        }
    }
    assert!(schedule.is_finished(), "it stalled");
    run
}

#[test]
fn what_rests_on_a_step_counts_to_the_end_and_once() {
    let mut steps = StepGraph::default();
    let write = |name: &str| Task::Write(config_map(name).object().clone());
    let definition = steps.add(write("a/definition"), BTreeSet::new());
    let served = steps.add(Task::AwaitReady(config_map("a/definition").object().clone()), [definition].into());
    let objects = ["a/b", "a/c"].map(|name| steps.add(write(name), [served].into()));
    let last = steps.add(write("a/d"), objects.into());
    let mut schedule = Schedule::new(&steps);
    assert_eq!([definition, served, objects[0], last].map(|it| schedule.resting_on(it)), [4, 3, 1, 0]);
    assert_eq!(schedule.ready(), [definition]);
    assert_eq!(schedule.resting_on(definition), 4, "also once it is handed out");
}

proptest! {
    #[test]
    fn every_step_runs_once_after_its_needs(steps in graphs(), order in proptest::collection::vec(0..9_usize, 1..9)) {
        let choices: Vec<_> = order.into_iter().map(|which| (which, false)).collect();
        prop_assert_eq!(run(&steps, &choices).succeeded.len(), steps.len());
    }

    #[test]
    fn a_failure_skips_exactly_what_needs_it(
        steps in graphs(),
        choices in proptest::collection::vec((0..9_usize, proptest::bool::weighted(0.2)), 1..30),
    ) {
        let run = run(&steps, &choices);
        let before = ancestors(&steps);
        for step in steps.iter() {
            let is_hit = before[&step.id].iter().any(|it| run.failed.contains(it));
            prop_assert_eq!(run.skipped.contains(&step.id), is_hit, "{:?}", step.id);
            prop_assert_eq!(run.started.contains(&step.id), !is_hit, "{:?}", step.id);
        }
    }

    #[test]
    fn a_cancelled_schedule_ends_with_its_running_steps(steps in graphs(), rounds in 0..6_usize) {
        let mut schedule = Schedule::new(&steps);
        let mut ended: BTreeMap<StepId, &str> = BTreeMap::new();
        for _ in 0..rounds {
            for step in schedule.ready() {
                schedule.succeed(step);
                ended.insert(step, "ran");
            }
        }
        let running = schedule.ready();
        for step in schedule.cancel() {
            prop_assert_eq!(ended.insert(step, "given up"), None);
        }
        prop_assert!(schedule.ready().is_empty());
        prop_assert_eq!(schedule.is_finished(), running.is_empty());
        for step in running {
            schedule.succeed(step);
            prop_assert_eq!(ended.insert(step, "ran"), None);
        }
        prop_assert!(schedule.ready().is_empty() && schedule.is_finished());
        prop_assert_eq!(ended.len(), steps.len());
    }
}

#[test]
fn a_step_that_ends_twice_frees_its_dependents_once() {
    let mut steps = StepGraph::default();
    let task = || Task::Write(config_map("a/c").object().clone());
    let (a, b) = (steps.add(task(), [].into()), steps.add(task(), [].into()));
    let both = steps.add(task(), [a, b].into());
    let mut schedule = Schedule::new(&steps);
    assert_eq!(schedule.ready(), [a, b]);
    schedule.succeed(a);
    schedule.succeed(a);
    assert!(schedule.ready().is_empty() && schedule.fail(a).is_empty());
    schedule.succeed(b);
    assert_eq!(schedule.ready(), [both]);
}
