//! A map that is only looked up in.

use std::borrow::Borrow;
use std::hash::Hash;

use foldhash::fast::FixedState;

/// Holds values by keys, found by a hash without a seed. There is no way to walk through it, so that nothing follows from its order.
///
/// The long keys of objects are mostly alike, and a sorted map compares a dozen of them to find one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lookup<K: Eq + Hash, V>(Seedless<K, V>);

#[expect(clippy::disallowed_types, reason = "its order is never seen, and its hashes are the same in every run")]
type Seedless<K, V> = std::collections::HashMap<K, V, FixedState>;

impl<K: Eq + Hash, V> Default for Lookup<K, V> {
    fn default() -> Self {
        Self(Default::default())
    }
}

impl<K: Eq + Hash, V> Lookup<K, V> {
    /// An empty one that takes so many keys before it has to grow.
    pub(crate) fn with_room_for(count: usize) -> Self {
        Self(Seedless::with_capacity_and_hasher(count, FixedState::default()))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Finds the value of a key.
    pub(crate) fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.0.get(key)
    }

    /// Puts a value in; gives the one that the key had.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.0.insert(key, value)
    }

    /// Takes the value of a key out.
    pub(crate) fn remove<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.0.remove(key)
    }
}

impl<K: Eq + Hash, V> FromIterator<(K, V)> for Lookup<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}
