//! One field of one object, as plans print it and as people name it.

use std::fmt;
use std::str::FromStr;

use ks_model::ObjectRef;
use serde::{Deserialize, Serialize};

use crate::structured::FieldPath;

/// Names a field of an object, and everything below it: `.spec.replicas@Deployment.apps ns/name`.
///
/// # Example
/// ```
/// use ks_plan::FieldAddress;
/// let text = r#".metadata.labels["a.b/c"]@Deployment.apps ns/name"#;
/// let address: FieldAddress = text.parse()?;
/// assert_eq!((address.object.name.as_str(), address.to_string().as_str()), ("name", text));
/// # Ok::<(), ks_plan::FieldAddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct FieldAddress {
    /// The object.
    pub object: ObjectRef,
    /// The field.
    pub path: FieldPath,
}

/// Tells why a text names no field of an object.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FieldAddressError {
    /// The path cannot be read.
    #[error("{text} stops being a path at {rest:?}; names with odd letters are written [\"a.b/c\"]")]
    Path {
        /// The whole text.
        text: String,
        /// What cannot be read.
        rest: String,
    },
    /// The object is not named.
    #[error("{text} names no object: write PATH@KIND NAMESPACE/NAME, or PATH@KIND NAME")]
    Object {
        /// The whole text.
        text: String,
    },
}

impl FieldAddress {
    /// Whether a field of the same object is this one or stands below it.
    pub fn covers(&self, other: &Self) -> bool {
        self.object == other.object && other.path.is_within(&self.path)
    }
}

/// Prints `.spec.replicas@Deployment.apps ns/name`.
impl fmt::Display for FieldAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.path, self.object)
    }
}

impl FromStr for FieldAddress {
    type Err = FieldAddressError;

    fn from_str(text: &str) -> Result<Self, FieldAddressError> {
        let (path, rest) = FieldPath::read(text);
        let object = rest.strip_prefix('@').filter(|_| !path.0.is_empty()).ok_or_else(|| match rest {
            "" if !path.0.is_empty() => FieldAddressError::Object { text: text.to_owned() },
            _ => FieldAddressError::Path { text: text.to_owned(), rest: rest.to_owned() },
        })?;
        let object = ObjectRef::read(object).ok_or_else(|| FieldAddressError::Object { text: text.to_owned() })?;
        Ok(Self { object, path })
    }
}

impl From<FieldAddress> for String {
    fn from(address: FieldAddress) -> Self {
        address.to_string()
    }
}

impl TryFrom<String> for FieldAddress {
    type Error = FieldAddressError;

    fn try_from(text: String) -> Result<Self, FieldAddressError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read() {
        for text in [
            ".spec.replicas@Deployment.apps ns/d",
            r#".subjects["@x y"]@ClusterRoleBinding.rbac.authorization.k8s.io user:a@b.example"#,
            r#".spec.containers[name="a@b, c"].image@Pod ns/p"#,
        ] {
            assert_eq!(text.parse::<FieldAddress>().map(|it| it.to_string()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn faults_tell_where_they_are() {
        let fault = |text: &str| text.parse::<FieldAddress>().unwrap_err().to_string();
        assert_eq!(
            fault(".metadata.labels.a/b@Pod ns/p"),
            r#".metadata.labels.a/b@Pod ns/p stops being a path at "/b@Pod ns/p"; names with odd letters are written ["a.b/c"]"#
        );
        for text in [".a", ".a@", ".a@Pod", ".a@Pod ", ".a@Pod /x", ".a@Pod ns/", ".a@ ns/x"] {
            assert_eq!(
                fault(text),
                format!("{text} names no object: write PATH@KIND NAMESPACE/NAME, or PATH@KIND NAME")
            );
        }
        assert!(matches!("@Pod a/b".parse::<FieldAddress>(), Err(FieldAddressError::Path { .. })));
    }

    #[test]
    fn a_field_covers_what_is_below_it_in_the_same_object() {
        let address = |text: &str| text.parse::<FieldAddress>().unwrap();
        let spec = address(".spec@Pod a/b");
        assert!(spec.covers(&address(".spec.x@Pod a/b")) && spec.covers(&spec));
        assert!(!spec.covers(&address(".spec.x@Pod a/c")) && !address(".spec.x@Pod a/b").covers(&spec));
    }
}
