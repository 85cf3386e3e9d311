//! What compiling asks of a configuration.

use ks_model::Origin;
use serde_json::Value;

/// Gives the normalised `spec`, and tells where a field of it was written.
pub trait Configuration {
    /// The `spec`, with legacy spellings folded into the paths that components read.
    fn spec(&self) -> &Value;

    /// Where the field at a dotted path was written, when it was.
    fn origin(&self, path: &str) -> Option<Origin>;
}

/// A bare `spec` knows no places.
impl Configuration for Value {
    fn spec(&self) -> &Value {
        self
    }

    fn origin(&self, path: &str) -> Option<Origin> {
        at(self, path).map(|_| Origin::Configured { field: path.to_owned(), location: None })
    }
}

/// The value at a dotted path; nothing for null.
pub(super) fn at<'a>(spec: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(spec, |value, key| value.get(key)).filter(|value| !value.is_null())
}
