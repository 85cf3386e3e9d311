//! Why an object is in the plan: the file that wants it, and the settings that stand in the leaves that change.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use ks_model::{Bundle, DesiredObject};
use serde_json::Value;

use crate::change::{Action, FieldChange, Reason};
use crate::generated::shown;

/// The file that wants the object, then the settings of that file that shape a leaf that changes.
///
/// A setting is recognised in a leaf by its value. Where several settings have the value of a leaf, those that share a
/// word with the name of the field count: of `replicas: 2` and `retries: 2`, only the first shapes `.spec.replicas`.
pub(crate) fn reasons(bundle: &Bundle, wanted: &DesiredObject, action: Action, fields: &[FieldChange]) -> Vec<Reason> {
    if action == Action::NoOp {
        return Vec::new();
    }
    let values: BTreeMap<&String, Cow<'_, Value>> =
        wanted.settings.iter().filter_map(|name| Some((name, shown(&bundle.settings.get(name)?.value)))).collect();
    let settings: Vec<Leaf<'_>> = values.iter().flat_map(|(name, value)| leaves(name, Some(value))).collect();
    let shaping: BTreeSet<&str> = fields.iter().flat_map(|field| shaping(field, &settings)).collect();
    let named = shaping.into_iter().filter_map(|name| Some((name, bundle.settings.get(name)?)));
    let named = named.map(|(name, setting)| Reason::Setting {
        name: name.to_owned(),
        value: shown(&setting.value).into_owned(),
        origin: Box::new(setting.origin.clone()),
    });
    [Reason::Wanted { file: wanted.file.clone() }].into_iter().chain(named).collect()
}

/// One scalar of a setting, with the words of the way to it.
struct Leaf<'a> {
    setting: &'a str,
    words: BTreeSet<String>,
    value: &'a Value,
}

fn leaves<'a>(setting: &'a str, value: Option<&'a Value>) -> Vec<Leaf<'a>> {
    let mut found = Vec::new();
    if let Some(value) = value {
        collect(setting, value, &words(setting), &mut found);
    }
    found
}

fn collect<'a>(setting: &'a str, value: &'a Value, way: &BTreeSet<String>, found: &mut Vec<Leaf<'a>>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                collect(setting, member, &way.union(&words(name)).cloned().collect(), found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(setting, item, way, found)),
        scalar => found.push(Leaf { setting, words: way.clone(), value: scalar }),
    }
}

fn shaping<'a>(field: &FieldChange, settings: &[Leaf<'a>]) -> BTreeSet<&'a str> {
    let path = words(&field.path);
    let standing: Vec<&Leaf<'a>> = settings.iter().filter(|it| stands_in(it.value, field.after.as_ref())).collect();
    let related: BTreeSet<&str> =
        standing.iter().filter(|it| !it.words.is_disjoint(&path)).map(|it| it.setting).collect();
    // What a setting no longer says has no value to be recognised by, only a name.
    let all = standing.iter().filter(|it| !it.value.is_null()).map(|it| it.setting);
    if related.is_empty() { all.collect() } else { related }
}

/// Whether a leaf after the change is, or has in it, the value of a setting.
fn stands_in(setting: &Value, after: Option<&Value>) -> bool {
    match (setting, after) {
        (Value::Null, after) => after.is_none(),
        (_, None) => false,
        (Value::String(text), _) if text.is_empty() => false,
        (setting, Some(Value::String(leaf))) => match setting {
            Value::String(text) => leaf == text || has_token(leaf, text),
            Value::Bool(_) => false,
            number => has_token(leaf, &number.to_string()),
        },
        (setting, Some(Value::Array(items))) => items.iter().any(|it| stands_in(setting, Some(it))),
        (setting, Some(Value::Object(members))) => members.values().any(|it| stands_in(setting, Some(it))),
        (setting, Some(leaf)) => setting == leaf,
    }
}

/// Whether a text has a value in it as a whole, as an argument has it: `--retention=7d`.
fn has_token(text: &str, value: &str) -> bool {
    let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '.');
    text.match_indices(value)
        .any(|(at, _)| is_edge(text[..at].chars().next_back()) && is_edge(text[at + value.len()..].chars().next()))
}

/// The words of a name, camel humps apart, without those that every path has.
fn words(name: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut word = String::new();
    for c in name.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() {
            words.insert(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
    }
    words.insert(word);
    for common in ["", "spec", "metadata", "settings"] {
        words.remove(common);
    }
    words
}

#[cfg(test)]
mod tests;
