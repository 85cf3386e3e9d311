//! The field table as a tree of keys, which a walk over a configuration follows.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::known::FOREIGN;
use super::{Field, dead, fields};

/// What may stand behind a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Schema {
    /// A mapping with keys of its own.
    Section(BTreeMap<String, Self>),
    /// A spelling of the field with this index; the rank is zero for the path itself, higher for older spellings.
    Field { index: usize, rank: usize },
    /// Something that other modules read.
    Foreign,
    /// A spelling that never had an effect, and what to write instead.
    Dead(&'static str),
}

impl Schema {
    /// Tells whether something that is read under this very path may stand here.
    pub fn is_current(&self) -> bool {
        match self {
            Self::Section(keys) => keys.values().any(Self::is_current),
            Self::Field { rank, .. } => *rank == 0,
            Self::Foreign => true,
            Self::Dead(_) => false,
        }
    }
}

/// The table, and its tree.
pub fn schema() -> (&'static [Field], &'static BTreeMap<String, Schema>) {
    static BOTH: LazyLock<(Vec<Field>, BTreeMap<String, Schema>)> = LazyLock::new(|| {
        let fields = fields();
        let tree = tree(&fields);
        (fields, tree)
    });
    (&BOTH.0, &BOTH.1)
}

fn tree(fields: &[Field]) -> BTreeMap<String, Schema> {
    let mut root = BTreeMap::new();
    for (index, field) in fields.iter().enumerate() {
        for (rank, spelling) in std::iter::once(&field.path).chain(&field.legacy).enumerate() {
            insert(&mut root, &spelling.split('.').collect::<Vec<_>>(), Schema::Field { index, rank });
        }
    }
    for path in FOREIGN {
        insert(&mut root, &path.split('.').collect::<Vec<_>>(), Schema::Foreign);
    }
    for dead in dead() {
        insert(&mut root, dead.keys, Schema::Dead(dead.instead));
    }
    root
}

fn insert(section: &mut BTreeMap<String, Schema>, keys: &[&str], leaf: Schema) {
    match keys {
        [] => {}
        [last] => {
            let before = section.insert((*last).to_owned(), leaf);
            debug_assert!(before.is_none(), "`{last}` stands twice in the field table");
        }
        [first, rest @ ..] => {
            let below = section.entry((*first).to_owned()).or_insert_with(|| Schema::Section(BTreeMap::new()));
            match below {
                Schema::Section(below) => insert(below, rest, leaf),
                _ => debug_assert!(false, "`{first}` is both a field and a section"),
            }
        }
    }
}
