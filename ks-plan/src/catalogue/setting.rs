//! Settings: where a value that templates read may come from.

use ks_model::{CertificateRequest, LiveField, LiveSearch};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::SettingFault;

/// Says where the value of one setting comes from.
///
/// Explicit configuration beats a live value, a live value beats a default. A null in the configuration is silence.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct SettingRule {
    /// What it means, in a sentence.
    pub description: Option<String>,
    /// A value that shows how it is written, where no default does.
    pub example: Option<Value>,
    /// Fields of the configuration, the first that is set wins: `monitoring.prometheus.replicas`.
    #[serde(deserialize_with = "one_or_many")]
    pub from: Vec<String>,
    /// Fields of live objects, of which the first that is there is kept when the configuration is silent.
    #[serde(deserialize_with = "live_fields")]
    pub keep: Vec<LiveField>,
    /// A search: the value is the list of what it finds, `[{ namespace, name, value }]`, and nothing else gives one.
    pub find: Option<LiveSearch>,
    /// The default as an expression over `spec` and `facts`.
    pub compute: Option<String>,
    /// The default as it is.
    pub default: Option<Value>,
    /// A server certificate, which apply makes and renews: a mapping of `certificate`, `key` and `ca`.
    pub certificate: Option<CertificateRequest>,
    /// Each leaf of the default is resolved on its own; further leaves of the configuration are not read.
    pub leaves: bool,
    /// An empty text in the configuration is silence, too.
    pub blank_is_unset: bool,
    /// No output may show its value.
    pub sensitive: bool,
}

impl SettingRule {
    /// Finds what makes the rule meaningless.
    pub(crate) fn fault(&self) -> Option<SettingFault> {
        let has_other =
            !self.from.is_empty() || !self.keep.is_empty() || self.default.is_some() || self.compute.is_some();
        if let Some(request) = &self.certificate {
            let (description, certificate) = (self.description.clone(), Some(request.clone()));
            let alone = Self { description, certificate, sensitive: self.sensitive, ..Self::default() };
            (*self != alone || !are_dns_names(&request.dns_names)).then_some(SettingFault::Certificate)
        } else if self.find.is_some() {
            has_other.then_some(SettingFault::Find)
        } else if self.default.is_some() && self.compute.is_some() {
            Some(SettingFault::TwoDefaults)
        } else if self.leaves && !(matches!(self.default, Some(Value::Object(_))) && self.keep.is_empty()) {
            Some(SettingFault::Leaves)
        } else if !has_other {
            Some(SettingFault::NoSource)
        } else {
            None
        }
    }

    /// The names under which the values of the setting are told: one per leaf when each is resolved on its own.
    pub(crate) fn value_names(&self, name: &str) -> Vec<String> {
        match (&self.default, self.leaves) {
            (Some(default), true) => {
                leaves(default).into_iter().map(|(path, _)| format!("{name}.{}", path.join("."))).collect()
            }
            _ => vec![name.to_owned()],
        }
    }
}

/// Whether a certificate can be made for these names: at least one, each as DNS spells them.
fn are_dns_names(names: &[String]) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let is_label = |label: &str| !label.is_empty() && label.chars().all(is_letter);
    !names.is_empty() && names.iter().all(|name| name.len() < 254 && name.split('.').all(is_label))
}

/// Tells whether templates can write `settings.name`.
pub(crate) fn is_setting_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Lists the leaves of nested mappings with their paths; anything but a mapping is a leaf.
pub(crate) fn leaves(value: &Value) -> Vec<(Vec<&str>, &Value)> {
    let mut found = Vec::new();
    collect_leaves(value, &mut Vec::new(), &mut found);
    found
}

fn collect_leaves<'a>(value: &'a Value, path: &mut Vec<&'a str>, found: &mut Vec<(Vec<&'a str>, &'a Value)>) {
    let Value::Object(map) = value else {
        found.push((path.clone(), value));
        return;
    };
    for (key, member) in map {
        path.push(key);
        collect_leaves(member, path, found);
        path.pop();
    }
}

fn live_fields<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<LiveField>, D::Error> {
    let texts = one_or_many(deserializer)?;
    texts.iter().map(|it| it.parse().map_err(serde::de::Error::custom)).collect()
}

fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(path) => vec![path],
        OneOrMany::Many(paths) => paths,
    })
}
