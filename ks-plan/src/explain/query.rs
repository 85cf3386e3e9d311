//! Fields by the paths that people write.

use serde_json::Value;

use crate::structured::{FieldPath, PathElement};

/// How a path that somebody wrote relates to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// It is this field, or one above it.
    Covers,
    /// It is a place inside of this field, which plans show as one.
    Inside,
}

/// Tells whether `query` names the field at `path` of `object`, or something above or inside of it.
///
/// The first dot and the quotes may be left out, and some keys of an item; an item may be named by its position.
pub(super) fn reach(query: &str, path: &FieldPath, object: &Value) -> Option<Reach> {
    let mut rest = if query.starts_with(['.', '[']) { query.to_owned() } else { format!(".{query}") };
    let mut place = Some(object);
    for element in &path.0 {
        if rest.is_empty() || rest == "." {
            return Some(Reach::Covers);
        }
        let position = place.and_then(|it| element.position(it));
        rest = step(&rest, element, position)?.to_owned();
        place = place.and_then(|it| element.of(it));
    }
    match rest.as_str() {
        "" | "." => Some(Reach::Covers),
        _ if place.is_some_and(|it| it.is_array() || it.is_object()) && rest.starts_with(['.', '[']) => {
            Some(Reach::Inside)
        }
        _ => None,
    }
}

/// Takes one step off a path.
fn step<'q>(rest: &'q str, element: &PathElement, position: Option<usize>) -> Option<&'q str> {
    if let PathElement::Field(name) = element {
        let plain = rest.strip_prefix('.').and_then(|it| it.strip_prefix(name.as_str()));
        let bracketed = || {
            let (inside, after) = bracket(rest)?;
            (unquoted(inside) == name).then_some(after)
        };
        return plain.filter(|it| it.is_empty() || it.starts_with(['.', '['])).or_else(bracketed);
    }
    let (inside, after) = bracket(rest)?;
    if inside.parse().ok().is_some_and(|it: usize| Some(it) == position) {
        return Some(after);
    }
    let is_same = |written: &str, value: &Value| {
        value.as_str() == Some(unquoted(written)) || serde_json::from_str(written).is_ok_and(|it: Value| it == *value)
    };
    let is_meant = match element {
        PathElement::Value(value) => is_same(inside.strip_prefix('=')?, value),
        PathElement::Key(keys) => inside.split(',').all(|pair| {
            let pair = pair.split_once('=');
            pair.is_some_and(|(key, it)| {
                keys.iter().any(|(name, value)| name == key.trim() && is_same(it.trim(), value))
            })
        }),
        _ => false,
    };
    is_meant.then_some(after)
}

/// What stands in the brackets at the beginning, and what follows.
fn bracket(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix('[')?;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, ']') => return Some((&text[..at], &text[at + 1..])),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

fn unquoted(text: &str) -> &str {
    let without = |quote: char| text.strip_prefix(quote).and_then(|it| it.strip_suffix(quote));
    without('"').or_else(|| without('\'')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reached(query: &str, path: &[PathElement]) -> Option<Reach> {
        let object = json!({
            "metadata": { "labels": { "app.io/version": "1" } },
            "spec": { "containers": [{ "name": "a" }, { "name": "b", "args": ["x"], "ports": [{ "containerPort": 80 }] }] },
        });
        reach(query, &FieldPath(path.to_vec()), &object)
    }

    #[test]
    fn items_are_named_by_key_or_position_with_or_without_quotes() {
        let path = [
            PathElement::field("spec"),
            PathElement::field("containers"),
            PathElement::Key(vec![("name".into(), json!("b"))]),
            PathElement::field("name"),
        ];
        for query in [
            r#".spec.containers[name="b"].name"#,
            "spec.containers[name=b].name",
            "spec.containers[1].name",
            "spec.containers[name='b']",
            "spec.containers",
            ".spec",
            "",
        ] {
            assert_eq!(reached(query, &path), Some(Reach::Covers), "{query}");
        }
        for query in
            ["spec.containers[0].name", "spec.containers[name=a]", "spec.container", "spec.containers[name=b].names"]
        {
            assert_eq!(reached(query, &path), None, "{query}");
        }
    }

    #[test]
    fn one_of_several_keys_is_enough() {
        let keys = vec![("containerPort".to_owned(), json!(80)), ("protocol".to_owned(), json!("TCP"))];
        let path = [
            PathElement::field("spec"),
            PathElement::field("containers"),
            PathElement::Key(vec![("name".into(), json!("b"))]),
            PathElement::field("ports"),
            PathElement::Key(keys),
        ];
        assert_eq!(reached("spec.containers[name=b].ports[containerPort=80]", &path), Some(Reach::Covers));
        assert_eq!(reached("spec.containers[name=b].ports[containerPort=81]", &path), None);
    }

    #[test]
    fn names_with_dots_need_no_brackets() {
        let path = [PathElement::field("metadata"), PathElement::field("labels"), PathElement::field("app.io/version")];
        for query in ["metadata.labels.app.io/version", r#".metadata.labels["app.io/version"]"#] {
            assert_eq!(reached(query, &path), Some(Reach::Covers), "{query}");
        }
    }

    #[test]
    fn a_place_inside_of_one_field_is_that_field() {
        let path = [
            PathElement::field("spec"),
            PathElement::field("containers"),
            PathElement::Key(vec![("name".into(), json!("b"))]),
            PathElement::field("args"),
        ];
        assert_eq!(reached("spec.containers[name=b].args[0]", &path), Some(Reach::Inside));
        assert_eq!(reached("spec.containers[name=b].argsx", &path), None);
    }
}
