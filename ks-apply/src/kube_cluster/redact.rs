//! Keeps the values of a Secret out of what the server says about it.

use ks_model::Manifest;
use serde_json::Value;

/// Replaces every value of the Secret in a text; the text of any other object is returned as it is.
///
/// The server quotes values when it refuses them (`.data.port: expected string, got 5432`).
pub(super) fn redact(manifest: &Manifest, text: &str) -> String {
    if !manifest.object().kind.is("", "Secret") {
        return text.to_owned();
    }
    let mut values = Vec::new();
    for part in ["data", "stringData"] {
        collect(manifest.value().get(part), &mut values);
    }
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    values.iter().fold(text.to_owned(), |text, value| text.replace(value.as_str(), "***"))
}

fn collect(value: Option<&Value>, values: &mut Vec<String>) {
    match value {
        Some(Value::String(text)) if !text.is_empty() => {
            values.push(text.clone());
            // A text with line breaks or quotes is quoted with escapes.
            values.push(Value::from(text.as_str()).to_string().trim_matches('"').to_owned());
        }
        Some(Value::Number(number)) => values.push(number.to_string()),
        Some(Value::Object(map)) => map.values().for_each(|it| collect(Some(it), values)),
        Some(Value::Array(items)) => items.iter().for_each(|it| collect(Some(it), values)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn manifest(kind: &str) -> Manifest {
        Manifest::parse(json!({
            "apiVersion": "v1", "kind": kind, "metadata": { "name": "n", "namespace": "ns" },
            "stringData": { "port": 5432, "key": "line\nline" }, "data": { "password": "aHVudGVyMg==" },
        }))
        .unwrap()
    }

    #[test]
    fn values_of_a_secret_do_not_come_back_in_a_refusal() {
        let text = r#".stringData.port: expected string, got 5432; "aHVudGVyMg==" and "line\nline" are bad"#;
        let kept = r#".stringData.port: expected string, got ***; "***" and "***" are bad"#;
        assert_eq!(redact(&manifest("Secret"), text), kept);
    }

    #[test]
    fn other_objects_are_quoted_in_full() {
        assert_eq!(redact(&manifest("ConfigMap"), "got 5432"), "got 5432");
    }
}
