//! What can be wrong with the manifests of a catalogue, whether static or rendered.

use ks_model::{Manifest, ManifestError, ObjectRef};
use serde_json::Value;

use super::scope::Scopes;
use crate::lookup::Lookup;

/// Names one fault of a manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestFault {
    /// It has no sound identity.
    #[error("{file}: {error}")]
    Identity {
        /// The file.
        file: String,
        /// Why.
        error: ManifestError,
    },
    /// A namespaced object carries no namespace, or a cluster-scoped object carries one.
    #[error("{file}: {object} {}", if *.namespaced { "carries no namespace" } else { "is cluster-scoped and carries a namespace" })]
    Scope {
        /// The file.
        file: String,
        /// The object.
        object: Box<ObjectRef>,
        /// Its kind is namespaced.
        namespaced: bool,
    },
    /// Two files want the same object.
    #[error("{second}: {object} is in {first} already")]
    Duplicate {
        /// The object.
        object: Box<ObjectRef>,
        /// The file that came first.
        first: String,
        /// The file that came second.
        second: String,
    },
}

/// Makes a manifest of what `file` says.
pub(crate) fn parse(file: &str, value: Value) -> Result<Manifest, ManifestFault> {
    Manifest::parse(value).map_err(|error| ManifestFault::Identity { file: file.to_owned(), error })
}

/// Finds an object that has a namespace and must not, or has none and must.
pub(crate) fn wrong_scope(file: &str, object: &ObjectRef, scopes: &Scopes) -> Option<ManifestFault> {
    let namespaced = scopes.is_namespaced(&object.kind)?;
    (namespaced != object.namespace.is_some()).then(|| ManifestFault::Scope {
        file: file.to_owned(),
        object: Box::new(object.clone()),
        namespaced,
    })
}

/// Finds the objects that come twice, given with their files.
pub(crate) fn duplicates<'a>(objects: impl Iterator<Item = (&'a str, &'a ObjectRef)>) -> Vec<ManifestFault> {
    let mut seen: Lookup<&ObjectRef, &str> = Lookup::default();
    let mut found = Vec::new();
    for (file, object) in objects {
        if let Some(first) = seen.insert(object, file) {
            let (first, second) = (first.to_owned(), file.to_owned());
            found.push(ManifestFault::Duplicate { object: Box::new(object.clone()), first, second });
        }
    }
    found
}
