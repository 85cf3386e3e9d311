//! A map that is only looked up in.

use std::borrow::Borrow;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash};

/// Holds values by keys, found by a hash without a seed. There is no way to walk through it, so that nothing follows from its order.
///
/// The long keys of objects are mostly alike, and a sorted map compares a dozen of them to find one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lookup<K: Eq + Hash, V>(Seedless<K, V>);

#[expect(clippy::disallowed_types, reason = "its order is never seen, and its hashes are the same in every run")]
type Seedless<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<DefaultHasher>>;

impl<K: Eq + Hash, V> Default for Lookup<K, V> {
    fn default() -> Self {
        Self(Default::default())
    }
}

impl<K: Eq + Hash, V> Lookup<K, V> {
    /// Finds the value of a key.
    pub(crate) fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.0.get(key)
    }

    /// Puts a value in, in the place of the one that the key had.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        self.0.insert(key, value);
    }
}

impl<K: Eq + Hash, V> FromIterator<(K, V)> for Lookup<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}
