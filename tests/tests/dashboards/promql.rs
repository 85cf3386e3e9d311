//! As much of PromQL as is needed to tell metrics from the rest.

use std::collections::BTreeSet;

/// Words that a list of labels follows.
const BEFORE_LABELS: [&str; 6] = ["by", "without", "on", "ignoring", "group_left", "group_right"];
/// Words between two expressions.
const OPERATORS: [&str; 5] = ["and", "or", "unless", "bool", "offset"];

/// The metrics that an expression reads.
pub fn metric_names(expression: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        if first.is_ascii_alphabetic() || matches!(first, '_' | ':') {
            let (word, behind) = split(rest, |c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':'));
            let behind = behind.trim_start();
            let next = split(behind, |c| c.is_ascii_alphabetic()).0;
            if BEFORE_LABELS.contains(&word) {
                rest = if behind.starts_with('(') { past(behind, ')') } else { behind };
                continue;
            }
            let is_function = behind.starts_with('(') || matches!(next, "by" | "without");
            if !is_function && !OPERATORS.contains(&word) {
                found.insert(word);
            }
            rest = behind;
        } else if first.is_ascii_digit() {
            rest = split(rest, |c| c.is_ascii_alphanumeric() || c == '.').1;
        } else {
            rest = match first {
                '{' => past(rest, '}'),
                '[' => past(rest, ']'),
                '"' => past(&rest[1..], '"'),
                _ => &rest[first.len_utf8()..],
            };
        }
    }
    found
}

fn split(text: &str, is_inside: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|c| !is_inside(c)).unwrap_or(text.len()))
}

/// What stands behind the next `end` that is in no text.
fn past(text: &str, end: char) -> &str {
    let (mut is_text, mut is_escaped) = (false, false);
    for (index, c) in text.char_indices() {
        if c == end && !is_text {
            return &text[index + c.len_utf8()..];
        }
        if c == '"' && !is_escaped {
            is_text = !is_text;
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    panic!("no {end} in {text}");
}

#[test]
fn metrics_are_told_from_functions_labels_and_texts() {
    let expression = r#"sum by (le, x) (rate(a:b{c="}\"d", e!~"f"}[5m:$g])) / on (h) group_left () max(i) * 1e3
        and label_replace(vector(1), "j", "$1", "k", "") or ignoring (l) m offset 5m > bool n unless o_total"#;
    assert_eq!(metric_names(expression), BTreeSet::from(["a:b", "i", "m", "n", "o_total"]));
}
