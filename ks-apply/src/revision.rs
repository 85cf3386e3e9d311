//! Which of two states of an object is the later one.

use serde_json::Value;

/// The `resourceVersion` of an object: a number that grows with each write and can be compared within a kind (KEP-5504).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Revision(u128);

impl Revision {
    /// The revision of an object as it was read; absent where a server counts in another way.
    pub(crate) fn of(object: &Value) -> Option<Self> {
        object.pointer("/metadata/resourceVersion")?.as_str()?.parse().ok().map(Self)
    }
}
