//! Where Prometheus writes samples to.

use super::Finding;
use super::kinds::{At, mappings};

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
