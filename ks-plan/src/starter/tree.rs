//! The fields as a tree of sections, with the values of a given spec in their places.

use serde_json::{Map, Value};

use super::fields::StarterField;

/// What stands behind one key.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Entry {
    /// Keys of its own.
    Section(Section),
    /// A field: its comments, its value, and whether it is set.
    Field {
        /// What is said of it.
        comments: Vec<String>,
        /// The value.
        value: Value,
        /// Whether it stands there as a value, and not as a comment.
        is_set: bool,
    },
}

/// The keys of a mapping, in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Section(pub(super) Vec<(String, Entry)>);

impl Section {
    /// Puts fields into sections. What a spec holds besides comes behind them, as it is.
    pub(super) fn of(fields: &[StarterField], spec: &Value) -> Self {
        let mut root = Self::default();
        for field in fields {
            let keys: Vec<&str> = field.path.split('.').collect();
            root.insert(&keys, field, spec);
        }
        root.sort();
        // What is for the whole platform stands at the top level and would hide the sections.
        root.0.sort_by_key(|(_, entry)| matches!(entry, Entry::Field { .. }));
        root.carry(spec);
        root
    }

    fn insert(&mut self, keys: &[&str], field: &StarterField, given: &Value) {
        let Some((key, below)) = keys.split_first() else { return };
        let given = given.get(*key).filter(|it| !it.is_null());
        let known = self.0.iter_mut().find(|(it, _)| it == key).map(|(_, entry)| entry);
        match (known, below) {
            (Some(Entry::Section(section)), [_, ..]) => section.insert(below, field, given.unwrap_or(&Value::Null)),
            // The field above holds this one, too.
            (Some(Entry::Field { comments, .. }), _) => {
                let further = field.comments(&Value::Null);
                comments.extend(further.iter().map(|it| format!("{}: {it}", below.join("."))));
            }
            (Some(Entry::Section(_)), []) => {}
            (None, [_, ..]) => {
                let mut section = Self::default();
                section.insert(below, field, given.unwrap_or(&Value::Null));
                self.0.push(((*key).to_owned(), Entry::Section(section)));
            }
            (None, []) => {
                let (value, is_set) = given.map_or((&field.value, field.is_switch), |it| (it, true));
                let entry = Entry::Field { comments: field.comments(value), value: value.clone(), is_set };
                self.0.push(((*key).to_owned(), entry));
            }
        }
    }

    /// Switches first, then fields, then sections; else as they came.
    fn sort(&mut self) {
        self.0.sort_by_key(|(_, entry)| match entry {
            Entry::Field { value: Value::Bool(_), is_set: true, .. } => 0,
            Entry::Field { .. } => 1,
            Entry::Section(_) => 2,
        });
        for (_, entry) in &mut self.0 {
            if let Entry::Section(section) = entry {
                section.sort();
            }
        }
    }

    /// Adds what a spec holds and no field is for.
    fn carry(&mut self, given: &Value) {
        let empty = Map::new();
        for (key, value) in given.as_object().unwrap_or(&empty) {
            match self.0.iter_mut().find(|(it, _)| it == key).map(|(_, entry)| entry) {
                Some(Entry::Section(section)) if value.is_object() => section.carry(value),
                // What is no section is an error, which is for the user to see.
                Some(entry) if matches!(&*entry, Entry::Section(_)) && !value.is_null() => {
                    *entry = Entry::Field { comments: Vec::new(), value: value.clone(), is_set: true };
                }
                Some(_) => {}
                None => {
                    let entry = Entry::Field { comments: Vec::new(), value: value.clone(), is_set: true };
                    self.0.push((key.clone(), entry));
                }
            }
        }
    }
}
