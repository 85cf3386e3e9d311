//! Pages of small plans, and of plans that do everything to break out of them.

use ks_model::ClosedGate;
use ks_model::config::Location;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::change::{Action, Reason};
use crate::conflict::Conflict;
use crate::display::sample::{change, configured, field, object, plan, setting, with_keeps};
use crate::live::Refusal;
use crate::plan::Fault;

fn story() -> Plan {
    let mut update = change(Action::Update, object("monitoring.coreos.com", "Prometheus", "k8s"), "prometheus");
    update.risk = Risk::Disruptive;
    update.fields = vec![
        field(".spec.retention", Some(json!("7d")), Some(json!("15d"))),
        field(".spec.paused", Some(json!(true)), None),
        field(".spec.text", Some(json!("a\nb\nc\nd\ne\n")), Some(json!("a\nb\nc\nD\ne\n"))),
    ];
    update.conflicts = vec![Conflict::new(".spec.replicas", "kubectl-scale")];
    update.reasons = vec![setting("retention", json!("15d"), configured("monitoring.prometheus.retention", 41))];
    let mut create = change(Action::Create, object("", "ConfigMap", "rules"), "prometheus");
    create.fields = vec![field(".data.rules", None, Some(json!("an: expression\n".repeat(20))))];
    let mut claim = change(Action::Delete, object("", "PersistentVolumeClaim", "data-0"), "thanos-ruler");
    claim.risk = Risk::DataLoss;
    claim.reasons = vec![Reason::GateClosed { reason: "alerting.enabled is false".into() }];
    let mut plan = plan(vec![create, update, claim]);
    let place = Location { file: "cc.yaml".into(), line: 83, column: 5 };
    let (condition, reason) = ("spec.alerting.enabled".to_owned(), "alerting.enabled is false".to_owned());
    plan.closed = vec![ClosedGate::new("thanos-ruler".parse().unwrap(), condition, reason, Some(place))];
    plan
}

fn page_of(plan: &Plan, max_size: usize) -> String {
    markdown(plan, &MarkdownOptions { cluster: Some("sandbox"), max_size, ..MarkdownOptions::default() })
}

#[test]
fn a_plan_as_a_comment() {
    insta::assert_snapshot!(page_of(&story(), MAX_SIZE));
}

#[test]
fn fields_of_others_are_told_with_both_values_and_the_owner() {
    let page = page_of(&with_keeps(plan(vec![])), MAX_SIZE);
    let kept = "`Deployment mon/operator`: `.spec.replicas`, wanted `2`, is `5`, belongs to `hpa (Update, 2026-11-20 09:14 UTC)`";
    assert!(page.contains(&format!("### Kept as others have it\n\n- {kept}\n")), "{page}");
    assert!(
        page.contains("### No longer kept\n\n- `Deployment mon/operator`: `.metadata.labels[\"a.b/c\"]`, nobody "),
        "{page}"
    );
}

#[test]
fn an_empty_plan_says_so() {
    let page = page_of(&plan(vec![]), MAX_SIZE);
    assert!(page.starts_with("## Plan: nothing to change\n"), "{page}");
    assert!(!page.contains('|'), "{page}");
}

#[test]
fn fields_of_new_objects_go_first_then_those_of_others_then_the_objects() {
    let plan = story();
    let whole = page_of(&plan, MAX_SIZE);
    let shorter = page_of(&plan, whole.len() - 1);
    assert!(shorter.contains("the fields of 1 new object."), "{shorter}");
    assert!(shorter.contains("- `+ ConfigMap mon/rules`\n") && shorter.contains("+ .spec.retention: 15d"), "{shorter}");
    let shorter = page_of(&plan, shorter.len() - 1);
    assert!(
        shorter.contains("the fields of 1 new object, the fields and reasons of 1 changed object")
            && !shorter.contains("7d"),
        "{shorter}"
    );
    insta::assert_snapshot!(page_of(&plan, 630));
}

#[test]
fn a_limit_that_nothing_fits_in_cuts_the_heading() {
    assert_eq!(page_of(&story(), 16), "## Plan: 1 to cr");
    assert_eq!(page_of(&story(), 0), "");
}

/// What a page is outside of code, where forges look for mentions, references, links and markup.
///
/// # Panics
/// When a block or a folded object is not closed.
fn prose(page: &str) -> String {
    let mut prose = String::new();
    let mut fence: Option<&str> = None;
    let mut folded = 0_i32;
    for line in page.lines() {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            Some(open) if ticks.len() >= open.len() && ticks.len() == line.len() => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 && line[ticks.len()..] == *"diff" => fence = Some(ticks),
            None => {
                folded += i32::from(line.starts_with("<details>")) - i32::from(line == "</details>");
                assert!((0..=1).contains(&folded), "{page}");
                prose += &without_code(line);
                prose.push('\n');
            }
        }
    }
    assert_eq!((fence, folded), (None, 0), "{page}");
    prose
}

fn without_code(line: &str) -> String {
    let mut left = line.to_owned();
    while let Some((before, rest)) = left.split_once("<code>") {
        let (inside, after) = rest.split_once("</code>").expect("an element ends");
        assert!(!inside.contains('<'), "{line}");
        left = format!("{before}{after}");
    }
    let mut prose = String::new();
    let mut rest = left.as_str();
    while let Some(at) = rest.find('`') {
        prose += &rest[..at];
        let run = rest[at..].len() - rest[at..].trim_start_matches('`').len();
        let (ticks, after) = rest[at..].split_at(run);
        let closing = after
            .match_indices(ticks)
            .map(|(place, _)| place)
            .find(|place| !after[..*place].ends_with('`') && !after[place + run..].starts_with('`'));
        rest = &after[closing.unwrap_or_else(|| unreachable!("code ends: {line}")) + run..];
    }
    prose + rest
}

/// Texts that would be more than texts if they were let.
fn evil() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("`".to_owned()),
        Just("```".to_owned()),
        Just("\n```\n".to_owned()),
        Just("~~~~".to_owned()),
        Just("</details>".to_owned()),
        Just("</code></summary>".to_owned()),
        Just("<!--".to_owned()),
        Just("@octocat".to_owned()),
        Just("#1".to_owned()),
        Just("|".to_owned()),
        Just("\n\n".to_owned()),
        Just("\r".to_owned()),
        Just("\u{2028}".to_owned()),
        Just("[a](http://b)".to_owned()),
        Just("\\".to_owned()),
        Just(" ".to_owned()),
        Just("word".to_owned()),
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|it| it.concat())
}

fn evil_value() -> impl Strategy<Value = Option<Value>> {
    proptest::option::of(prop_oneof![
        evil().prop_map(Value::from),
        (evil(), evil()).prop_map(|(key, value)| json!({ key: [value] })),
    ])
}

fn evil_change() -> impl Strategy<Value = Change> {
    let action = prop_oneof![Just(Action::Create), Just(Action::Update), Just(Action::Replace), Just(Action::Delete)];
    let fields = proptest::collection::vec((evil(), evil_value(), evil_value()), 0..6);
    (action, evil(), evil(), fields, any::<bool>()).prop_map(|(action, kind, text, fields, risky)| {
        let mut change = change(action, object("", &kind, &text), "prometheus");
        change.fields = fields.into_iter().map(|(path, before, after)| field(&path, before, after)).collect();
        change.conflicts = vec![Conflict::new(&text, &text)];
        change.immutable = vec![text.clone()];
        change.reasons = vec![Reason::GateClosed { reason: text }];
        change.risk = if risky { Risk::DataLoss } else { Risk::Safe };
        change
    })
}

fn evil_plan() -> impl Strategy<Value = Plan> {
    let changes = proptest::collection::vec(evil_change(), 0..8);
    (changes, evil(), any::<bool>()).prop_map(|(changes, text, refused)| {
        let mut plan = plan(changes);
        let place = Location { file: text.clone(), line: 1, column: 1 };
        plan.facts.cluster_uid = Some(text.clone());
        plan.closed = vec![ClosedGate::new("etcd".parse().unwrap(), text.clone(), text.clone(), Some(place))];
        let refusal = Refusal { message: text.clone(), immutable: vec![] };
        plan.faults = if refused { vec![Fault { object: object("", &text, &text), refusal }] } else { vec![] };
        plan
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_plan_fits_into_any_limit_and_no_value_leaves_its_code(plan in evil_plan(), max_size in 0..20_000_usize) {
        let page = page_of(&plan, max_size);
        prop_assert!(page.len() <= max_size);
        if page.ends_with('\n') {
            let prose = prose(&page);
            let tags = prose.replace("<details><summary>", "").replace("</summary>", "").replace("</details>", "");
            prop_assert!(!tags.contains(['<', '@', '[', '\\', '~']), "{}", tags);
            let headings = tags.lines().map(|it| it.trim_start_matches('#')).collect::<Vec<_>>().join("\n");
            prop_assert!(!headings.contains('#'), "{}", tags);
        }
    }

    #[test]
    fn a_longer_limit_never_shows_fewer_objects(plan in evil_plan(), max_size in 200..8_000_usize) {
        let shown = |size: usize| page_of(&plan, size).matches("<summary>").count();
        prop_assert!(shown(max_size) <= shown(max_size + 500));
    }
}
