//! The rules of a compiled catalogue, as files that Prometheus reads.

use std::collections::BTreeMap;
use std::path::Path;

use ks_plan::Compiled;
use serde_json::{Map, Value, json};

/// The groups of rules in the objects of a catalogue, each as Prometheus reads it.
pub struct RuleFiles {
    /// The groups of all PrometheusRules, in the order of the components.
    pub records: Vec<Value>,
    /// All GlobalRuleGroups, in the same order.
    pub alerts: Vec<Value>,
}

impl RuleFiles {
    /// The file of the groups of PrometheusRules.
    pub const RECORDS: &str = "records.yaml";
    /// The file of the GlobalRuleGroups.
    pub const ALERTS: &str = "alerts.yaml";

    /// Takes the rules out of what a configuration wants.
    ///
    /// # Panics
    /// When a GlobalRuleGroup lacks its rules.
    pub fn of(compiled: &Compiled) -> Self {
        let mut found = Self { records: Vec::new(), alerts: Vec::new() };
        for object in compiled.bundles.iter().flat_map(|bundle| &bundle.objects) {
            let value = object.manifest.value();
            match value["kind"].as_str() {
                Some("PrometheusRule") => {
                    found.records.extend(value["spec"]["groups"].as_array().into_iter().flatten().cloned());
                }
                Some("GlobalRuleGroup") => found.alerts.push(group_of(value)),
                _ => {}
            }
        }
        found
    }

    /// Writes both files into a folder.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write_into(&self, folder: &Path) -> std::io::Result<()> {
        // Prometheus reads YAML, which JSON is.
        for (name, groups) in [(Self::RECORDS, &self.records), (Self::ALERTS, &self.alerts)] {
            std::fs::write(folder.join(name), json!({ "groups": groups }).to_string())?;
        }
        Ok(())
    }

    /// How many rules each group has. Groups of one name count together.
    pub fn sizes(groups: &[Value]) -> BTreeMap<&str, usize> {
        let mut sizes = BTreeMap::new();
        for group in groups {
            let rules = group["rules"].as_array().map_or(0, Vec::len);
            *sizes.entry(group["name"].as_str().unwrap_or_default()).or_default() += rules;
        }
        sizes
    }
}

/// A GlobalRuleGroup as the group of rules that the controllers of KubeSphere make of it: the severity is a label there.
#[expect(clippy::expect_used, reason = "a test helper: the panic is the test's failure")]
fn group_of(object: &Value) -> Value {
    let rules = object["spec"]["rules"].as_array().expect("a GlobalRuleGroup has rules");
    json!({ "name": object["metadata"]["name"], "rules": rules.iter().map(rule_of).collect::<Vec<_>>() })
}

fn rule_of(rule: &Value) -> Value {
    let mut labels = rule["labels"].as_object().cloned().unwrap_or_default();
    if let Some(severity) = rule.get("severity") {
        labels.insert("severity".to_owned(), severity.clone());
    }
    let mut found = Map::new();
    for key in ["alert", "expr", "for", "annotations"] {
        if let Some(value) = rule.get(key) {
            found.insert(key.to_owned(), value.clone());
        }
    }
    found.insert("labels".to_owned(), Value::Object(labels));
    Value::Object(found)
}
