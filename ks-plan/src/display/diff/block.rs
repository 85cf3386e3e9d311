//! Lists and maps over several lines, the way YAML writes them.

use serde_json::Value;

use crate::display::value::{inline, visible};

/// Writes a value with one line for each of its leaves. It reads as YAML; nobody has to parse it.
///
/// # Example
/// ```
/// use ks_plan::display::block;
/// let pod = serde_json::json!({ "containers": [{ "name": "a", "args": ["-v", "2"] }] });
/// assert_eq!(block(&pod), ["containers:", "- name: a", "  args:", "  - -v", "  - \"2\""]);
/// ```
pub fn block(value: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    write(value, 0, &mut lines);
    lines
}

fn write(value: &Value, indent: usize, lines: &mut Vec<String>) {
    let margin = " ".repeat(indent);
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                let key = if key.contains('\n') { inline(&Value::from(key.as_str())) } else { visible(key) };
                below(&format!("{margin}{key}:"), value, indent, lines);
            }
        }
        Value::Array(items) if !items.is_empty() => items.iter().for_each(|it| item(it, indent, lines)),
        scalar => below(&margin, scalar, indent, lines),
    }
}

/// An item stands behind its dash, with the first of its own lines.
fn item(value: &Value, indent: usize, lines: &mut Vec<String>) {
    let start = lines.len();
    write(value, indent + 2, lines);
    if let Some(first) = lines.get_mut(start) {
        first.replace_range(indent..=indent, "-");
    }
}

fn below(head: &str, value: &Value, indent: usize, lines: &mut Vec<String>) {
    let (is_key, margin) = (head.ends_with(':'), " ".repeat(indent));
    let gap = if is_key { " " } else { "" };
    match value {
        Value::Object(map) if !map.is_empty() => {
            lines.push(head.to_owned());
            write(value, indent + 2, lines);
        }
        Value::Array(items) if !items.is_empty() => {
            lines.push(head.to_owned());
            write(value, indent, lines);
        }
        Value::String(text) if text.contains('\n') => {
            lines.push(format!("{head}{gap}|"));
            lines.extend(visible(text).lines().map(|it| format!("{margin}  {it}")));
        }
        scalar => lines.push(format!("{head}{gap}{}", inline(scalar))),
    }
}
