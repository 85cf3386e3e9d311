//! Conditions, as most kinds report them.

use serde_json::Value;

/// The condition of a type.
pub fn find<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    let conditions = object.pointer("/status/conditions")?.as_array()?;
    conditions.iter().find(|it| it.get("type").and_then(Value::as_str) == Some(kind))
}

/// Whether a condition has this status: `True`, `False` or `Unknown`.
pub fn is(condition: &Value, status: &str) -> bool {
    condition.get("status").and_then(Value::as_str) == Some(status)
}

/// What a condition says for people: its message, else its reason.
pub fn words(condition: &Value) -> String {
    let text = |field: &str| condition.get(field).and_then(Value::as_str).filter(|it| !it.is_empty());
    text("message").or_else(|| text("reason")).unwrap_or("no message").to_owned()
}
