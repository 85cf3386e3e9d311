//! Folding: every field moves to its one path, whatever its spelling; all else stays as it is.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::fields::{Field, Kind, Schema, schema};
use super::yaml::{Entry, Node, Yaml};
use super::{Report, Span, suggest};

/// A field that the user set.
#[derive(Clone, Debug)]
pub struct Setting {
    /// What it may hold.
    pub kind: Kind,
    /// The spelling that the user wrote.
    pub spelling: String,
    /// What to point at when the value is wrong.
    pub pointer: Option<Span>,
    /// The key in the text.
    pub key_span: Option<Span>,
    /// The value with its places.
    pub node: Node,
}

/// A spec in its normal form.
#[derive(Debug, Default)]
pub struct Normal {
    /// The spec: fields at their paths, in the user's own values, quantities as text.
    pub spec: Map<String, Value>,
    /// The fields that the user set, by path.
    pub settings: BTreeMap<String, Setting>,
    /// Where each value of the spec was written: path, spelling and place.
    pub written: BTreeMap<String, (String, Option<Span>)>,
}

/// Folds a spec; reports unknown keys, dead spellings, spellings that contradict each other, and sections that are none.
pub fn normalize(spec: &Node, report: &mut Report<'_>) -> Normal {
    let (fields, tree) = schema();
    let mut walk = Walk { fields, report, normal: Normal::default(), found: BTreeMap::new() };
    let mut map = Map::new();
    for entry in spec.entries().unwrap_or_default() {
        walk.entry("", entry, tree, &mut map);
    }
    walk.normal.spec = map;
    walk.fold();
    walk.normal
}

/// One spelling of a field, as found.
struct Found<'n> {
    rank: usize,
    spelling: String,
    entry: &'n Entry,
}

struct Walk<'w, 'r, 'n> {
    fields: &'static [Field],
    report: &'w mut Report<'r>,
    normal: Normal,
    found: BTreeMap<usize, Vec<Found<'n>>>,
}

impl<'n> Walk<'_, '_, 'n> {
    /// Takes one member of the section `path` into `into`.
    fn entry(
        &mut self,
        path: &str,
        entry: &'n Entry,
        section: &'static BTreeMap<String, Schema>,
        into: &mut Map<String, Value>,
    ) {
        let below = join(path, &entry.key);
        match section.get(&entry.key) {
            // Null is absence. The old installer rendered it as the text `None`.
            Some(Schema::Section(_) | Schema::Field { .. }) if entry.value.is_null() => {}
            Some(Schema::Section(keys)) => self.section(&below, entry, keys, into),
            Some(Schema::Field { index, rank }) => {
                let found = Found { rank: *rank, spelling: below, entry };
                self.found.entry(*index).or_default().push(found);
            }
            Some(Schema::Foreign) => self.carry(&below, entry, into),
            Some(Schema::Dead(instead)) => {
                let message = format!("`{below}` has no effect");
                self.report.warning("no-effect", &below, entry.key_span, message).help(*instead);
                self.carry(&below, entry, into);
            }
            None => {
                suggest::unknown_key(path, entry, section, self.report);
                self.carry(&below, entry, into);
            }
        }
    }

    fn section(
        &mut self,
        path: &str,
        entry: &'n Entry,
        keys: &'static BTreeMap<String, Schema>,
        into: &mut Map<String, Value>,
    ) {
        let Some(entries) = entry.value.entries() else {
            let message = format!("`{path}` must be a mapping, not {}", super::check::describe(&entry.value));
            self.report.error("wrong-type", path, entry.pointer(), message);
            return;
        };
        let mut below = Map::new();
        for entry in entries {
            self.entry(path, entry, keys, &mut below);
        }
        // A section of older spellings, such as `monitoring.prometheus.limits`, has moved elsewhere.
        if !below.is_empty() || keys.values().any(Schema::is_current) {
            self.normal.written.insert(path.to_owned(), (path.to_owned(), entry.key_span));
            into.insert(entry.key.clone(), Value::Object(below));
        }
    }

    fn carry(&mut self, path: &str, entry: &Entry, into: &mut Map<String, Value>) {
        self.write_down(path, path, &entry.value, entry.key_span);
        into.insert(entry.key.clone(), entry.value.to_json());
    }

    fn fold(&mut self) {
        for (index, mut found) in std::mem::take(&mut self.found) {
            let Some(field) = self.fields.get(index) else { continue };
            found.sort_by_key(|it| it.rank);
            let mut found = found.into_iter();
            let Some(winner) = found.next() else { continue };
            for loser in found {
                self.contradiction(field, &winner, &loser);
            }
            self.settle(field, &winner);
        }
    }

    fn contradiction(&mut self, field: &Field, winner: &Found<'_>, loser: &Found<'_>) {
        if value_of(field, winner.entry) == value_of(field, loser.entry) {
            return;
        }
        let message =
            format!("`{}` is ignored: `{}` says otherwise, and it is stronger", loser.spelling, winner.spelling);
        self.report.warning("overridden", &loser.spelling, loser.entry.key_span, message).help("keep one of the two");
    }

    fn settle(&mut self, field: &Field, found: &Found<'_>) {
        let Found { spelling, entry, .. } = found;
        self.write_down(&field.path, spelling, &entry.value, entry.key_span);
        put(&mut self.normal.spec, &field.path, value_of(field, entry));
        let setting = Setting {
            kind: field.kind,
            spelling: spelling.clone(),
            pointer: entry.pointer(),
            key_span: entry.key_span,
            node: entry.value.clone(),
        };
        self.normal.settings.insert(field.path.clone(), setting);
    }

    /// Remembers where a value and all that it holds was written.
    fn write_down(&mut self, path: &str, spelling: &str, node: &Node, span: Option<Span>) {
        self.normal.written.insert(path.to_owned(), (spelling.to_owned(), span));
        match &node.value {
            Yaml::Scalar(_) => {}
            Yaml::Mapping(entries) => {
                for entry in entries {
                    self.write_down(&join(path, &entry.key), &join(spelling, &entry.key), &entry.value, entry.key_span);
                }
            }
            Yaml::Sequence(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.write_down(&format!("{path}[{at}]"), &format!("{spelling}[{at}]"), item, item.span);
                }
            }
        }
    }
}

/// The value of a field. A quantity written as a number becomes text: custom resources take no fraction such as `0.5`.
fn value_of(field: &Field, entry: &Entry) -> Value {
    match entry.value.to_json() {
        Value::Number(number) if field.kind.is_quantity() => Value::from(number.to_string()),
        value => value,
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Sets the value at a path, making the sections on the way.
fn put(section: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            section.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let below = section.entry(first.to_owned()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(below) = below {
                put(below, rest, value);
            }
        }
    }
}
