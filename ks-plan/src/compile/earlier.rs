//! What an earlier compile of the same catalogue gave, and what of it still holds.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::DesiredObject;
use serde_json::Value;

use super::{Compiled, Inputs};
use crate::catalogue::{Component, ManifestBody, ManifestFile, is_prefix};
use crate::trace::Rendering;

/// Holds the objects of an earlier compile, by the files that they come from, with what they were rendered with.
#[derive(Default)]
pub(crate) struct Earlier {
    objects: BTreeMap<String, Vec<DesiredObject>>,
    rendering: Option<Rendering>,
}

impl From<Compiled> for Earlier {
    fn from(compiled: Compiled) -> Self {
        let mut objects: BTreeMap<String, Vec<DesiredObject>> = BTreeMap::new();
        for object in compiled.bundles.into_iter().flat_map(|it| it.objects) {
            match objects.get_mut(&object.file) {
                Some(others) => others.push(object),
                None => drop(objects.insert(object.file.clone(), vec![object])),
            }
        }
        Self { objects, rendering: Some(compiled.rendering) }
    }
}

impl Earlier {
    /// The objects of a file of a component that was on, where its template saw what it would see now: the same settings and images,
    /// and the same API server if it may ask which it is.
    pub(crate) fn objects(
        &mut self,
        component: &Component,
        file: &ManifestFile,
        settings: &Value,
        inputs: &Inputs<'_>,
    ) -> Option<Vec<DesiredObject>> {
        let rendering = self.rendering.as_ref()?;
        let before = rendering.settings(&component.name)?;
        let same_server = || rendering.version() == inputs.version || !inputs.catalogue.asks_for_version(&file.path);
        let is_same = match &file.body {
            ManifestBody::Static(_) => true,
            ManifestBody::Template { reads, .. } => {
                are_same(before, settings, reads) && rendering.images() == &inputs.images && same_server()
            }
        };
        is_same.then(|| self.objects.remove(&file.path).unwrap_or_default())
    }
}

/// Whether all settings of which a template reads something are as they were.
fn are_same(before: &Value, now: &Value, reads: &BTreeSet<String>) -> bool {
    let is_read = |setting: &str| reads.iter().any(|it| is_prefix(setting, it));
    let (Some(before), Some(now)) = (before.as_object(), now.as_object()) else { return before == now };
    let mut names = before.keys().chain(now.keys());
    names.all(|it| before.get(it) == now.get(it) || !is_read(it))
}
