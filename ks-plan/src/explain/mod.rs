//! Explanations: which setting, spelling, line, default, fact or gate gave a value.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use ks_model::{Bundle, ClosedGate, ClusterConfiguration, ComponentName, DesiredObject, Facts, ObjectRef};
use serde_json::Value;

use crate::catalogue::{Catalogue, Component};
use crate::compile::{self, CompileError, Inputs};
use crate::desired::Desired;
use crate::generated::shown;
use crate::sensitive::Mask;
use crate::structured::FieldPath;
use crate::trace::{self, Rendering, Trace};

mod component;
mod field;
mod gate;
mod lookup;
mod object;
mod query;
mod setting;

pub use component::{ComponentStory, Member, Need};
pub use field::{FieldStory, LeafStory, NoSuchField, Reader, Written};
pub use gate::{Condition, Remedy};
pub use lookup::ObjectQuery;
pub use object::{ObjectStory, Wait};
pub use setting::{SettingSource, SettingStory, Shaped};

/// Explains what a configuration wants of a cluster.
///
/// # Example
/// ```
/// use ks_model::config::{ClusterConfiguration, Source};
/// use ks_model::Facts;
/// use ks_plan::explain::Explainer;
/// use ks_plan::{Catalogue, Desired, Inventory, compile};
///
/// let catalogue = Catalogue::from_files([
///     ("m/echo/component.yaml",
///      "{ name: echo, description: Answers., settings: { size: { from: monitoring.prometheus.volumeSize, default: 1Gi } } }"),
///     ("m/echo/map.yaml.j2", "
/// { apiVersion: v1, kind: ConfigMap, metadata: { name: echo, namespace: default }, data: { size: {{ settings.size }} } }"),
/// ])?;
/// let text = r#"{ "apiVersion": "installer.kubesphere.io/v1alpha1", "kind": "ClusterConfiguration",
///     "metadata": { "name": "ks-installer", "namespace": "kubesphere-system" },
///     "spec": { "monitoring": { "prometheusVolumeSize": "5Gi" } } }"#;
/// let config = ClusterConfiguration::parse(&Source::new("cc.json", text))?.config;
/// let facts = Facts::default();
/// let desired = Desired::of(&catalogue, compile(&catalogue, &config, &facts)?, Inventory::default())?;
///
/// let explainer = Explainer::new(&catalogue, &config, &facts, &desired);
/// let echo = desired.manifests().next().unwrap().object();
/// let story = explainer.field(echo, "data.size").unwrap()?;
/// assert_eq!(story.leaves[0].value, Some("5Gi".into()));
/// assert_eq!(story.settings[0].name, "size");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Explainer<'a> {
    catalogue: &'a Catalogue,
    facts: &'a Facts,
    desired: &'a Desired,
    inputs: Inputs<'a>,
    mask: Mask,
    traces: RefCell<BTreeMap<String, Rc<Trace>>>,
}

/// One component with what it makes, on or off.
struct Part<'e> {
    component: &'e Component,
    bundle: Bundle,
    rendering: Rendering,
    gate: Option<&'e ClosedGate>,
    faults: Vec<CompileError>,
}

impl<'a> Explainer<'a> {
    /// Explains `desired`, which was compiled from the same catalogue, configuration and facts.
    pub fn new(
        catalogue: &'a Catalogue,
        configuration: &'a ClusterConfiguration,
        facts: &'a Facts,
        desired: &'a Desired,
    ) -> Self {
        let inputs = Inputs::new(catalogue, configuration, facts);
        let mask = Mask::keyed(facts.cluster_uid.as_deref());
        Self { catalogue, facts, desired, inputs, mask, traces: RefCell::default() }
    }

    /// The names of all components.
    pub fn components(&self) -> impl Iterator<Item = &ComponentName> {
        self.catalogue.components().map(|it| &it.name)
    }

    /// The objects that components make that are off, with the component. One that cannot be compiled as things are makes none.
    pub fn closed_objects(&self) -> Vec<(ObjectRef, &ClosedGate)> {
        let parts = self.desired.closed().iter().filter_map(|gate| Some((self.part(&gate.component)?, gate)));
        let objects = parts.flat_map(|(part, gate)| {
            let objects = part.bundle.objects.into_iter();
            objects.map(move |it| (it.manifest.object().clone(), gate)).collect::<Vec<_>>()
        });
        objects.collect()
    }

    /// Explains a component; `None` when there is none of that name.
    pub fn component(&self, name: &ComponentName) -> Option<ComponentStory> {
        Some(component::story(self, &self.part(name)?))
    }

    /// Explains a wanted object; `None` when nothing wants it.
    pub fn object(&self, object: &ObjectRef) -> Option<ObjectStory> {
        let (bundle, wanted) = self.desired.find(object)?;
        Some(object::story(self, &self.part(&bundle.component)?, wanted))
    }

    /// Explains a field of a wanted object and all below it; `None` when nothing wants the object.
    ///
    /// # Errors
    /// When the object has no such field and no setting would give it one.
    pub fn field(&self, object: &ObjectRef, field: &str) -> Option<Result<FieldStory, NoSuchField>> {
        let (bundle, wanted) = self.desired.find(object)?;
        Some(field::story(self, &self.part(&bundle.component)?, wanted, field))
    }

    fn part(&self, name: &ComponentName) -> Option<Part<'_>> {
        let component = self.catalogue.component(name)?;
        let gate = self.desired.closed().iter().find(|it| it.component == *name);
        let open = self.desired.bundles().iter().find(|it| it.component == *name);
        if let (Some(bundle), Some(rendering)) = (open, self.desired.rendering()) {
            return Some(Part {
                component,
                bundle: bundle.clone(),
                rendering: rendering.clone(),
                gate,
                faults: Vec::new(),
            });
        }
        let mut faults = Vec::new();
        let (bundle, values) = compile::bundle(component, &self.inputs, &mut faults);
        let values = BTreeMap::from([(name.clone(), values)]);
        let (renderer, images) = (self.inputs.renderer.clone(), self.inputs.images.clone());
        let rendering = Rendering::new(self.catalogue, renderer, images, self.inputs.version, values);
        Some(Part { component, bundle, rendering, gate, faults })
    }

    fn trace(&self, part: &Part<'_>, file: &str) -> Rc<Trace> {
        let traced = || trace::trace(&part.rendering, file, self.desired.schemas()).unwrap_or_default();
        self.traces.borrow_mut().entry(file.to_owned()).or_insert_with(|| Rc::new(traced())).clone()
    }

    /// The settings that are marked as sensitive, or stand in a secret field somewhere in the component.
    fn secrets(&self, part: &Part<'_>) -> BTreeSet<String> {
        let mut found = part.bundle.sensitive.clone();
        for wanted in &part.bundle.objects {
            let object = wanted.manifest.object();
            let secrecy = self.desired.secrecy(object);
            if secrecy.is_empty() {
                continue;
            }
            let trace = self.trace(part, &wanted.file);
            let is_hidden = |path: &FieldPath| path.0.is_empty() || secrecy.hides(path);
            let hidden = trace.settings(object).filter(|setting| trace.fields(object, setting).any(is_hidden));
            found.extend(hidden.map(str::to_owned));
        }
        found
    }

    /// The stories of settings of a component, each with what it shapes.
    fn settings<'n>(
        &self,
        part: &Part<'_>,
        names: impl IntoIterator<Item = &'n str>,
        shapes: impl Fn(&str) -> Vec<Shaped>,
    ) -> Vec<SettingStory> {
        let secrets = self.secrets(part);
        let about = (self.catalogue, part.component, &self.inputs);
        let story = |name: &'n str| {
            let setting = part.bundle.settings.get(name)?;
            let hide = |value: &Value| {
                let value = shown(value).into_owned();
                if secrets.contains(name) { self.mask.mask(&value) } else { value }
            };
            Some(setting::story(about, (name, setting), shapes(name), hide))
        };
        names.into_iter().filter_map(story).collect()
    }

    fn shaped(&self, part: &Part<'_>, wanted: &DesiredObject, setting: &str) -> Option<Shaped> {
        let object = wanted.manifest.object();
        Shaped::new(object, self.trace(part, &wanted.file).fields(object, setting))
    }
}

#[cfg(test)]
mod tests;
