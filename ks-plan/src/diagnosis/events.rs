//! What the events of a cluster warn of.

use serde_json::Value;

/// How many warnings are told.
const TOLD: usize = 5;

/// The warnings among events, the latest first, each once: `FailedMount: secret "s" not found (7 times)`.
pub fn warnings(events: &[Value]) -> Vec<String> {
    let mut found: Vec<&Value> = events.iter().filter(|it| text(it, "/type") == "Warning").collect();
    found.sort_by_key(|it| std::cmp::Reverse(last_seen(it)));
    let mut told: Vec<String> = Vec::new();
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for event in found {
        let words = (text(event, "/reason"), text(event, "/message").trim());
        if told.len() == TOLD || seen.contains(&words) {
            continue;
        }
        seen.push(words);
        let count = event.pointer("/series/count").or_else(|| event.get("count")).and_then(Value::as_i64).unwrap_or(1);
        let times = if count > 1 { format!(" ({count} times)") } else { String::new() };
        told.push(format!("{}: {}{times}", words.0, words.1));
    }
    told
}

/// The names of the claims that a pod uses.
pub fn claims_of(pod: &Value) -> Vec<&str> {
    let volumes = pod.pointer("/spec/volumes").and_then(Value::as_array).into_iter().flatten();
    volumes.filter_map(|it| it.pointer("/persistentVolumeClaim/claimName")?.as_str()).collect()
}

fn last_seen(event: &Value) -> &str {
    let times = ["/series/lastObservedTime", "/lastTimestamp", "/eventTime", "/metadata/creationTimestamp"];
    times.into_iter().map(|it| text(event, it)).find(|it| !it.is_empty()).unwrap_or_default()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
