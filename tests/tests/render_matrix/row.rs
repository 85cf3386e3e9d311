//! One configuration of the matrix.

use ks_model::Facts;
use ks_model::config::{ClusterConfiguration, Source};
use ks_plan::{Catalogue, Desired, Inventory, compile};
use ks_tests::configuration::{GATES, all_gates, bare, example_with, merge};
use serde::Deserialize;
use serde_json::{Value, json};

/// A configuration with the facts about its cluster; `configurations.yaml` says what the fields mean.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// What is special about it.
    pub name: String,
    #[serde(default)]
    base: Base,
    #[serde(default)]
    gates: Option<Gates>,
    #[serde(default)]
    spec: Value,
    #[serde(default)]
    facts: Facts,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Base {
    #[default]
    Example,
    Bare,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Gates {
    Open,
    Closed,
}

impl Row {
    /// The rows of the table, and each gate open alone and closed alone.
    pub fn all() -> Vec<Self> {
        let mut rows: Vec<Self> = serde_saphyr::from_str(include_str!("configurations.yaml")).unwrap();
        for gate in GATES {
            for (word, others, this) in [("open", Gates::Closed, true), ("closed", Gates::Open, false)] {
                rows.push(Self {
                    name: format!("only {} {word}", gate.field),
                    base: Base::Example,
                    gates: Some(others),
                    spec: gate.set(this),
                    facts: Facts::default(),
                });
            }
        }
        rows
    }

    /// The row of this name.
    pub fn named(name: &str) -> Self {
        Self::all().into_iter().find(|it| it.name == name).unwrap_or_else(|| panic!("no row {name}"))
    }

    /// The wanted objects.
    pub fn desired(&self, catalogue: &Catalogue) -> Desired {
        let mut spec = self.gates.map_or(json!({}), |gates| all_gates(matches!(gates, Gates::Open)));
        if !self.spec.is_null() {
            merge(&mut spec, &self.spec);
        }
        let text = match self.base {
            Base::Example => example_with(&spec),
            Base::Bare => bare(&spec),
        };
        let source = Source::new(self.name.clone(), text);
        let config = ClusterConfiguration::parse(&source).unwrap_or_else(|problems| panic!("{problems}")).config;
        let compiled =
            compile(catalogue, &config, &self.facts).unwrap_or_else(|error| panic!("{}: {error}", self.name));
        Desired::of(catalogue, compiled, Inventory::default()).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }
}
