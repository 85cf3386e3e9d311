//! Identities: which object of the cluster is meant.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Names a kind without its version, because the API server sees the same object in every version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct GroupKind {
    /// The API group; empty for the core group.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// The kind, such as `Deployment`.
    pub kind: String,
}

impl GroupKind {
    /// Makes a kind from its group (empty for core) and its name.
    pub fn new(group: impl Into<String>, kind: impl Into<String>) -> Self {
        Self { group: group.into(), kind: kind.into() }
    }

    /// Tells whether this is the kind `kind` of `group`.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.group == group && self.kind == kind
    }

    /// Tells whether an object of this kind, a `CustomResourceDefinition`, defines a kind.
    pub fn is_definition(&self) -> bool {
        self.is("apiextensions.k8s.io", "CustomResourceDefinition")
    }
}

/// Prints `Deployment.apps` as kubectl does, and `ConfigMap` for the core group.
impl fmt::Display for GroupKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.group.is_empty() { write!(f, "{}", self.kind) } else { write!(f, "{}.{}", self.kind, self.group) }
    }
}

/// Names one object of the cluster: kind, namespace and name, and *not* version.
///
/// The order sorts by kind, then namespace, then name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct ObjectRef {
    /// The kind of the object.
    #[serde(flatten)]
    pub kind: GroupKind,
    /// The namespace; absent for cluster-scoped objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

impl ObjectRef {
    /// Names an object in a namespace.
    pub fn namespaced(kind: GroupKind, namespace: impl Into<String>, name: impl Into<String>) -> Self {
        Self { kind, namespace: Some(namespace.into()), name: name.into() }
    }

    /// Names a cluster-scoped object.
    pub fn cluster(kind: GroupKind, name: impl Into<String>) -> Self {
        Self { kind, namespace: None, name: name.into() }
    }

    /// Reads what is printed: `KIND[.group] NAMESPACE/NAME` and `KIND[.group] NAME`; `None` for any other text.
    pub fn read(text: &str) -> Option<Self> {
        let (kind, place) = text.split_once(' ')?;
        let (kind, group) = kind.split_once('.').unwrap_or((kind, ""));
        let kind = GroupKind::new(group, kind);
        let object = match place.split_once('/') {
            Some((namespace, name)) => Self::namespaced(kind, namespace, name),
            None => Self::cluster(kind, place),
        };
        let parts = [&object.kind.kind, &object.name, object.namespace.as_ref().unwrap_or(&object.name)];
        parts.iter().all(|it| !it.is_empty()).then_some(object)
    }
}

/// Prints `Deployment.apps kubesphere-monitoring-system/prometheus-operator`.
impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}
