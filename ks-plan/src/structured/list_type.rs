//! Types of lists: what tells one item from another.

use serde_json::Value;

use super::path::PathElement;
use super::schema::Type;
use super::types::{Field, Items, ListNode};
use super::value::order;

/// The type of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct ListType<'a> {
    ty: Type<'a>,
    node: &'a ListNode,
}

impl<'a> ListType<'a> {
    pub(super) fn new(ty: Type<'a>, node: &'a ListNode) -> Self {
        Self { ty, node }
    }

    pub(super) fn is_atomic(&self) -> bool {
        self.node.items == Items::Atomic
    }

    pub(super) fn item(&self) -> Type<'a> {
        self.ty.part(self.node.item)
    }

    /// Gives the step to an item of a list that is not atomic; absent when the item has nothing to tell it by.
    pub(super) fn element(&self, item: &Value) -> Option<PathElement> {
        match &self.node.items {
            Items::Atomic => None,
            Items::Set if item.is_null() || item.is_array() || item.is_object() => None,
            Items::Set => Some(PathElement::Value(item.clone())),
            Items::Keyed(keys) => {
                let item = item.as_object()?;
                let default = |key: &str| self.key_field(key).and_then(|field| field.key_default.as_ref());
                let value = |key: &String| item.get(key).or_else(|| default(key)).cloned();
                let mut found: Vec<_> = keys.iter().filter_map(|key| Some((key.clone(), value(key)?))).collect();
                found.sort_by(|a, b| a.0.cmp(&b.0));
                (!found.is_empty()).then_some(PathElement::Key(found))
            }
        }
    }

    /// Appends that step as the server writes it in `FieldsV1`; nothing when there is none.
    pub(super) fn write_step(&self, item: &Value, step: &mut String) -> Option<()> {
        let start = step.len();
        if self.write_plain_step(item, step).is_none() {
            step.truncate(start);
            step.push_str(&self.element(item)?.to_fields_v1());
        }
        Some(())
    }

    /// Appends a step of plain texts and whole numbers, which need no escapes.
    pub(super) fn write_plain_step(&self, item: &Value, step: &mut String) -> Option<()> {
        match &self.node.items {
            Items::Set => {
                step.push_str("v:");
                write_plain(item, step)
            }
            Items::Keyed(keys) if keys.is_sorted() => {
                let item = item.as_object()?;
                step.push_str("k:{");
                let mut is_first = true;
                for key in keys {
                    let Some(value) = item.get(key).or_else(|| self.key_field(key)?.key_default.as_ref()) else {
                        continue;
                    };
                    step.push_str(if is_first { "\"" } else { ",\"" });
                    is_first = false;
                    step.push_str(key);
                    step.push_str("\":");
                    write_plain(value, step)?;
                }
                step.push('}');
                (!is_first).then_some(())
            }
            Items::Atomic | Items::Keyed(_) => None,
        }
    }

    /// Tells whether two items are the same one: they have a step, and it is the same.
    pub(super) fn is_same_item(&self, a: &Value, b: &Value) -> bool {
        let Items::Keyed(keys) = &self.node.items else {
            return self.element(a).is_some_and(|it| self.element(b).as_ref() == Some(&it));
        };
        let (Some(a), Some(b)) = (a.as_object(), b.as_object()) else { return false };
        let mut is_told = false;
        for key in keys {
            let default = || self.key_field(key)?.key_default.as_ref();
            match (a.get(key).or_else(default), b.get(key).or_else(default)) {
                (Some(a), Some(b)) if order(a, b).is_eq() => is_told = true,
                (None, None) => {}
                _ => return false,
            }
        }
        is_told
    }

    /// Gives the keys that an item leaves out, each with the value that the server fills in; nothing where an item cannot be told
    /// from others so.
    pub(super) fn implied_keys(&self, item: &Value) -> Option<Vec<(&'a str, &'a Value)>> {
        let Items::Keyed(keys) = &self.node.items else {
            return (!item.is_null() && !item.is_array() && !item.is_object()).then(Vec::new);
        };
        let item = item.as_object()?;
        let missing = keys.iter().filter(|key| !item.contains_key(*key));
        missing.map(|key| Some((key.as_str(), self.key_field(key)?.key_default.as_ref()?))).collect()
    }

    fn key_field(&self, key: &str) -> Option<&'a Field> {
        self.item().as_map()?.known(key)
    }
}

/// Appends a text that needs no quoting inside, a whole number or a boolean as JSON; nothing of any other value.
fn write_plain(value: &Value, text: &mut String) -> Option<()> {
    use std::fmt::Write;

    match value {
        Value::String(plain) if plain.bytes().all(|it| it.is_ascii_alphanumeric() || b"-._/: ".contains(&it)) => {
            text.push('"');
            text.push_str(plain);
            text.push('"');
            Some(())
        }
        Value::Number(number) if number.is_i64() || number.is_u64() => write!(text, "{number}").ok(),
        Value::Bool(is) => {
            text.push_str(if *is { "true" } else { "false" });
            Some(())
        }
        _ => None,
    }
}
