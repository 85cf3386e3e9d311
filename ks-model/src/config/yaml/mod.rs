//! YAML with places, read exactly as kubectl reads it.
//!
//! kubectl converts YAML to JSON with a fork of go-yaml v2: YAML 1.1 words (`yes`, `off`, `y`) are booleans, `0755` is
//! octal, a later merge overwrites an earlier key. A reader of YAML 1.2 would see other values in the same file, so the
//! resolution is our own; `tests/yaml_traps.rs` holds what kubectl answered.
//! The one difference: a key that is given twice is an error here, as it is for the API server's strict validation.

mod builder;
mod fault;
mod scalar;

pub use builder::documents;
pub use fault::Fault;

use serde_json::{Map, Value};

use super::Span;

/// A value of a text, with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub value: Yaml,
    /// Absent for values that came from a cluster.
    pub span: Option<Span>,
}

/// What a node holds, in the terms of JSON.
#[derive(Clone, Debug, PartialEq)]
pub enum Yaml {
    /// Null, a boolean, a number or a string.
    Scalar(Value),
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
}

/// One member of a mapping. Keys are strings, as in JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub key: String,
    pub key_span: Option<Span>,
    pub value: Node,
}

impl Entry {
    /// What to point at when the value is wrong: the value where it is short, else the key.
    pub fn pointer(&self) -> Option<Span> {
        match &self.value.value {
            Yaml::Scalar(value) if !value.is_null() => self.value.span,
            _ => self.key_span,
        }
    }
}

impl Node {
    /// The members, when the node is a mapping.
    pub fn entries(&self) -> Option<&[Entry]> {
        match &self.value {
            Yaml::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// The member `key`, when the node is a mapping that has it.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries()?.iter().find(|it| it.key == key)
    }

    /// The text, when the node is a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Yaml::Scalar(value) => value.as_str(),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(&self.value, Yaml::Scalar(Value::Null))
    }

    /// The value without its places.
    pub fn to_json(&self) -> Value {
        match &self.value {
            Yaml::Scalar(value) => value.clone(),
            Yaml::Sequence(items) => items.iter().map(Self::to_json).collect(),
            Yaml::Mapping(entries) => {
                Value::Object(entries.iter().map(|it| (it.key.clone(), it.value.to_json())).collect::<Map<_, _>>())
            }
        }
    }
}

impl From<Value> for Node {
    fn from(value: Value) -> Self {
        let value = match value {
            Value::Array(items) => Yaml::Sequence(items.into_iter().map(Self::from).collect()),
            Value::Object(map) => Yaml::Mapping(
                map.into_iter().map(|(key, value)| Entry { key, key_span: None, value: Self::from(value) }).collect(),
            ),
            scalar => Yaml::Scalar(scalar),
        };
        Self { value, span: None }
    }
}
