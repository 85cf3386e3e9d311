//! Label selectors: the text of `-l`, and the structure in the spec of workloads.

use serde_json::Value;

use super::object;

/// One condition on one label.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    key: String,
    operator: Operator,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Operator {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    Absent,
}

/// Holds conditions that labels must all meet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Selector(Vec<Requirement>);

impl Selector {
    /// Reads what kubectl takes after `-l`; the error is the text that makes no sense.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = split_outside_parentheses(text);
        let parts = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty());
        parts.map(requirement).collect::<Result<_, _>>().map(Self)
    }

    /// Reads a `LabelSelector` with `matchLabels` and `matchExpressions`; absent, it selects nothing.
    pub fn structured(selector: Option<&Value>) -> Option<Self> {
        let selector = selector?;
        let labels = selector.get("matchLabels").and_then(Value::as_object);
        let equal = labels.into_iter().flatten().map(|(key, value)| Requirement {
            key: key.clone(),
            operator: Operator::In(vec![value.as_str().unwrap_or_default().to_owned()]),
        });
        let expressions = object::items(selector, "/matchExpressions").iter().map(expression);
        Some(Self(equal.chain(expressions).collect()))
    }

    /// Whether the labels of an object meet all conditions.
    pub fn selects(&self, labels: Option<&Value>) -> bool {
        self.0.iter().all(|requirement| {
            let value = labels.and_then(|labels| labels.get(&requirement.key)).and_then(Value::as_str);
            match &requirement.operator {
                Operator::In(values) => value.is_some_and(|value| values.iter().any(|it| it == value)),
                Operator::NotIn(values) => value.is_none_or(|value| values.iter().all(|it| it != value)),
                Operator::Exists => value.is_some(),
                Operator::Absent => value.is_none(),
            }
        })
    }
}

fn expression(expression: &Value) -> Requirement {
    let values = object::items(expression, "/values").iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let operator = match object::text(expression, "/operator") {
        "NotIn" => Operator::NotIn(values),
        "Exists" => Operator::Exists,
        "DoesNotExist" => Operator::Absent,
        _ => Operator::In(values),
    };
    Requirement { key: object::text(expression, "/key").to_owned(), operator }
}

fn requirement(text: &str) -> Result<Requirement, String> {
    let sound = |key: &str, operator| {
        let key = key.trim();
        if key.is_empty() || key.contains([' ', '(', ')', '=', '!']) {
            return Err(text.to_owned());
        }
        Ok(Requirement { key: key.to_owned(), operator })
    };
    let one = |value: &str| vec![value.trim_start_matches('=').trim().to_owned()];
    if let Some(key) = text.strip_prefix('!') {
        return sound(key, Operator::Absent);
    }
    if let Some((key, value)) = text.split_once("!=") {
        return sound(key, Operator::NotIn(one(value)));
    }
    if let Some((key, value)) = text.split_once('=') {
        return sound(key, Operator::In(one(value)));
    }
    if let Some((key, values)) = text.split_once(" notin ") {
        return sound(key, Operator::NotIn(listed(values).ok_or(text)?));
    }
    if let Some((key, values)) = text.split_once(" in ") {
        return sound(key, Operator::In(listed(values).ok_or(text)?));
    }
    sound(text, Operator::Exists)
}

fn listed(text: &str) -> Option<Vec<String>> {
    let inner = text.trim().strip_prefix('(')?.strip_suffix(')')?;
    Some(inner.split(',').map(|value| value.trim().to_owned()).collect())
}

fn split_outside_parentheses(text: &str) -> Vec<String> {
    let (mut parts, mut depth) = (vec![String::new()], 0_usize);
    for letter in text.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        match parts.last_mut() {
            Some(part) if letter != ',' || depth > 0 => part.push(letter),
            _ => parts.push(String::new()),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn selectors_of_kubectl_are_understood() {
        let labels = json!({ "app": "a", "tier": "web" });
        let selects = |text: &str| Selector::parse(text).unwrap().selects(Some(&labels));
        for text in ["", "app=a", "app==a", "app", "!gone", "app!=b", "app in (a, b),tier", "app notin (b)"] {
            assert!(selects(text), "{text}");
        }
        for text in ["app=b", "gone", "!app", "app!=a", "app in (b)", "app=a,tier=db"] {
            assert!(!selects(text), "{text}");
        }
    }

    #[test]
    fn nonsense_is_no_selector() {
        assert!(Selector::parse("a b").is_err());
        assert!(Selector::parse("a in b").is_err());
    }

    #[test]
    fn structured_selectors_need_all_their_parts() {
        let selector = json!({
            "matchLabels": { "app": "a" },
            "matchExpressions": [{ "key": "tier", "operator": "Exists" }],
        });
        let selector = Selector::structured(Some(&selector)).unwrap();
        assert!(selector.selects(Some(&json!({ "app": "a", "tier": "x" }))));
        assert!(!selector.selects(Some(&json!({ "app": "a" }))));
        assert_eq!(Selector::structured(None), None);
    }
}
