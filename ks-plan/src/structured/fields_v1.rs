//! The text form of one step of a `FieldsV1` value: `f:name`, `k:{"port":80}`, `v:"x"`, `i:0`.

use serde_json::{Map, Value};

use super::field_set::FieldsV1Error;
use super::path::PathElement;

impl PathElement {
    /// Reads one step; absent when its kind is not known.
    ///
    /// # Errors
    /// When a known kind is malformed.
    pub(super) fn from_fields_v1(text: &str) -> Result<Option<Self>, FieldsV1Error> {
        let bad = || FieldsV1Error::BadElement { element: text.to_owned() };
        let (kind, rest) = text.split_once(':').ok_or_else(bad)?;
        Ok(Some(match kind {
            "f" => Self::Field(rest.to_owned()),
            "k" => {
                let keys: Map<String, Value> = serde_json::from_str(rest).map_err(|_| bad())?;
                let mut keys: Vec<_> = keys.into_iter().collect();
                keys.sort_by(|a, b| a.0.cmp(&b.0));
                Self::Key(keys)
            }
            "v" => Self::Value(serde_json::from_str(rest).map_err(|_| bad())?),
            "i" => Self::Index(rest.parse().map_err(|_| bad())?),
            _ if kind.len() == 1 => return Ok(None),
            _ => return Err(bad()),
        }))
    }

    /// Writes one step.
    pub(super) fn to_fields_v1(&self) -> String {
        match self {
            Self::Field(name) => format!("f:{name}"),
            Self::Key(keys) => {
                let keys: Map<String, Value> = keys.iter().cloned().collect();
                format!("k:{}", as_go_writes(&Value::Object(keys)))
            }
            Self::Value(value) => format!("v:{}", as_go_writes(value)),
            Self::Index(index) => format!("i:{index}"),
        }
    }
}

/// Writes JSON as the API server does: the three characters that matter to HTML are escaped.
fn as_go_writes(value: &Value) -> String {
    let text = value.to_string();
    if !text.contains(['<', '>', '&', '\u{2028}', '\u{2029}']) {
        return text;
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => escaped.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => escaped.push(c),
        }
    }
    escaped
}
