//! Saved plans: what is taken from a file can be shown, judged, revealed, written again and carried out to its end.
//!
//! An input is the text of a file when it starts with `{`; otherwise it says how a small plan is edited.

use crate::draws::Draws;
use crate::edits::edited;
use crate::small_plans::small_plans;
use ks_model::ObjectRef;
use ks_plan::display::{HtmlOptions, MarkdownOptions, PlanDocument, TextOptions, html, markdown, text as plan_text};
use ks_plan::{LiveState, Observation, Plan, RecordedState, SavedPlan, Schedule, StepGraph};

/// Reads the bytes as the file of a plan.
pub fn check(input: &[u8]) {
    if input.starts_with(b"{") {
        return file(&String::from_utf8_lossy(input), &mut Draws::new(input));
    }
    let mut draws = Draws::new(input);
    let plans = small_plans();
    let plan = draws.choose(plans);
    // Half of the edits are made to the cluster that the plan is held against.
    let mut rest = draws.clone();
    let _ = rest.below(256);
    let document = edited(plan, &mut draws);
    file(&document.to_string(), &mut rest);
}

fn file(text: &str, draws: &mut Draws<'_>) {
    recorded(text);
    let Ok(saved) = SavedPlan::read(text) else { return };
    let written = saved.text().expect("a plan is JSON");
    let read = SavedPlan::read(&written).expect("what was taken is taken again");
    assert_eq!(read.text().expect("a plan is JSON"), written);
    shown(&saved.plan);
    judged(&saved, draws);
    carried_out(&saved.plan.steps, draws);
}

/// Shows a plan in every form.
fn shown(plan: &Plan) {
    let full = TextOptions { full: true, cluster: Some("demo"), ..TextOptions::default() };
    let document = PlanDocument::of(plan);
    let page = html(plan, &HtmlOptions { cluster: Some("demo") });
    assert_eq!(page.matches("<script").count(), 1, "a value became markup");
    assert!(!page.contains('\u{1b}'), "a value is not visible on the page");
    let short = markdown(plan, &MarkdownOptions { max_size: 4000, ..MarkdownOptions::default() });
    assert!(short.len() <= 4000, "{} bytes", short.len());
    let plain = plan_text(plan, &full);
    assert!(!plain.contains('\u{1b}'), "a value drives the terminal: {plain:?}");
    assert!(!plan_text(plan, &TextOptions::default()).is_empty());
    assert!(serde_json::to_string(&document).is_ok(), "a document is JSON");
}

/// Holds a plan against clusters: an empty one, the one that it shows, and one near to that.
fn judged(saved: &SavedPlan, draws: &mut Draws<'_>) {
    let mut clusters = vec![LiveState::default(), LiveState::default(), LiveState::default()];
    for change in &saved.plan.changes {
        let Some(before) = change.before.clone() else { continue };
        let near = if draws.is_in(128) { edited(&before, draws) } else { before.clone() };
        clusters[1].observe(change.object.clone(), Observation::Present(before));
        clusters[2].observe(change.object.clone(), Observation::Present(near));
    }
    for live in &clusters {
        let known = |it: &ObjectRef| saved.expected.iter().any(|expected| expected.object == *it);
        assert!(saved.stale(live).iter().all(|it| known(&it.object)), "a stale object that the plan does not know");
        match saved.reveal(live, None) {
            Ok(plan) => assert_eq!(plan.steps, saved.plan.steps),
            Err(unrevealed) => {
                assert!(saved.needs_secrets());
                assert!(unrevealed.objects.iter().all(|it| saved.plan.change(it).is_some()));
            }
        }
    }
}

/// Steps succeed in any order, or fail: each is handed out once, after all that it needs, and there is an end.
fn carried_out(steps: &StepGraph, draws: &mut Draws<'_>) {
    for may_fail in [false, true] {
        let mut schedule = Schedule::new(steps);
        let (mut succeeded, mut over) = (std::collections::BTreeSet::new(), 0);
        let mut running = schedule.ready();
        while !running.is_empty() {
            let step = running.swap_remove(draws.below(running.len()));
            let known = steps.get(step).expect("a step of the plan");
            assert!(known.needs.is_subset(&succeeded), "step {} comes too early", step.0);
            over += 1;
            if may_fail && draws.is_in(40) {
                over += schedule.fail(step).len();
            } else {
                schedule.succeed(step);
                assert!(succeeded.insert(step), "step {} comes twice", step.0);
            }
            running.extend(schedule.ready());
        }
        assert!(schedule.is_finished(), "steps are left over");
        assert_eq!(over, steps.len());
    }
}

/// The other file that holds what a cluster answered.
fn recorded(text: &str) {
    let Ok(recorded) = serde_json::from_str::<RecordedState>(text) else { return };
    let written = serde_json::to_value(&recorded).expect("a record is JSON");
    let read: RecordedState = serde_json::from_value(written.clone()).expect("what was written is read");
    assert_eq!(serde_json::to_value(&read).ok(), Some(written));
}
