//! What an earlier compile of the same catalogue gave, and what of it still holds.

use std::collections::BTreeMap;

use ks_model::{ComponentName, DesiredObject};
use serde_json::Value;

use super::{Compiled, Inputs};
use crate::catalogue::Component;
use crate::trace::Rendering;

/// Holds the objects of an earlier compile with what they were rendered with.
#[derive(Default)]
pub(crate) struct Earlier {
    objects: BTreeMap<ComponentName, Vec<DesiredObject>>,
    rendering: Option<Rendering>,
}

impl From<Compiled> for Earlier {
    fn from(compiled: Compiled) -> Self {
        let objects = compiled.bundles.into_iter().map(|it| (it.component, it.objects)).collect();
        Self { objects, rendering: Some(compiled.rendering) }
    }
}

impl Earlier {
    /// The objects of a component, where its templates saw what they would see now: the same settings and images, and
    /// the same API server if they ask which it is.
    pub(crate) fn objects(
        &mut self,
        component: &Component,
        settings: &Value,
        inputs: &Inputs<'_>,
    ) -> Option<Vec<DesiredObject>> {
        let rendering = self.rendering.as_ref()?;
        let same_server = || rendering.version() == inputs.version || !inputs.catalogue.asks_for_version(component);
        let same = rendering.settings(&component.name) == Some(settings)
            && rendering.images() == &inputs.images
            && same_server();
        if same { self.objects.remove(&component.name) } else { None }
    }
}
