//! Compiling: what a configuration wants of a cluster, as objects.
//!
//! The desired state is a function of the configuration and of the facts, of nothing else.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::{Bundle, ClosedGate, ComponentName, DesiredObject, Facts, LiveField, Manifest};
use serde_json::Value;

use crate::catalogue::{Catalogue, Component, ManifestBody, ManifestFile, manifest_fault};
use crate::images::Registry;
use crate::render::{Expressions, Renderer};
use crate::yaml;

mod configuration;
mod error;
mod gate;
mod settings;

pub use configuration::Configuration;
pub use error::{CompileError, CompileErrors};
use settings::Settings;

/// Holds what a configuration wants: the components that are on with their objects, and why the others are off.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Compiled {
    /// The components that are on, each behind all that it needs; names decide the rest.
    pub bundles: Vec<Bundle>,
    /// The components that are off, in the same order.
    pub closed: Vec<ClosedGate>,
}

/// Renders the objects of all components that the configuration switches on.
///
/// # Errors
/// All faults that are found; none of them is the user's doing unless the catalogue is.
///
/// # Example
/// ```
/// use ks_model::Facts;
/// use ks_plan::{Catalogue, compile};
/// let catalogue = Catalogue::from_files([
///     ("demo/echo/component.yaml", "{ name: echo, description: Answers., when: [spec.echo.enabled] }"),
/// ])?;
/// let spec = serde_json::json!({ "echo": { "enabled": false } });
/// let compiled = compile(&catalogue, &spec, &Facts::default())?;
/// assert_eq!(compiled.closed[0].reason, "echo.enabled is false");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compile<C: Configuration + ?Sized>(
    catalogue: &Catalogue,
    configuration: &C,
    facts: &Facts,
) -> Result<Compiled, CompileErrors> {
    let inputs = Inputs::new(catalogue, configuration, facts);
    let mut bundles = Vec::new();
    let mut closed = BTreeMap::new();
    let mut closed_in_order = Vec::new();
    let mut errors = Vec::new();
    for component in catalogue.in_order() {
        match gate::closed_gate(component, &inputs, &closed) {
            Ok(Some(gate)) => {
                closed_in_order.push(gate.clone());
                closed.insert(component.name.clone(), gate);
            }
            Ok(None) => bundles.push(bundle(component, &inputs, &closed, &mut errors)),
            Err(error) => errors.push(error),
        }
    }
    errors.extend(duplicates(&bundles));
    if errors.is_empty() { Ok(Compiled { bundles, closed: closed_in_order }) } else { Err(CompileErrors(errors)) }
}

/// What every step of one compile looks at.
struct Inputs<'a, C: Configuration + ?Sized> {
    catalogue: &'a Catalogue,
    configuration: &'a C,
    kept: &'a BTreeMap<LiveField, Value>,
    /// The facts as expressions see them: without the kept values, which settings bring in by name.
    facts: Value,
    registry: Registry,
    expressions: Expressions,
    renderer: Renderer,
}

impl<'a, C: Configuration + ?Sized> Inputs<'a, C> {
    fn new(catalogue: &'a Catalogue, configuration: &'a C, facts: &'a Facts) -> Self {
        let spec = configuration.spec();
        let registry = Registry::of(spec);
        let renderer = catalogue.templates().renderer(catalogue.images(), &registry, facts.version);
        let mut facts_seen = facts.clone();
        facts_seen.kept.clear();
        let facts_seen = serde_json::to_value(&facts_seen).unwrap_or_default();
        let expressions = Expressions::new(spec, &facts_seen, facts.version);
        Self { catalogue, configuration, kept: &facts.kept, facts: facts_seen, registry, expressions, renderer }
    }
}

fn bundle<C: Configuration + ?Sized>(
    component: &Component,
    inputs: &Inputs<'_, C>,
    closed: &BTreeMap<ComponentName, ClosedGate>,
    errors: &mut Vec<CompileError>,
) -> Bundle {
    let mut objects = Vec::new();
    let mut told = BTreeMap::new();
    match settings::resolve(component, inputs) {
        Ok(settings) => {
            for file in &component.manifests {
                match file_objects(file, &settings, inputs) {
                    Ok(found) => objects.extend(found),
                    Err(error) => errors.push(error),
                }
            }
            told = settings.told;
        }
        Err(error) => errors.push(error),
    }
    let mut bundle = Bundle::new(component.name.clone(), objects);
    bundle.requires = component.requires.clone();
    bundle.after = component.after.iter().filter(|name| !closed.contains_key(*name)).cloned().collect();
    bundle.settings = told;
    bundle
}

fn file_objects<C: Configuration + ?Sized>(
    file: &ManifestFile,
    settings: &Settings,
    inputs: &Inputs<'_, C>,
) -> Result<Vec<DesiredObject>, CompileError> {
    let (reads, images) = match &file.body {
        ManifestBody::Static(manifests) => {
            let object = |it: &Manifest| DesiredObject::new(it.clone(), &file.path, BTreeSet::new());
            return Ok(manifests.iter().map(object).collect());
        }
        ManifestBody::Template { reads, images } => (reads, images),
    };
    let text = inputs.renderer.render(&file.path, &settings.values).map_err(CompileError::Template)?;
    let values = yaml::documents(&file.path, &text).map_err(CompileError::NotYaml)?;
    let names: BTreeSet<String> =
        reads.iter().cloned().chain(images.iter().map(|image| settings::image_name(image))).collect();
    let object = |value| Ok(DesiredObject::new(manifest(value, file, inputs)?, &file.path, names.clone()));
    values.into_iter().map(object).collect()
}

fn manifest<C: Configuration + ?Sized>(
    value: Value,
    file: &ManifestFile,
    inputs: &Inputs<'_, C>,
) -> Result<Manifest, CompileError> {
    let manifest = manifest_fault::parse(&file.path, value)?;
    let fault = manifest_fault::wrong_scope(&file.path, manifest.object(), inputs.catalogue.scopes());
    fault.map_or(Ok(manifest), |fault| Err(fault.into()))
}

fn duplicates(bundles: &[Bundle]) -> impl Iterator<Item = CompileError> {
    let objects = bundles.iter().flat_map(|bundle| &bundle.objects);
    let found = manifest_fault::duplicates(objects.map(|it| (it.file.as_str(), it.manifest.object())));
    found.into_iter().map(CompileError::from)
}
