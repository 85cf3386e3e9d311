//! The way to one field: names, list keys, set values, indices.
//!
//! The four kinds of steps are those of the `FieldsV1` format (KEP-555, structured-merge-diff `fieldpath`).

use std::cmp::Ordering;
use std::fmt;

use serde_json::Value;

use super::value;

/// One step of a [`FieldPath`].
///
/// The order is the one in which the API server writes `FieldsV1`: names, then keys, then values, then indices.
#[derive(Clone, Debug)]
pub enum PathElement {
    /// A field of a map, by name.
    Field(String),
    /// An item of an associative list, by its key fields in the order of their names.
    Key(Vec<(String, Value)>),
    /// An item of a set, by its value.
    Value(Value),
    /// An item of a list, by position. The API server does not write these for lists of the kinds it knows.
    Index(usize),
}

impl PathElement {
    /// Names a field.
    pub fn field(name: impl Into<String>) -> Self {
        Self::Field(name.into())
    }

    /// The place of the item in a list that this step leads to.
    pub(crate) fn position(&self, list: &Value) -> Option<usize> {
        let items = list.as_array()?;
        match self {
            Self::Field(_) => None,
            Self::Index(index) => (*index < items.len()).then_some(*index),
            Self::Value(wanted) => items.iter().position(|it| value::equal(it, wanted)),
            Self::Key(keys) => {
                // A key that the item leaves to its default is part of the step all the same.
                let is_named = |item: &Value| {
                    keys.iter().all(|(key, wanted)| item.get(key).is_none_or(|it| value::equal(it, wanted)))
                };
                items.iter().position(is_named)
            }
        }
    }

    /// What this step leads to in a value.
    pub(crate) fn of<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        match self {
            Self::Field(name) => value.get(name),
            _ => value.get(self.position(value)?),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Field(_) => 0,
            Self::Key(_) => 1,
            Self::Value(_) => 2,
            Self::Index(_) => 3,
        }
    }
}

impl Ord for PathElement {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Field(a), Self::Field(b)) => a.cmp(b),
            (Self::Key(a), Self::Key(b)) => compare_keys(a, b),
            (Self::Value(a), Self::Value(b)) => value::order(a, b),
            (Self::Index(a), Self::Index(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for PathElement {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Two elements are equal when their numbers are equal by value: the port `80` is the port `80.0`.
impl PartialEq for PathElement {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Value(a), Self::Value(b)) => value::equal(a, b),
            _ => self.cmp(other).is_eq(),
        }
    }
}

impl Eq for PathElement {}

fn compare_keys(a: &[(String, Value)], b: &[(String, Value)]) -> Ordering {
    for ((a_name, a_value), (b_name, b_value)) in a.iter().zip(b) {
        let order = a_name.cmp(b_name).then_with(|| value::order(a_value, b_value));
        if order.is_ne() {
            return order;
        }
    }
    a.len().cmp(&b.len())
}

/// Prints `.name`, `[name="x"]`, `[="x"]` or `[0]`.
impl fmt::Display for PathElement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) if is_plain(name) => write!(f, ".{name}"),
            Self::Field(name) => write!(f, "[{}]", Value::from(name.as_str())),
            Self::Key(keys) => {
                f.write_str("[")?;
                for (position, (name, value)) in keys.iter().enumerate() {
                    let comma = if position > 0 { "," } else { "" };
                    match is_plain(name) {
                        true => write!(f, "{comma}{name}={value}")?,
                        false => write!(f, "{comma}{}={value}", Value::from(name.as_str()))?,
                    }
                }
                f.write_str("]")
            }
            Self::Value(value) => write!(f, "[={value}]"),
            Self::Index(index) => write!(f, "[{index}]"),
        }
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_plain_letter)
}

/// Whether a letter may stand in a name without quotes.
pub(super) fn is_plain_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '$')
}

/// The way from the root of an object to one of its fields.
///
/// ```
/// use ks_plan::structured::{FieldPath, PathElement};
///
/// let path = FieldPath(vec![
///     PathElement::field("spec"),
///     PathElement::field("containers"),
///     PathElement::Key(vec![("name".into(), "web".into())]),
///     PathElement::field("image"),
/// ]);
/// assert_eq!(path.to_string(), r#".spec.containers[name="web"].image"#);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldPath(pub Vec<PathElement>);

impl FieldPath {
    /// Gives the path one step further down.
    #[must_use]
    pub fn child(&self, element: PathElement) -> Self {
        let mut path = self.0.clone();
        path.push(element);
        Self(path)
    }

    /// Tells whether this is the other path, or leads to something below it.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }
}

/// The value that a path leads to.
pub(crate) fn lookup<'v>(value: &'v Value, path: &FieldPath) -> Option<&'v Value> {
    path.0.iter().try_fold(value, |value, element| element.of(value))
}

impl From<Vec<PathElement>> for FieldPath {
    fn from(elements: Vec<PathElement>) -> Self {
        Self(elements)
    }
}

/// Prints `.spec.template.spec.containers[name="x"].image`; a name with odd characters is printed as `["a.b/c"]`.
impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|element| write!(f, "{element}"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_come_before_keys_values_and_indices() {
        let mut elements = [
            PathElement::Index(0),
            PathElement::Value(json!("a")),
            PathElement::Key(vec![("name".into(), json!("a"))]),
            PathElement::field("z"),
        ];
        elements.sort();
        assert!(matches!(elements[0], PathElement::Field(_)));
        assert!(matches!(elements[3], PathElement::Index(0)));
    }

    #[test]
    fn a_label_with_a_slash_is_quoted() {
        let path = FieldPath(vec![PathElement::field("labels"), PathElement::field("app.kubernetes.io/name")]);
        assert_eq!(path.to_string(), r#".labels["app.kubernetes.io/name"]"#);
    }

    #[test]
    fn numbers_in_keys_are_equal_by_value() {
        let key = |port| PathElement::Key(vec![("port".into(), port)]);
        assert_eq!(key(json!(80)), key(json!(80.0)));
        assert_ne!(key(json!(80)), key(json!("80")));
    }
}
