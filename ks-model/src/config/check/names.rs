//! Names: of storage classes, and labels of objects and of metrics.

use serde_json::Value;

use super::Finding;
use super::kinds::At;

pub fn storage_class(value: &At<'_>) -> Option<Finding> {
    match value.text() {
        Err(finding) => Some(finding),
        // The empty string names no class.
        Ok(text) if text.is_empty() || is_subdomain(text) => None,
        Ok(text) => Some(
            value
                .error("bad-name", format!("`{}`: {text:?} is no name of a StorageClass", value.field))
                .help("lower-case letters, digits, `-` and `.`; letters or digits at both ends"),
        ),
    }
}

/// A DNS subdomain as Kubernetes has it (RFC 1123): at most 253 characters.
fn is_subdomain(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let label =
        |label: &str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-') && label.chars().all(fits);
    text.len() <= 253 && text.split('.').all(label)
}

pub fn labels(value: &At<'_>) -> Vec<Finding> {
    texts(value, "key of a label", is_label_key, |member, text| {
        (!is_label_value(text))
            .then(|| member.error("bad-name", format!("`{}`: {text:?} is no label value", member.field)))
    })
}

/// Labels that go with every sample that leaves Prometheus; a value may be any text.
pub fn metric_labels(value: &At<'_>) -> Vec<Finding> {
    texts(value, "name of a label of metrics, which has letters, digits and `_`", is_metric_label, |_, _| None)
}

/// A mapping of text to text, with what is wrong with its keys and values.
fn texts(
    value: &At<'_>,
    wanted: &str,
    is_key: impl Fn(&str) -> bool,
    fault: impl Fn(&At<'_>, &str) -> Option<Finding>,
) -> Vec<Finding> {
    let entries = match value.mapping() {
        Ok(entries) => entries,
        Err(finding) => return vec![finding],
    };
    let mut findings = Vec::new();
    for entry in entries {
        let member = value.member(entry);
        if !is_key(&entry.key) {
            let message = format!("`{}`: {:?} is no {wanted}", value.field, entry.key);
            findings.push(Finding::error("bad-name", &member.field, entry.key_span, message));
        }
        findings.extend(match member.scalar() {
            Some(Value::String(text)) => fault(&member, text),
            Some(scalar @ (Value::Bool(_) | Value::Number(_))) => {
                Some(member.wrong_type("text").help(format!("put it in quotes: \"{scalar}\"")))
            }
            Some(Value::Null) => Some(member.wrong_type("text").help("write \"\" for a label without value")),
            _ => Some(member.wrong_type("text")),
        });
    }
    findings
}

fn is_metric_label(text: &str) -> bool {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn is_label_key(key: &str) -> bool {
    match key.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && !name.is_empty() && is_label_value(name),
        None => !key.is_empty() && is_label_value(key),
    }
}

fn is_label_value(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let at_ends = |c: char| c.is_ascii_alphanumeric();
    text.len() <= 63
        && text.chars().all(inner)
        && (text.is_empty() || text.starts_with(at_ends) && text.ends_with(at_ends))
}
