//! Components as the catalogue declares them.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::{ComponentName, LiveField, Manifest, Ownership};
use rayon::prelude::*;
use serde::Deserialize;

use super::SettingRule;
use super::readiness::Declared;
use crate::inventory::Inventory;

/// Holds one component of the catalogue: what `component.yaml` says, and its manifests.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Component {
    /// The name, which is the name of its folder.
    pub name: ComponentName,
    /// The folder above it, such as `monitoring`.
    pub module: String,
    /// What it is for, in a sentence.
    pub description: String,
    /// Expressions over `spec` and `facts` that must all hold; the first that does not is why the component is off.
    pub when: Vec<String>,
    /// Components that must be ready before any object of this one is written. One that is off switches this one off.
    pub requires: BTreeSet<ComponentName>,
    /// Components whose objects must be written before any object of this one is.
    pub after: BTreeSet<ComponentName>,
    /// The settings that its templates read.
    pub settings: BTreeMap<String, SettingRule>,
    /// Fields of its objects that no output may show, in pointers with `*` for every member or item.
    pub sensitive: Vec<LiveField>,
    pub(crate) readiness: BTreeMap<String, Declared>,
    pub(crate) manifests: Vec<ManifestFile>,
}

/// Holds one file of manifests.
#[derive(Clone, Debug)]
pub(crate) struct ManifestFile {
    pub(crate) path: String,
    pub(crate) ownership: Ownership,
    pub(crate) body: ManifestBody,
}

impl ManifestFile {
    /// Marks its objects as members of an inventory, where they are known without rendering and belong to ks.
    pub(super) fn mark(&mut self, inventory: &Inventory, component: &ComponentName) {
        let known = match &mut self.body {
            ManifestBody::Static(manifests) => Some(manifests),
            ManifestBody::Template { made, .. } => made.as_mut(),
        };
        if let (Some(manifests), Ownership::Whole) = (known, self.ownership) {
            manifests.par_iter_mut().for_each(|it| inventory.mark(it, component));
        }
    }
}

/// Says whether a file is the same for everyone.
#[derive(Clone, Debug)]
pub(crate) enum ManifestBody {
    /// Parsed once, when the catalogue is loaded.
    Static(Vec<Manifest>),
    /// Rendered by each compile; `reads` are the names of the settings and images that shape it. One that says the same for everyone
    /// may be made already.
    Template { reads: BTreeSet<String>, images: BTreeSet<String>, made: Option<Vec<Manifest>> },
}

/// The shape of `component.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Declaration {
    pub(crate) name: ComponentName,
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) when: Vec<String>,
    #[serde(default)]
    pub(crate) requires: BTreeSet<ComponentName>,
    #[serde(default)]
    pub(crate) after: BTreeSet<ComponentName>,
    #[serde(default)]
    pub(crate) settings: BTreeMap<String, SettingRule>,
    #[serde(default)]
    pub(crate) sensitive: Vec<LiveField>,
    #[serde(default)]
    pub(crate) readiness: BTreeMap<String, Declared>,
}

impl Component {
    pub(crate) fn new(module: &str, declaration: Declaration) -> Self {
        let Declaration { name, description, when, requires, after, settings, sensitive, readiness } = declaration;
        let (module, manifests) = (module.to_owned(), Vec::new());
        Self { name, module, description, when, requires, after, settings, sensitive, readiness, manifests }
    }

    /// The path of its `component.yaml`.
    pub fn file(&self) -> String {
        format!("{}/{}/component.yaml", self.module, self.name)
    }
}
