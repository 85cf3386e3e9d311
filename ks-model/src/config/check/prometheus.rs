//! What Prometheus itself reads: labels of metrics, and where samples are written to.

use serde_json::Value;

use super::Finding;
use super::kinds::{At, mappings};

/// Labels that go with every sample that leaves Prometheus.
pub fn labels(value: &At<'_>) -> Vec<Finding> {
    let entries = match value.mapping() {
        Ok(entries) => entries,
        Err(finding) => return vec![finding],
    };
    let mut findings = Vec::new();
    for entry in entries {
        let member = value.member(entry);
        if !is_label_name(&entry.key) {
            let message = format!("`{}`: {:?} is no name of a label of metrics", value.field, entry.key);
            let finding = Finding::error("bad-name", &member.field, entry.key_span, message);
            findings.push(finding.help("letters, digits and `_`, with no digit at the start"));
        }
        match member.scalar() {
            Some(Value::String(_)) => {}
            Some(scalar @ (Value::Bool(_) | Value::Number(_))) => {
                findings.push(member.wrong_type("text").help(format!("put it in quotes: \"{scalar}\"")));
            }
            _ => findings.push(member.wrong_type("text")),
        }
    }
    findings
}

fn is_label_name(text: &str) -> bool {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Remote writes as prometheus-operator reads them. A token in the text would be in plans and in the cluster for all to read.
pub fn remote_writes(value: &At<'_>) -> Vec<Finding> {
    let (mut findings, items) = mappings(value);
    for item in items {
        let tokens = item.node.entries().unwrap_or_default().iter().filter(|it| it.key == "bearerToken");
        findings.extend(tokens.map(|entry| {
            let member = item.member(entry);
            let message = format!("`{}` would be readable for everybody", member.field);
            let finding = Finding::error("secret-in-text", &member.field, entry.key_span, message);
            finding.help("keep it in a Secret and name that: authorization: { credentials: { name: …, key: … } }")
        }));
    }
    findings
}
