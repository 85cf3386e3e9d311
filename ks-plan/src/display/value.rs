//! Values on one line.

use serde_json::Value;

/// Writes a value so that its type cannot be mistaken: text that could be read as anything else is quoted.
pub fn inline(value: &Value) -> String {
    match value {
        Value::String(text) if is_plain(text) => text.clone(),
        other => visible(&other.to_string()),
    }
}

/// The same of a value that may be absent.
pub fn inline_or_absent(value: Option<&Value>) -> String {
    value.map_or_else(|| "absent".to_owned(), inline)
}

/// A text without what a screen would obey instead of show: `\u{1b}` for the character that starts the commands of a
/// terminal, `\u{202e}` for one that turns the direction of what follows.
pub fn visible(text: &str) -> String {
    let shown = |c: char| match is_unseen(c) {
        true => c.escape_unicode().to_string(),
        false => c.to_string(),
    };
    text.chars().map(shown).collect()
}

/// Characters that give orders, or cannot be seen: two texts that differ in them must not look the same.
fn is_unseen(c: char) -> bool {
    let is_control = c.is_control() && !matches!(c, '\n' | '\t');
    let has_no_width = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}');
    let turns = matches!(c, '\u{61c}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}');
    is_control || has_no_width || turns
}

fn is_plain(text: &str) -> bool {
    let reads_as_text = serde_json::from_str::<Value>(text).is_err();
    let is_visible = !text.is_empty() && !text.chars().any(|c| c.is_control() || is_unseen(c)) && text.trim() == text;
    reads_as_text && is_visible && !text.starts_with(['"', '{', '[']) && !text.contains(" → ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_text_that_could_be_mistaken_is_quoted() {
        let shown: Vec<String> = [json!("7d"), json!("1"), json!(1), json!(""), json!("true"), json!({ "a": 1 })]
            .iter()
            .map(inline)
            .collect();
        assert_eq!(shown, ["7d", "\"1\"", "1", "\"\"", "\"true\"", "{\"a\":1}"]);
    }
}
