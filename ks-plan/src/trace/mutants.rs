//! Other values of the same shape, to see what a value shapes.

use serde_json::{Value, json};

/// The text that stands in made-up values.
const MARK: &str = "ks-explain";

/// Whether a key comes from a made-up value.
pub(super) fn is_made_up(key: &str) -> bool {
    key == MARK
}

/// Other values that a template can be expected to take in place of `value`, each with another effect: a different one of the
/// same shape, an empty one, one beyond a threshold.
pub(super) fn mutants(value: &Value) -> Vec<Value> {
    match value {
        // What an unset value would look like is not known; the first that makes a difference tells enough.
        Value::Null => vec![json!(MARK), json!(true), json!(1), json!([MARK]), json!({ MARK: MARK })],
        Value::Bool(_) => vec![changed(value)],
        Value::Number(number) => {
            let far = number.as_i64().map_or_else(|| json!(1e9), |it| json!(it.saturating_add(1000)));
            vec![changed(value), json!(0), far]
        }
        Value::String(text) if text.is_empty() => vec![json!(MARK)],
        Value::String(text) => vec![json!(MARK), json!(other_digits(text)), json!("")],
        Value::Array(items) if items.is_empty() => vec![json!([MARK]), json!([{ MARK: MARK }])],
        Value::Array(items) => {
            let longer = items.iter().cloned().chain(items.first().map(changed)).collect();
            vec![changed(value), longer, json!([])]
        }
        Value::Object(members) if members.is_empty() => vec![json!({ MARK: MARK })],
        Value::Object(members) => {
            let mut larger = members.clone();
            larger.insert(MARK.to_owned(), json!(MARK));
            vec![changed(value), larger.into(), json!({})]
        }
    }
}

/// The same shape with every scalar changed.
fn changed(value: &Value) -> Value {
    match value {
        Value::Null => json!(MARK),
        Value::Bool(it) => json!(!it),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => json!(whole.saturating_add(1)),
            None => json!(number.as_f64().unwrap_or_default() + 1.0),
        },
        Value::String(text) if text.chars().any(|it| it.is_ascii_digit()) => json!(other_digits(text)),
        Value::String(_) => json!(MARK),
        Value::Array(items) => items.iter().map(changed).collect(),
        Value::Object(members) => members.iter().map(|(key, member)| (key.clone(), changed(member))).collect(),
    }
}

/// The same text with other digits: a number stays a number, a quantity a quantity, an address an address.
fn other_digits(text: &str) -> String {
    let other = |c: char| match c {
        '9' => '8',
        '0'..='8' => char::from_digit(c.to_digit(10).unwrap_or_default() + 1, 10).unwrap_or('1'),
        other => other,
    };
    text.chars().map(other).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mutant_is_the_value_itself_unless_it_has_no_digit() {
        for value in
            [json!(null), json!(true), json!(0), json!(""), json!("7d"), json!([]), json!({}), json!({"a": [1]})]
        {
            let mutants = mutants(&value);
            assert!(!mutants.is_empty() && mutants.iter().any(|it| *it != value), "{value}");
        }
        assert_eq!(
            changed(&json!({ "a": ["x", 1, false], "b": "10.0.0.9" })),
            json!({ "a": [MARK, 2, true], "b": "21.1.1.8" })
        );
    }
}
