//! The fields that a catalogue reads: settings, conditions of components, and what moves images.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::Facts;
use serde_json::{Value, json};

use crate::catalogue::{Catalogue, Component, ManifestBody, SettingRule};
use crate::render::{Expressions, expression_variables};

/// From this many characters on, a value is not written into a sentence.
const LONG: usize = 50;
/// What moves all images, and how.
const REGISTRY: [(&str, &str, &str); 3] = [
    ("local_registry", "", "A private registry that holds all images; empty for where they are published."),
    ("zone", "", "With cn all images come from the mirror inside China."),
    (
        "namespace_override",
        "",
        "One namespace of the registry for all images; empty for the namespaces that they have.",
    ),
];

/// One field as it stands in a starter.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StarterField {
    /// Its path below `spec`.
    pub(super) path: String,
    /// What it means, a sentence or two on each line.
    notes: Vec<String>,
    /// Who reads it, and what holds without it.
    readers: Vec<Reader>,
    /// The value that is shown: its default where there is one.
    pub(super) value: Value,
    /// Whether it stands there as a value although the default holds: a switch, which is what one looks for first.
    pub(super) is_switch: bool,
}

/// Components for which the same holds without a field.
#[derive(Clone, Debug, PartialEq)]
struct Reader {
    /// What holds; without the last part where that is `long`.
    words: String,
    /// A default that is too long for a sentence.
    long: Option<Value>,
    components: Vec<String>,
}

impl StarterField {
    /// What is said of it above a value that is shown, which need not be its own.
    pub(super) fn comments(&self, shown: &Value) -> Vec<String> {
        self.notes.iter().cloned().chain(self.readers.iter().map(|it| it.comment(shown))).collect()
    }
}

impl Reader {
    fn comment(&self, shown: &Value) -> String {
        let Self { words, long, components } = self;
        let rest = match long {
            None => String::new(),
            Some(long) if long == shown => "as below".to_owned(),
            Some(_) => "one of its own".to_owned(),
        };
        format!("{words}{rest}. Read by {}.", components.join(", "))
    }
}

/// What is known of a field so far.
#[derive(Default)]
struct Reading {
    switched: Vec<String>,
    conditions: BTreeMap<String, Vec<String>>,
    meanings: Vec<String>,
    readers: Vec<Reader>,
    defaults: Vec<Value>,
    example: Option<Value>,
}

/// Everything that a catalogue reads, in the order of its components.
pub(super) fn collect(catalogue: &Catalogue) -> Vec<StarterField> {
    let mut order = Vec::new();
    let mut found: BTreeMap<String, Reading> = BTreeMap::new();
    let mut at = |path: &str, note: &mut dyn FnMut(&mut Reading)| {
        if !found.contains_key(path) {
            order.push(path.to_owned());
        }
        note(found.entry(path.to_owned()).or_default());
    };
    for component in catalogue.in_order() {
        for expression in &component.when {
            for path in variables(expression) {
                at(&path, &mut |it| it.condition(component, expression, &path));
            }
        }
        for rule in component.settings.values() {
            for (rank, path) in rule.from.iter().enumerate() {
                at(path, &mut |it| it.setting(component, rule, rank));
            }
        }
    }
    let computed = catalogue.components().flat_map(|it| it.settings.values()).filter_map(|it| it.compute.as_deref());
    for path in computed.flat_map(variables).collect::<BTreeSet<_>>() {
        at(&path, &mut |_| {});
    }
    let fields = order.into_iter().filter_map(|path| Some(found.remove(&path)?.field(path)));
    let mut fields: Vec<StarterField> = fields.collect();
    let known: BTreeSet<String> = fields.iter().map(|it| it.path.clone()).collect();
    fields.extend(images(catalogue).into_iter().filter(|it| !known.contains(&it.path)));
    fields
}

/// The fields of the configuration that an expression looks at.
fn variables(expression: &str) -> Vec<String> {
    let found = expression_variables(expression).unwrap_or_default();
    found.iter().filter_map(|it| it.strip_prefix("spec.")).map(str::to_owned).collect()
}

impl Reading {
    fn condition(&mut self, component: &Component, expression: &str, path: &str) {
        if expression.strip_prefix("spec.") == Some(path) {
            self.switched.push(format!("Switches {} on: {}", component.name, component.description));
        } else {
            self.conditions.entry(expression.to_owned()).or_default().push(component.name.to_string());
            self.example = self.example.take().or_else(|| literal(expression));
        }
    }

    fn setting(&mut self, component: &Component, rule: &SettingRule, rank: usize) {
        if let Some(meaning) = rule.description.as_ref().filter(|it| !self.meanings.contains(it)) {
            self.meanings.push(meaning.clone());
        }
        let value = default(rule);
        let (words, long) = otherwise(rule, rank, &value);
        let name = component.name.to_string();
        match self.readers.iter_mut().find(|it| it.words == words && it.long == long) {
            Some(known) => known.components.push(name),
            None => self.readers.push(Reader { words, long, components: vec![name] }),
        }
        if !value.is_null() {
            self.defaults.push(value);
        }
        self.example = self.example.take().or_else(|| rule.example.clone());
    }

    fn field(self, path: String) -> StarterField {
        let is_switch = !self.switched.is_empty();
        let conditions = self.conditions.into_iter().map(|(expression, components)| {
            format!("On while {}: {}, and what requires them.", plain(&expression), components.join(", "))
        });
        let meanings = self.meanings.into_iter().filter(|_| !is_switch);
        let notes = self.switched.into_iter().chain(conditions).chain(meanings).collect();
        let value = match most(&self.defaults) {
            _ if is_switch => json!(false),
            Some(value) => value.clone(),
            None => self.example.unwrap_or(Value::Null),
        };
        StarterField { path, notes, readers: self.readers, value, is_switch }
    }
}

/// The value that holds where nothing gives one, in a cluster of which nothing is known.
fn default(rule: &SettingRule) -> Value {
    if let Some(expression) = &rule.compute {
        let facts = Facts::default();
        let seen = serde_json::to_value(&facts).unwrap_or_default();
        return Expressions::new(&json!({}), &seen, facts.version).value(expression).unwrap_or_default();
    }
    match &rule.default {
        None if rule.blank_is_unset => json!(""),
        default => default.clone().unwrap_or_default(),
    }
}

/// What holds without the field: another field, a live value, a default; and the default where it is too long to be said.
fn otherwise(rule: &SettingRule, rank: usize, default: &Value) -> (String, Option<Value>) {
    let others = rule.from.iter().skip(rank + 1).cloned();
    let kept = rule.keep.first().map(|it| format!("what {} has", it.object));
    let own = match (&rule.compute, default) {
        (Some(expression), _) => plain(expression),
        (None, Value::Null) => "none".to_owned(),
        (None, Value::String(text)) if text.is_empty() => "none".to_owned(),
        (None, Value::String(text)) => text.clone(),
        (None, value) if value.to_string().chars().count() < LONG => value.to_string(),
        _ => String::new(),
    };
    let long = own.is_empty().then(|| default.clone());
    let words: Vec<String> = others.chain(kept).chain([own]).collect();
    let before =
        if rank == 0 { String::new() } else { format!("Where {} is silent. ", rule.from[..rank].join(" and ")) };
    (format!("{before}Default: {}", words.join(", else ")), long)
}

/// An expression as people read it: fields without their root.
fn plain(expression: &str) -> String {
    expression.replace("spec.", "").replace("facts.nodes", "nodes")
}

/// The value that most have, the first of these.
fn most(values: &[Value]) -> Option<&Value> {
    let count = |value: &Value| values.iter().filter(|it| *it == value).count();
    values.iter().rev().max_by_key(|it| count(it))
}

/// The first text that stands in quotes.
fn literal(expression: &str) -> Option<Value> {
    let mut parts = expression.split(['"', '\'']);
    parts.nth(1).map(Value::from)
}

/// What moves images: the registry, and each image that a template names.
fn images(catalogue: &Catalogue) -> Vec<StarterField> {
    let mut users: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for component in catalogue.components() {
        for file in &component.manifests {
            if let ManifestBody::Template { images, .. } = &file.body {
                for image in images {
                    users.entry(image).or_default().insert(component.name.as_str());
                }
            }
        }
    }
    if users.is_empty() {
        return Vec::new();
    }
    let field = |path: &str, notes: Vec<String>, value: &str| StarterField {
        path: path.to_owned(),
        notes,
        readers: Vec::new(),
        value: Value::from(value),
        is_switch: false,
    };
    let registry = REGISTRY.map(|(path, value, meaning)| field(path, vec![meaning.to_owned()], value));
    let single = users.iter().filter_map(|(name, users)| Some((name, users, catalogue.images().get(name)?)));
    let single = single.flat_map(|(name, users, image)| {
        let users: Vec<&str> = users.iter().copied().collect();
        let comment = format!("An image of {}, whatever the registry.", users.join(", "));
        [
            field(&format!("{name}_repo"), vec![comment], &image.repository),
            field(&format!("{name}_tag"), Vec::new(), &image.tag),
        ]
    });
    registry.into_iter().chain(single).collect()
}
