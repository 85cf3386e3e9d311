//! The dashboards that the catalogue renders.

use std::collections::BTreeMap;

use ks_model::Facts;
use ks_model::config::{ClusterConfiguration, Source};
use ks_plan::{Catalogue, Compiled, compile};
use ks_tests::configuration::everything_on;
use serde_json::Value;

/// How the ConfigMap of a dashboard is called: this, and the name of the dashboard.
pub const PREFIX: &str = "grafana-dashboard-";

/// A dashboard as Grafana reads it.
pub struct Dashboard {
    /// The name of its file, without the ending.
    pub name: String,
    /// The JSON.
    pub value: Value,
}

/// Everything on.
pub fn compiled() -> Compiled {
    let config = ClusterConfiguration::parse(&Source::new("cc.yaml", everything_on())).unwrap().config;
    compile(&Catalogue::embedded().unwrap(), &config, &Facts::default()).unwrap()
}

/// The object of this kind and name in the component grafana.
pub fn object(compiled: &Compiled, kind: &str, name: &str) -> Value {
    let of_grafana = compiled.bundles.iter().find(|it| it.component.as_str() == "grafana").unwrap();
    let mut values = of_grafana.objects.iter().map(|it| it.manifest.value());
    values.find(|it| it["kind"] == kind && it["metadata"]["name"] == name).unwrap().clone()
}

/// Every dashboard, by name.
pub fn dashboards(compiled: &Compiled) -> Vec<Dashboard> {
    let values = compiled.bundles.iter().flat_map(|bundle| &bundle.objects).map(|it| it.manifest.value());
    let maps = values.filter(|it| it["metadata"]["name"].as_str().is_some_and(|name| name.starts_with(PREFIX)));
    let mut found = BTreeMap::new();
    for map in maps {
        let data = map["data"].as_object().unwrap();
        assert_eq!(data.len(), 1, "{}", map["metadata"]["name"]);
        for (file, text) in data {
            let name = file.strip_suffix(".json").unwrap().to_owned();
            assert_eq!(map["metadata"]["name"], format!("{PREFIX}{name}"));
            found.insert(name, serde_json::from_str(text.as_str().unwrap()).unwrap());
        }
    }
    found.into_iter().map(|(name, value)| Dashboard { name, value }).collect()
}

impl Dashboard {
    /// The rows and panels, from top to bottom.
    pub fn panels(&self) -> &[Value] {
        self.value["panels"].as_array().unwrap()
    }

    /// The panels, without the headings of rows.
    pub fn shown(&self) -> impl Iterator<Item = &Value> {
        self.panels().iter().filter(|panel| panel["type"] != "row")
    }

    /// The variables.
    pub fn variables(&self) -> &[Value] {
        self.value["templating"]["list"].as_array().unwrap()
    }

    /// The names of the variables.
    pub fn variable_names(&self) -> Vec<&str> {
        self.variables().iter().map(|it| it["name"].as_str().unwrap()).collect()
    }

    /// Every query of every panel, with where it stands.
    pub fn queries(&self) -> impl Iterator<Item = (String, &str)> {
        self.shown().flat_map(move |panel| {
            let targets = panel["targets"].as_array().into_iter().flatten();
            targets.map(move |target| {
                let place = format!("{}: {} {}", self.name, panel["title"], target["refId"]);
                (place, target["expr"].as_str().unwrap())
            })
        })
    }
}
