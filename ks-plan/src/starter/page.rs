//! A starter as YAML with comments.

use serde_json::{Map, Value, json};

use super::secrets::MARK;
use super::tree::{Entry, Section};

/// Where a comment is broken, in characters.
const WIDTH: usize = 110;

const HEAD: &str = "\
# What ks reads of a ClusterConfiguration: each field with what it means, its default, and the components that read it.
# A field whose default holds is a comment. Take the # in front of it away to set it; in front of a sentence a space follows
# the #. Sections that are empty mean nothing.
";

/// Writes the whole file; `given` is the object whose labels are kept.
pub(super) fn write(given: Option<&Value>, spec: &Section) -> String {
    let mut metadata = json!({ "name": "ks-installer", "namespace": "kubesphere-system" });
    if let Some(labels) = given.and_then(|it| it.pointer("/metadata/labels")).filter(|it| it.is_object()) {
        metadata["labels"] = labels.clone();
    }
    let mut text = HEAD.to_owned();
    text.push_str("apiVersion: installer.kubesphere.io/v1alpha1\nkind: ClusterConfiguration\n");
    text.push_str(&yaml("metadata", &metadata));
    text.push_str("spec:\n");
    section(&mut text, spec, 1);
    text
}

fn section(text: &mut String, section: &Section, depth: usize) {
    let mut is_after_comment = true;
    for (key, entry) in &section.0 {
        let is_commented = matches!(entry, Entry::Field { comments, .. } if !comments.is_empty());
        let is_section = matches!(entry, Entry::Section(_));
        if (is_commented || is_section) && !is_after_comment {
            text.push('\n');
        }
        is_after_comment = false;
        match entry {
            Entry::Section(below) => {
                line(text, depth, "", &format!("{key}:"));
                self::section(text, below, depth + 1);
            }
            Entry::Field { comments, value, is_set } => {
                comments.iter().for_each(|it| comment(text, depth, it));
                let sign = if *is_set { "" } else { "#" };
                yaml(key, value).lines().for_each(|it| line(text, depth, sign, &uncovered(it)));
            }
        }
    }
}

fn line(text: &mut String, depth: usize, sign: &str, line: &str) {
    text.push_str(&"  ".repeat(depth));
    text.push_str(sign);
    text.push_str(line);
    text.push('\n');
}

/// A sentence, broken where it gets too long.
fn comment(text: &mut String, depth: usize, sentence: &str) {
    let mut current = String::new();
    for word in sentence.split_whitespace() {
        if !current.is_empty() && current.chars().count() + word.chars().count() + 2 * depth > WIDTH {
            line(text, depth, "# ", &current);
            current.clear();
        }
        if !current.is_empty() {
            current.push(' ');
        }
        current.push_str(word);
    }
    line(text, depth, "# ", &current);
}

/// One member of a mapping, over as many lines as it takes.
fn yaml(key: &str, value: &Value) -> String {
    let mapping = Map::from_iter([(key.to_owned(), value.clone())]);
    // JSON is YAML, too.
    serde_saphyr::to_string(&mapping).unwrap_or_else(|_| format!("{}: {value}\n", Value::from(key)))
}

/// A line with a comment in the place of a value that was left out.
fn uncovered(line: &str) -> String {
    let Some(before) = line.trim_end_matches(['"', '\'']).strip_suffix(MARK) else { return line.to_owned() };
    let before = before.trim_end_matches(['"', '\'']);
    let indent = before.len() - before.trim_start().len();
    let (indent, what) = before.split_at(indent);
    let (dashes, what) = match what.strip_prefix("- ") {
        Some(rest) if rest.contains(':') => ("- ", rest),
        _ => ("", what),
    };
    format!("{indent}{dashes}# {}left out, because it is secret", what.trim_start())
}
