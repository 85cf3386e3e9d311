//! The configuration of an apply, as it may be kept.

use std::collections::BTreeSet;

use ks_model::config::{self, ClusterConfiguration};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::catalogue::Catalogue;
use crate::render::expression_variables;
use crate::saved::ConfigurationSource;
use crate::sensitive::Mask;

/// Holds what monitoring read of a configuration, in its normal form; secret values are fingerprints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RecordedConfiguration {
    /// Where it came from.
    #[serde(default)]
    pub source: ConfigurationSource,
    /// The SHA-256 of the files that were laid over the built-in components; absent without any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifests: Option<String>,
    /// The spec.
    pub spec: Value,
}

impl RecordedConfiguration {
    /// Takes what is to be kept of a configuration. What no component and no field of the table reads is left out: other modules
    /// have secrets that nothing here knows.
    pub fn of(
        catalogue: &Catalogue,
        config: &ClusterConfiguration,
        source: ConfigurationSource,
        manifests: Option<String>,
        cluster_uid: Option<&str>,
    ) -> Self {
        let filter =
            Filter { read: read_paths(catalogue), secret: secret_paths(catalogue), mask: Mask::keyed(cluster_uid) };
        let spec = filter.section(&mut Vec::new(), config.spec()).unwrap_or_else(|| json!({}));
        Self { source, manifests, spec }
    }

    /// Whether both ask for the same.
    pub fn is_same(&self, other: &Self) -> bool {
        self.spec == other.spec && self.manifests == other.manifests
    }

    /// The configuration as an object that can be read again.
    pub fn object(&self, spec: &Value) -> Value {
        json!({
            "apiVersion": "installer.kubesphere.io/v1alpha1",
            "kind": "ClusterConfiguration",
            "metadata": { "name": "ks-installer", "namespace": "kubesphere-system" },
            "spec": spec,
        })
    }
}

/// The SHA-256 of files by their paths: tells one folder of components from another.
pub fn digest(files: &[(String, Vec<u8>)]) -> String {
    let mut hash = Sha256::new();
    for (path, bytes) in files {
        hash.update(format!("{path}\n{}\n", bytes.len()));
        hash.update(bytes);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

type Path = Vec<String>;

fn path(text: &str) -> Path {
    text.split('.').map(str::to_owned).collect()
}

/// The fields that somebody reads: the table, the settings and the conditions of components.
pub(crate) fn read_paths(catalogue: &Catalogue) -> BTreeSet<Path> {
    let rules = || catalogue.components().flat_map(|it| it.settings.values());
    let conditions = catalogue.components().flat_map(|it| &it.when);
    let expressions = conditions.chain(rules().filter_map(|it| it.compute.as_ref()));
    let variables = expressions.flat_map(|it| expression_variables(it).unwrap_or_default());
    let variables = variables.filter_map(|it| it.strip_prefix("spec.").map(path));
    let settings = rules().flat_map(|it| &it.from).map(|it| path(it));
    config::paths().iter().map(|it| path(it)).chain(settings).chain(variables).collect()
}

/// The fields whose values no output may show.
pub(crate) fn secret_paths(catalogue: &Catalogue) -> BTreeSet<Path> {
    let rules = catalogue.components().flat_map(|it| it.settings.values()).filter(|it| it.sensitive);
    rules.flat_map(|it| &it.from).map(|it| path(it)).collect()
}

struct Filter {
    read: BTreeSet<Path>,
    secret: BTreeSet<Path>,
    mask: Mask,
}

impl Filter {
    /// What is kept of the value at `at`.
    fn section(&self, at: &mut Path, value: &Value) -> Option<Value> {
        if self.read.contains(at) {
            return Some(self.value(at, value, false));
        }
        let is_on_the_way = self.read.iter().any(|it| it.len() > at.len() && it.starts_with(at));
        let members = value.as_object().filter(|_| is_on_the_way)?;
        let mut kept = Map::new();
        for (key, member) in members {
            at.push(key.clone());
            kept.extend(self.section(at, member).map(|it| (key.clone(), it)));
            at.pop();
        }
        (!kept.is_empty()).then_some(Value::Object(kept))
    }

    /// A value that is kept, with all below it. Single values are masked each by itself, so that each can be found again.
    fn value(&self, at: &mut Path, value: &Value, is_secret: bool) -> Value {
        let is_secret = is_secret || self.secret.contains(at);
        match value {
            Value::Object(members) => {
                let mut kept = Map::new();
                for (key, member) in members {
                    at.push(key.clone());
                    let member = self.value(at, member, is_secret || config::is_secret_name(key));
                    at.pop();
                    kept.insert(key.clone(), member);
                }
                Value::Object(kept)
            }
            Value::Array(items) => items.iter().map(|it| self.value(at, it, is_secret)).collect(),
            Value::Null => Value::Null,
            Value::String(text) if is_secret || config::has_credentials(text) => self.mask.mask(value),
            _ if is_secret => self.mask.mask(value),
            _ => value.clone(),
        }
    }
}
