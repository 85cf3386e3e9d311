//! Facts: the short list of things about a cluster that the desired state depends on.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{CertificateState, Found, LiveSearch, ObjectRef, SecretName};

/// Holds everything about the cluster that compiling may look at. Observed by ks-apply, or read from a file.
///
/// A desired state is a function of the configuration and of these facts, of nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Facts {
    /// The UID of the namespace `kube-system`, which identifies the cluster.
    pub cluster_uid: Option<String>,
    /// The version of the API server.
    pub version: ServerVersion,
    /// How many Node objects there are: control plane, edge and not-ready nodes included.
    pub nodes: u32,
    /// The storage classes, by name.
    pub storage_classes: BTreeMap<String, StorageClass>,
    /// Live values that a component keeps when the configuration is silent.
    pub kept: BTreeMap<LiveField, Value>,
    /// What the searches of settings found, sorted by namespace and name.
    pub found: BTreeMap<LiveSearch, Vec<Found>>,
    /// What was found of the certificates that components need, by their Secrets; never a key.
    pub certificates: BTreeMap<SecretName, CertificateState>,
}

impl Default for Facts {
    /// One node of a current version, with nothing installed.
    fn default() -> Self {
        Self {
            cluster_uid: None,
            version: ServerVersion { major: 1, minor: 34, patch: 0 },
            nodes: 1,
            storage_classes: BTreeMap::new(),
            kept: BTreeMap::new(),
            found: BTreeMap::new(),
            certificates: BTreeMap::new(),
        }
    }
}

/// Describes a StorageClass as far as plans depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[non_exhaustive]
pub struct StorageClass {
    /// It is used by claims that name none.
    pub is_default: bool,
    /// Its volumes can grow.
    pub allows_expansion: bool,
    /// Its volumes are made when the first pod uses a claim, and not before (`WaitForFirstConsumer`).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub binds_at_first_use: bool,
}

/// Names one field of one live object: `v1 PersistentVolumeClaim ns/name#/spec/resources/requests/storage`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct LiveField {
    /// The `apiVersion` in which the field is read.
    pub api_version: String,
    /// The object.
    pub object: ObjectRef,
    /// The field, as an RFC 6901 pointer.
    pub pointer: String,
}

/// Says that a text names no live field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not of the form `APIVERSION KIND [NAMESPACE/]NAME#/POINTER`")]
pub struct LiveFieldError(String);

impl fmt::Display for LiveField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.api_version, self.object.kind.kind)?;
        if let Some(namespace) = &self.object.namespace {
            write!(f, "{namespace}/")?;
        }
        write!(f, "{}#{}", self.object.name, self.pointer)
    }
}

impl FromStr for LiveField {
    type Err = LiveFieldError;

    fn from_str(text: &str) -> Result<Self, LiveFieldError> {
        let error = || LiveFieldError(text.to_owned());
        let (object, pointer) = text.split_once('#').ok_or_else(error)?;
        let mut words = object.split(' ');
        let (Some(api_version), Some(kind), Some(path), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(error());
        };
        let (namespace, name) = match path.split_once('/') {
            Some((namespace, name)) => (Some(namespace.to_owned()), name),
            None => (None, path),
        };
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        if !pointer.starts_with('/') || name.is_empty() || kind.is_empty() || api_version.is_empty() {
            return Err(error());
        }
        let object = ObjectRef { kind: crate::GroupKind::new(group, kind), namespace, name: name.to_owned() };
        Ok(Self { api_version: api_version.to_owned(), object, pointer: pointer.to_owned() })
    }
}

impl TryFrom<String> for LiveField {
    type Error = LiveFieldError;

    fn try_from(text: String) -> Result<Self, LiveFieldError> {
        text.parse()
    }
}

impl From<LiveField> for String {
    fn from(field: LiveField) -> Self {
        field.to_string()
    }
}

/// The version of an API server; ordered as versions are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct ServerVersion {
    /// `1` in v1.34.2.
    pub major: u32,
    /// `34` in v1.34.2.
    pub minor: u32,
    /// `2` in v1.34.2.
    pub patch: u32,
}

/// Says that a text is no version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no version such as v1.34.2")]
pub struct VersionError(String);

impl fmt::Display for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// Reads a git version; what follows the patch number (`-rc.1`, `+k3s1`) is left out.
impl FromStr for ServerVersion {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        let core = text.strip_prefix('v').unwrap_or(text).split(['-', '+']).next().unwrap_or_default();
        let mut parts = core.split('.').map(str::parse::<u32>);
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Ok(major)), Some(Ok(minor)), Some(Ok(patch)), None) => Ok(Self { major, minor, patch }),
            (Some(Ok(major)), Some(Ok(minor)), None, None) => Ok(Self { major, minor, patch: 0 }),
            _ => Err(VersionError(text.to_owned())),
        }
    }
}

impl TryFrom<String> for ServerVersion {
    type Error = VersionError;

    fn try_from(text: String) -> Result<Self, VersionError> {
        text.parse()
    }
}

impl From<ServerVersion> for String {
    fn from(version: ServerVersion) -> Self {
        version.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vendor_suffixes_do_not_matter() {
        let version: ServerVersion = "v1.25.3+k3s1".parse().unwrap();
        assert!(version >= "1.25".parse().unwrap());
        assert_eq!(version.to_string(), "v1.25.3");
    }

    #[test]
    fn a_live_field_survives_printing() {
        let text = "v1 PersistentVolumeClaim mon/data-0#/spec/resources/requests/storage";
        assert_eq!(text.parse::<LiveField>().unwrap().to_string(), text);
        let text = "storage.k8s.io/v1 StorageClass local#/provisioner";
        assert_eq!(text.parse::<LiveField>().unwrap().to_string(), text);
    }

    #[test]
    fn facts_without_a_field_take_the_default() {
        let facts: Facts = serde_json::from_str(r#"{"nodes": 3}"#).unwrap();
        assert_eq!((facts.nodes, facts.version.minor), (3, 34));
    }

    #[test]
    fn a_misspelt_fact_is_refused_and_not_taken_for_silence() {
        assert!(serde_json::from_str::<Facts>(r#"{"node": 3}"#).is_err());
    }
}
