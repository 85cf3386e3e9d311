//! How values are laid out.

use serde_json::{Value, json};

use super::*;

fn drawn(before: Option<Value>, after: Option<Value>) -> Vec<String> {
    let diff = FieldDiff::of(&FieldChange { path: ".a".into(), before, after }).unwrap();
    match diff.shape {
        Shape::Beside { before, after } => vec![format!("{before} → {after}")],
        Shape::Single(side, value) => vec![format!("{} {value}", side.sign())],
        Shape::Below { note, lines, .. } => note.into_iter().chain(lines.iter().map(marked)).collect(),
    }
}

/// A line with `«»` around what differs.
fn marked(line: &Line) -> String {
    let pieces = line.pieces.iter().map(|it| match it.mark {
        Mark::Differs => format!("«{}»", it.text),
        _ => it.text.clone(),
    });
    format!("{} {}", line.side.sign(), pieces.collect::<String>())
}

fn texts(before: &str, after: &str) -> Vec<String> {
    drawn(Some(before.into()), Some(after.into()))
}

#[test]
fn equal_lines_far_from_a_change_are_counted() {
    let shown = texts("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nd\nE\nf\n");
    assert_eq!(shown, ["  … 2 equal lines", "  c", "  d", "- e", "+ E", "  f"]);
    assert_eq!(texts("a\nb\nc\nd\n", "A\nb\nc\nd\n"), ["- a", "+ A", "  b", "  c", "  … 1 equal line"]);
}

#[test]
fn a_missing_line_break_at_the_end_is_told() {
    assert_eq!(texts("a\nb\n", "a\nb"), ["  a", "- b", "+ b", "  no line break at the end after"]);
}

#[test]
fn the_words_that_differ_in_a_long_line_are_marked() {
    let expression =
        |time: &str| format!("sum by (namespace) (rate(container_cpu_usage_seconds_total{{job=\"kubelet\"}}[{time}]))");
    assert_eq!(
        texts(&expression("5m"), &expression("10m")),
        [
            "- sum by (namespace) (rate(container_cpu_usage_seconds_total{job=\"kubelet\"}[«5m»]))",
            "+ sum by (namespace) (rate(container_cpu_usage_seconds_total{job=\"kubelet\"}[«10m»]))",
        ]
    );
}

#[test]
fn what_is_equal_far_from_a_difference_in_a_very_long_line_is_folded() {
    let line = |middle: &str| format!("{}{middle}{}", "a ".repeat(200), " b".repeat(200));
    assert_eq!(
        texts(&line("old"), &line("new")),
        [
            "-  … 370 equal characters … a a a a a a a a a a a a a a a «old» b b b b b b b b b b b b b b b … 370 equal characters … ",
            "+  … 370 equal characters … a a a a a a a a a a a a a a a «new» b b b b b b b b b b b b b b b … 370 equal characters … ",
        ]
    );
}

#[test]
fn texts_that_have_nothing_in_common_are_shown_whole() {
    let (before, after) = ("one ".repeat(60), "other ".repeat(60));
    assert_eq!(
        texts(&before, &after),
        [format!("- {}", inline(&json!(before))), format!("+ {}", inline(&json!(after)))]
    );
}

#[test]
fn of_a_list_in_one_text_only_what_comes_and_goes_is_told() {
    let long = |text: &str| text.replace(',', ".monitoring.coreos.com,");
    let shown = texts(&long("a,b,c,d,z"), &long("a,c,d,y,z"));
    assert_eq!(shown, ["4 items stay", "- b.monitoring.coreos.com", "+ y.monitoring.coreos.com"]);
    let whole = texts(&long("a,b,c,d,e"), &long("e,d,c,b,a"));
    assert_eq!(whole.len(), 2, "another order is shown whole: {whole:?}");
}

#[test]
fn json_in_one_line_is_compared_by_its_fields() {
    let json = |size: u32| {
        json!({ "panels": [{ "title": "CPU" }, { "title": "Memory" }], "size": size, "z": "end" }).to_string()
    };
    assert_eq!(
        texts(&json(1), &json(2)),
        ["JSON", "  … 1 equal line", "  - title: CPU", "  - title: Memory", "- size: «1»", "+ size: «2»", "  z: end"]
    );
    let spaced = json(1).replace(':', ": ");
    assert_eq!(texts(&json(1), &spaced).len(), 2, "only the spelling differs, so it is shown");
}

#[test]
fn lists_and_maps_that_are_long_take_a_line_for_each_leaf() {
    let tolerations =
        |effect: &str| json!([{ "key": "dedicated", "operator": "Equal", "value": "monitoring", "effect": effect }]);
    let shown = drawn(Some(tolerations("NoSchedule")), Some(tolerations("NoExecute")));
    assert_eq!(shown.last().unwrap(), "+   effect: «NoExecute»", "{shown:?}");
    assert_eq!(drawn(None, Some(json!({ "a": 1 }))), ["+ {\"a\":1}"]);
    let new = drawn(None, Some(json!({ "text": "a\nb", "long": "x".repeat(60), "none": [], "list": [[1, 2]] })));
    assert_eq!(new[..3], ["+ text: |", "+   a", "+   b"]);
    assert_eq!(new[4..], ["+ none: []", "+ list:", "+ - - 1", "+   - 2"]);
}

#[test]
fn long_runs_of_new_lines_can_be_folded() {
    let text = (0..9).map(|it| format!("{it}\n")).collect::<String>();
    let diff = FieldDiff::of(&FieldChange { path: ".a".into(), before: None, after: Some(text.into()) }).unwrap();
    let Shape::Below { lines, .. } = diff.folded(2).shape else { unreachable!("it has several lines") };
    assert_eq!(lines.iter().map(marked).collect::<Vec<_>>(), ["+ 0", "+ 1", "  … 7 more lines"]);
}
