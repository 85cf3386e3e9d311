//! Pages of small plans. What a browser makes of them is tested in `tests/tests/html_report.rs`.

use std::collections::BTreeSet;

use ks_model::ObjectRef;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::change::{Action, Change, Reason};
use crate::conflict::Conflict;
use crate::display::sample::{change, field, object, plan, with_keeps};
use crate::graph::Until;
use crate::live::Refusal;
use crate::plan::Fault;
use crate::steps::{StepGraph, Task};

fn page_of(plan: &Plan) -> String {
    html(plan, &HtmlOptions { cluster: Some("sandbox") })
}

fn config_map(name: &str) -> ObjectRef {
    object("", "ConfigMap", name)
}

/// What stands between style sheet and script.
fn body(page: &str) -> &str {
    page.split_once("<body>").unwrap().1.split_once("<script>").unwrap().0
}

/// A component `first`, whose second object waits for its first, and a component that waits for it to be ready.
fn in_order(count: usize) -> Plan {
    let names: Vec<String> = (0..count).map(|it| format!("c{it}")).collect();
    let mut changes: Vec<Change> = names.iter().map(|it| change(Action::Create, config_map(it), "first")).collect();
    changes.push(change(Action::Update, config_map("last"), "second"));
    let mut plan = plan(changes);
    let mut steps = StepGraph::default();
    let mut written = BTreeSet::new();
    for name in &names {
        written = [steps.add(Task::Write(config_map(name)), written)].into();
    }
    let reached = steps.add(Task::Reach("first".parse().unwrap(), Until::Ready), written);
    steps.add(Task::Write(config_map("last")), [reached].into());
    plan.steps = steps;
    plan
}

#[test]
fn the_order_is_drawn_and_told() {
    let page = page_of(&in_order(2));
    let body = body(&page);
    assert_eq!(body.matches("<path class=\"edge\"").count(), 1, "{body}");
    assert_eq!(body.matches("<path class=\"arc\"").count(), 1, "{body}");
    assert_eq!(body.matches("data-object=\"o").count(), 3, "{body}");
    assert!(body.contains("waits for component first to be ready"), "{body}");
    assert!(body.contains("waits for <a href=\"#o0\">ConfigMap mon/c0</a>"), "{body}");
}

#[test]
fn of_many_objects_the_components_are_drawn_and_each_has_a_picture_of_its_own() {
    let page = page_of(&in_order(151));
    let body = body(&page);
    let (whole, groups) = body.split_once("<section class=\"group\">").unwrap();
    assert_eq!(whole.matches("data-card=").count(), 2);
    assert!(!whole.contains("data-object="));
    assert!(groups.contains("The order of its 151 objects"));
    assert_eq!(groups.matches("data-object=").count(), 151);
}

#[test]
fn fields_of_others_are_told_with_both_values_and_the_owner() {
    let page = page_of(&with_keeps(plan(vec![])));
    let told = "<code>.spec.replicas</code>, wanted 2, is 5, belongs to hpa (Update, 2026-11-20 09:14 UTC)";
    assert!(page.contains(told) && page.contains("No longer kept"), "{page}");
}

#[test]
fn an_empty_plan_has_nothing_to_search() {
    let page = page_of(&plan(vec![]));
    assert!(page.contains("Nothing to change.") && !body(&page).contains("<form") && !body(&page).contains("<svg"));
}

#[test]
fn definitions_of_thousands_of_lines_are_cut() {
    let mut new = change(Action::Create, config_map("long"), "first");
    new.fields = (0..500).map(|it| field(&format!(".data.k{it}"), None, Some(json!(it)))).collect();
    let page = page_of(&plan(vec![new]));
    assert!(page.contains(".data.k399<") && !page.contains(".data.k400<"));
    assert!(page.contains("… 100 more fields. ks render prints the whole object."));
}

#[test]
fn nothing_is_loaded_and_only_what_the_policy_names_runs() {
    let page = page_of(&in_order(2));
    let policy =
        page.split_once("http-equiv=\"Content-Security-Policy\" content=\"").unwrap().1.split_once('"').unwrap().0;
    assert!(policy.starts_with("default-src &#39;none&#39;; "), "{policy}");
    for text in [STYLE, SCRIPT] {
        assert!(policy.contains(&digest(text)), "{policy}");
        assert!(
            !text.contains("</") && !text.contains("url(") && !text.contains("@import") && !text.contains("import(")
        );
    }
    for outside in ["http:", "https:", " src=", " style=", "<link"] {
        assert!(!body(&page).contains(outside), "{outside}");
    }
}

/// The elements of a page, where each one that is opened is closed in its turn.
fn is_balanced(body: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    for tag in body.split('<').skip(1).map(|it| it.split_once('>').map_or(it, |(tag, _)| tag)) {
        match tag.strip_prefix('/') {
            Some(name) if open.pop() != Some(name) => return false,
            Some(_) => {}
            None => {
                let name = tag.split_once(' ').map_or(tag, |(name, _)| name);
                open.extend((name != "input").then_some(name));
            }
        }
    }
    open.is_empty()
}

fn evil() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("</script>".to_owned()),
        Just("<img src=x onerror=alert(1)>".to_owned()),
        Just("\" onload=\"".to_owned()),
        Just("'><svg>".to_owned()),
        Just("<!--".to_owned()),
        Just("]]>".to_owned()),
        Just("&lt;".to_owned()),
        Just("\n".to_owned()),
        Just("a,b,c ".repeat(15)),
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|it| it.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn no_value_becomes_markup(text in evil(), before in evil(), after in evil()) {
        let mut update = change(Action::Update, object("", &text, &text), "first");
        update.fields = vec![
            field(&text, Some(json!(before)), Some(json!(after))),
            field(&text, Some(json!([before])), Some(json!({ &after: [after] }))),
            field(&text, None, Some(json!(after))),
        ];
        update.reasons = vec![Reason::GateClosed { reason: text.clone() }];
        update.conflicts = vec![Conflict::new(&text, &text)];
        let mut steps = StepGraph::default();
        steps.add(Task::Write(update.object.clone()), BTreeSet::new());
        let mut plan = plan(vec![update]);
        plan.steps = steps;
        let refusal = Refusal { message: text.clone(), immutable: vec![] };
        plan.faults = vec![Fault { object: config_map(&text), refusal }];
        plan.facts.cluster_uid = Some(text);
        let page = page_of(&plan);
        let body = body(&page);
        prop_assert!(is_balanced(body), "{}", body);
        let tags: BTreeSet<&str> = body.split('<').skip(1)
            .filter_map(|it| it.split([' ', '>']).next()).filter(|it| !it.starts_with('/')).collect();
        let known = [
            "a", "b", "button", "code", "del", "details", "div", "form", "g", "h1", "h2", "header", "i", "input", "ins", "li",
            "main", "mark", "option", "output", "p", "path", "rect", "section", "select", "small", "span", "strong",
            "summary", "svg", "text", "title", "ul",
        ];
        prop_assert!(tags.iter().all(|it| known.contains(it)), "{:?}", tags);
        let attributes = body.split('<').filter_map(|it| Some(it.split_once('>')?.0));
        let handlers: Vec<&str> = attributes.filter(|it| it.contains(" on")).collect();
        prop_assert!(handlers.is_empty(), "{:?}", handlers);
    }
}
