//! Searches: one field of every live object of a kind that has it.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::GroupKind;

/// Names a field of all live objects of a kind: `v1 Node#/status/allocatable/nvidia.com~1gpu`, in one namespace and with
/// certain labels `v1 ConfigMap ns/?a=b,c!=d#/data`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
#[non_exhaustive]
pub struct LiveSearch {
    /// The `apiVersion` in which the objects are read.
    pub api_version: String,
    /// Their kind.
    pub kind: GroupKind,
    /// The namespace to look in; all of them when absent.
    pub namespace: Option<String>,
    /// The label selector, as the API server takes it.
    pub selector: Option<String>,
    /// The field, as an RFC 6901 pointer; empty for the whole object. Objects without it are not found.
    pub pointer: String,
}

/// Holds what a search found in one object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Found {
    /// The namespace of the object; absent for a cluster-scoped one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// The value of the field.
    pub value: Value,
}

/// Says that a text names no search.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not of the form `APIVERSION KIND [NAMESPACE/][?SELECTOR]#/POINTER`")]
pub struct LiveSearchError(String);

impl fmt::Display for LiveSearch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.api_version, self.kind.kind)?;
        match (&self.namespace, &self.selector) {
            (None, None) => {}
            (Some(namespace), None) => write!(f, " {namespace}/")?,
            (None, Some(selector)) => write!(f, " ?{selector}")?,
            (Some(namespace), Some(selector)) => write!(f, " {namespace}/?{selector}")?,
        }
        write!(f, "#{}", self.pointer)
    }
}

impl FromStr for LiveSearch {
    type Err = LiveSearchError;

    fn from_str(text: &str) -> Result<Self, LiveSearchError> {
        let error = || LiveSearchError(text.to_owned());
        let (objects, pointer) = text.split_once('#').ok_or_else(error)?;
        let mut words = objects.splitn(3, ' ');
        let (Some(api_version), Some(kind)) = (words.next(), words.next()) else { return Err(error()) };
        let place = words.next().unwrap_or_default();
        let (place, selector) = match place.split_once('?') {
            Some((place, selector)) if !selector.is_empty() => (place, Some(selector.to_owned())),
            Some(_) => return Err(error()),
            None => (place, None),
        };
        let namespace = match place.strip_suffix('/') {
            Some(namespace) if !namespace.is_empty() => Some(namespace.to_owned()),
            None if place.is_empty() => None,
            _ => return Err(error()),
        };
        if !(pointer.is_empty() || pointer.starts_with('/')) || kind.is_empty() || api_version.is_empty() {
            return Err(error());
        }
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        let kind = GroupKind::new(group, kind);
        Ok(Self { api_version: api_version.to_owned(), kind, namespace, selector, pointer: pointer.to_owned() })
    }
}

impl TryFrom<String> for LiveSearch {
    type Error = LiveSearchError;

    fn try_from(text: String) -> Result<Self, LiveSearchError> {
        text.parse()
    }
}

impl From<LiveSearch> for String {
    fn from(search: LiveSearch) -> Self {
        search.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_survives_printing() {
        for text in [
            "v1 Node#/status/allocatable/nvidia.com~1gpu",
            "monitoring.coreos.com/v1 PrometheusRule ?a=b,c!=d#/metadata/labels",
            "v1 ConfigMap ns/#/data",
            "v1 ConfigMap#",
            "v1 ConfigMap ns/?a in (b, c)#/data",
        ] {
            assert_eq!(text.parse::<LiveSearch>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_name_is_no_place_to_search_in() {
        for text in ["v1 ConfigMap ns/name#/data", "v1 ConfigMap ns#/data", "v1 Node", "v1 #/a", "v1 Node ?#/a"] {
            assert!(text.parse::<LiveSearch>().is_err(), "{text}");
        }
    }
}
