//! Are all aggregated APIs available?

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Check, Evidence, Finding, Symptom, Verdict};

pub(super) fn judge(evidence: &Evidence) -> Vec<Finding> {
    let services = match &evidence.services {
        Ok(services) => services,
        Err(unseen) => return vec![Finding::skipped(Check::Services, unseen)],
    };
    let manifests = evidence.desired.iter().flat_map(|it| it.manifests());
    let needed: BTreeSet<&str> = manifests.map(|it| it.object().kind.group.as_str()).collect();
    let mut found: Vec<Finding> = services.iter().filter_map(|it| down(it, &needed)).collect();
    if found.is_empty() {
        let services = services.iter().filter(|it| is_aggregated(it)).count();
        found.push(Finding::new(Check::Services, Verdict::Ok, Symptom::ServicesAvailable { services }));
    }
    found
}

/// What the API server serves by itself has an APIService, too, without a Service behind it.
fn is_aggregated(service: &Value) -> bool {
    service.pointer("/spec/service").is_some_and(Value::is_object)
}

fn down(service: &Value, needed: &BTreeSet<&str>) -> Option<Finding> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let conditions = service.pointer("/status/conditions").and_then(Value::as_array)?;
    let available = conditions.iter().find(|it| text(it, "type") == "Available")?;
    if text(available, "status") == "True" {
        return None;
    }
    let name = text(service.get("metadata")?, "name");
    let because = [text(available, "reason"), text(available, "message")];
    let because: Vec<String> = because.into_iter().filter(|it| !it.is_empty()).collect();
    let is_needed = needed.contains(service.pointer("/spec/group").and_then(Value::as_str).unwrap_or_default());
    let verdict = if is_needed { Verdict::Problem } else { Verdict::Warning };
    let symptom = Symptom::ServiceDown { name, because: because.join(": "), is_needed };
    Some(Finding::new(Check::Services, verdict, symptom))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::doctor::fixture;

    fn service(group: &str, status: &str) -> Value {
        json!({ "metadata": { "name": format!("v1.{group}") }, "spec": { "group": group, "service": { "name": "a" } },
            "status": { "conditions": [{ "type": "Available", "status": status, "reason": "MissingEndpoints" }] } })
    }

    #[test]
    fn an_api_that_is_down_is_told_and_is_worse_when_it_is_needed() {
        let mut evidence = fixture::well();
        evidence.services = Ok(vec![service("metrics.k8s.io", "True"), json!({ "metadata": { "name": "v1.apps" } })]);
        assert_eq!(judge(&evidence)[0].symptom, Symptom::ServicesAvailable { services: 1 });
        evidence.services = Ok(vec![service("metrics.k8s.io", "False")]);
        assert_eq!(judge(&evidence)[0].verdict, Verdict::Warning);
        evidence.services = Ok(vec![service("monitoring.coreos.com", "Unknown")]);
        let mut evidence = Evidence { services: evidence.services, ..fixture::with_claim(None) };
        assert_eq!(judge(&evidence)[0].verdict, Verdict::Problem);
        evidence.services = Ok(vec![json!({ "metadata": { "name": "new" } })]);
        assert_eq!(judge(&evidence)[0].verdict, Verdict::Ok, "one that was never judged is not down");
    }
}
