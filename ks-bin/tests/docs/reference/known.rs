//! What the catalogue makes of a configuration that switches everything on.

use ks_model::Facts;
use ks_model::config::{ClusterConfiguration, Source};
use ks_plan::display::ShortNames;
use ks_plan::explain::{ComponentStory, Explainer, SettingSource};
use ks_plan::{Catalogue, Component, Desired, Inventory, compile};
use ks_tests::configuration::{all_gates, bare};

/// One component, as the catalogue declares it and as it explains itself.
pub struct Known<'k> {
    /// What the catalogue declares.
    pub component: &'k Component,
    /// What it makes, with its settings.
    pub story: ComponentStory,
    /// The names of all objects, as short as they are clear.
    pub names: &'k ShortNames,
}

/// Hands over all components, in the order of the catalogue.
pub fn with_everything_on(page: impl Fn(&[Known<'_>]) -> String) -> String {
    let catalogue = Catalogue::embedded().unwrap();
    let source = Source::new("cc.yaml", bare(&all_gates(true)));
    let configuration = ClusterConfiguration::parse(&source).unwrap().config;
    let mut facts = Facts::default();
    facts.nodes = 3;
    let compiled = compile(&catalogue, &configuration, &facts).unwrap();
    let desired = Desired::of(&catalogue, compiled, Inventory::default()).unwrap();
    let explainer = Explainer::new(&catalogue, &configuration, &facts, &desired);
    let names = ShortNames::of(desired.graph().objects());
    let known = |component: &'_ Component| explainer.component(&component.name).unwrap();
    let all = catalogue.components().map(|component| Known { component, story: known(component), names: &names });
    page(&all.collect::<Vec<_>>())
}

/// A source of a setting in words.
pub fn source(source: &SettingSource) -> String {
    match source {
        SettingSource::Configuration { field } => format!("`{field}`"),
        SettingSource::Live { field } => format!("the live `{field}`"),
        SettingSource::Search { search } => format!("what `{search}` finds"),
        SettingSource::Expression { expression } => format!("`{expression}`"),
        SettingSource::Default { value } => format!("`{value}`"),
        SettingSource::Certificate { secret } => format!("a certificate in Secret `{secret}`, made by apply"),
        SettingSource::Published { repository, .. } => format!("`{repository}`"),
        other => panic!("{other:?} has no words yet"),
    }
}
