//! Secret values of a spec, and where they stood.

use std::collections::BTreeSet;

use ks_model::config;
use serde_json::Value;

use crate::catalogue::Catalogue;
use crate::history::{read_paths, secret_paths};

/// What stands in the place of a secret value until the text is written.
pub(super) const MARK: &str = "ks.kubesphere.io/left-out";

/// Names a field whose value was left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct LeftOut {
    /// Its path below `spec`; items of lists are `remoteWrite[0].url`.
    pub field: String,
    /// Whether ks reads it: without the value, what is installed may be another.
    pub is_read: bool,
}

type Path = Vec<String>;

struct Walk {
    read: BTreeSet<Path>,
    secret: BTreeSet<Path>,
    found: Vec<LeftOut>,
}

/// Puts [`MARK`] in the place of each secret value.
pub(super) fn leave_out(spec: &mut Value, catalogue: &Catalogue) -> Vec<LeftOut> {
    let mut walk = Walk { read: read_paths(catalogue), secret: secret_paths(catalogue), found: Vec::new() };
    walk.value(&mut Vec::new(), "", spec, false);
    walk.found
}

impl Walk {
    /// `at` are the keys alone, `field` is the same with the numbers of items.
    fn value(&mut self, at: &mut Path, field: &str, value: &mut Value, is_secret: bool) {
        if self.secret.contains(at) && !is_nothing(value) {
            return self.hide(at, field, value);
        }
        match value {
            Value::Object(members) => {
                for (key, member) in members {
                    let below = if field.is_empty() { key.clone() } else { format!("{field}.{key}") };
                    at.push(key.clone());
                    self.value(at, &below, member, is_secret || config::is_secret_name(key));
                    at.pop();
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.value(at, &format!("{field}[{index}]"), item, is_secret);
                }
            }
            Value::String(text) if !text.is_empty() && (is_secret || config::has_credentials(text)) => {
                self.hide(at, field, value);
            }
            Value::Number(_) if is_secret => self.hide(at, field, value),
            // Whether something is on tells nothing.
            _ => {}
        }
    }

    fn hide(&mut self, at: &Path, field: &str, value: &mut Value) {
        let is_read = self.read.iter().any(|it| at.starts_with(it));
        self.found.push(LeftOut { field: field.to_owned(), is_read });
        *value = Value::from(MARK);
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}
