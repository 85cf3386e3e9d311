//! Paths as text: what [`FieldPath`] prints is read back here.

use std::str::FromStr;

use serde_json::Value;

use super::path::{FieldPath, PathElement, is_plain_letter};

/// Tells where a text stops being a path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a path goes .name, [\"odd name\"], [key=\"value\"], [=\"value\"] or [0], not {rest:?}")]
pub struct FieldPathError {
    /// What cannot be read.
    pub rest: String,
}

/// Reads what a path prints. The first dot may be left out, and the quotes around the value of a key, which shells eat.
///
/// ```
/// use ks_plan::structured::FieldPath;
///
/// let path: FieldPath = r#".spec.containers[name="web"].image"#.parse()?;
/// assert_eq!(path.to_string(), r#".spec.containers[name="web"].image"#);
/// assert_eq!("spec.containers[name=web].image".parse::<FieldPath>()?, path);
/// # Ok::<(), ks_plan::structured::FieldPathError>(())
/// ```
impl FromStr for FieldPath {
    type Err = FieldPathError;

    fn from_str(text: &str) -> Result<Self, FieldPathError> {
        match Self::read(text) {
            (path, "") if !path.0.is_empty() => Ok(path),
            (_, rest) => Err(FieldPathError { rest: rest.to_owned() }),
        }
    }
}

impl FieldPath {
    /// Reads a path as far as it goes, and gives what follows it.
    pub(crate) fn read(text: &str) -> (Self, &str) {
        let (mut path, mut rest) = match name(text) {
            Some((name, rest)) => (vec![PathElement::field(name)], rest),
            None => (Vec::new(), text),
        };
        while let Some((element, next)) = step(rest) {
            path.push(element);
            rest = next;
        }
        (Self(path), rest)
    }

    /// The path as the API server prints it: names as they are, whatever letters they have. Not to be read again.
    pub fn as_server_prints(&self) -> String {
        let step = |element: &PathElement| match element {
            PathElement::Field(name) => format!(".{name}"),
            other => other.to_string(),
        };
        self.0.iter().map(step).collect()
    }
}

fn step(text: &str) -> Option<(PathElement, &str)> {
    if let Some(rest) = text.strip_prefix('.') {
        return name(rest).map(|(name, rest)| (PathElement::field(name), rest));
    }
    let inside = text.strip_prefix('[')?;
    if let Some(rest) = inside.strip_prefix('=') {
        let (value, rest) = value(rest)?;
        return Some((PathElement::Value(value), rest.strip_prefix(']')?));
    }
    // The server writes down nothing like it, and reads it.
    if let Some(rest) = inside.strip_prefix(']') {
        return Some((PathElement::Key(Vec::new()), rest));
    }
    let (first, rest) = word(inside)?;
    match rest.strip_prefix(']') {
        Some(rest) if inside.starts_with('"') => Some((PathElement::Field(first), rest)),
        Some(rest) => Some((PathElement::Index(first.parse().ok()?), rest)),
        None => keys(inside),
    }
}

/// Reads `name="x",port=80]`.
fn keys(mut rest: &str) -> Option<(PathElement, &str)> {
    let mut keys = Vec::new();
    loop {
        let (name, after) = word(rest)?;
        let (value, after) = value(after.strip_prefix('=')?)?;
        keys.push((name, value));
        match after.strip_prefix(',') {
            Some(after) => rest = after,
            None => {
                keys.sort_by(|a, b| a.0.cmp(&b.0));
                let is_twice = keys.windows(2).any(|pair| pair[0].0 == pair[1].0);
                return Some((PathElement::Key(keys), after.strip_prefix(']').filter(|_| !is_twice)?));
            }
        }
    }
}

/// A name that needs no quotes.
fn name(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c| !is_plain_letter(c)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// A name, in quotes or not.
fn word(text: &str) -> Option<(String, &str)> {
    if !text.starts_with('"') {
        return name(text).map(|(name, rest)| (name.to_owned(), rest));
    }
    match json(text)? {
        (Value::String(name), rest) => Some((name, rest)),
        _ => None,
    }
}

/// A value as JSON; a text without quotes is one all the same.
fn value(text: &str) -> Option<(Value, &str)> {
    json(text).or_else(|| {
        let end = text.find([',', ']', '"'])?;
        (end > 0).then(|| (Value::from(&text[..end]), &text[end..]))
    })
}

fn json(text: &str) -> Option<(Value, &str)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let value = values.next()?.ok()?;
    Some((value, &text[values.byte_offset()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, FieldPathError> {
        text.parse::<FieldPath>().map(|it| it.to_string())
    }

    #[test]
    fn what_is_printed_is_read() {
        for text in [
            ".spec.replicas",
            r#".metadata.labels["app.kubernetes.io/name"]"#,
            r#".spec.ports[port=80,protocol="TCP"].name"#,
            r#".metadata.finalizers[="a\"]b"]"#,
            ".spec.x[0][12].y",
            r#"["a@b c"]["\n"].d"#,
            r#".list["odd.key"="x",plain=true]"#,
            ".list[].x",
        ] {
            assert_eq!(read(text).as_deref(), Ok(text));
        }
    }

    #[test]
    fn people_may_leave_out_the_first_dot_and_the_quotes_of_a_key() {
        assert_eq!(read("spec.a[name=x.y].b").as_deref(), Ok(r#".spec.a[name="x.y"].b"#));
        assert_eq!(read("spec.ports[protocol=TCP,port=80]").as_deref(), Ok(r#".spec.ports[port=80,protocol="TCP"]"#));
    }

    #[test]
    fn what_is_no_path_says_from_where_on() {
        for (text, rest) in [
            ("", ""),
            ("a b", " b"),
            (".a.", "."),
            (".a[x]", "[x]"),
            (".a[name=]", "[name=]"),
            (".a[", "["),
            (".a[b=1,b=2]", "[b=1,b=2]"),
        ] {
            assert_eq!(read(text), Err(FieldPathError { rest: rest.to_owned() }), "{text}");
        }
    }

    #[test]
    fn the_server_quotes_no_name() {
        let path: FieldPath = r#".metadata.labels["a.b/c"]"#.parse().unwrap();
        assert_eq!(path.as_server_prints(), ".metadata.labels.a.b/c");
    }
}
