//! Compiling: what a configuration wants of a cluster, as objects.
//!
//! The desired state is a function of the configuration and of the facts, of nothing else.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::config::ClusterConfiguration;
use ks_model::{
    Bundle, CertificateState, ClosedGate, ComponentName, DesiredObject, Facts, Found, LiveField, LiveSearch, Manifest,
    SecretName, ServerVersion, Setting,
};
use rayon::prelude::*;
use serde_json::Value;

use crate::catalogue::{Catalogue, Component, ManifestBody, ManifestFile, manifest_fault};
use crate::generated;
use crate::images::ResolvedImage;
use crate::render::{Expressions, Renderer};
use crate::trace::Rendering;
use crate::yaml;

pub(crate) mod clue;
mod earlier;
mod error;
mod gate;
mod lookups;
mod resources;
pub(crate) mod settings;

pub use clue::Clue;
use earlier::Earlier;
pub use error::{CompileError, CompileErrors};
pub use lookups::{Lookups, lookups};
use settings::Settings;

/// Holds what a configuration wants: the components that are on with their objects, and why the others are off.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Compiled {
    /// The components that are on, each behind all that it needs; names decide the rest.
    pub bundles: Vec<Bundle>,
    /// The components that are off, in the same order.
    pub closed: Vec<ClosedGate>,
    /// What the templates were rendered with.
    pub(crate) rendering: Rendering,
}

/// Renders the objects of all components that the configuration switches on.
///
/// # Errors
/// All faults that are found; none of them is the user's doing unless the catalogue is.
///
/// # Example
/// ```
/// use ks_model::Facts;
/// use ks_model::config::{ClusterConfiguration, Source};
/// use ks_plan::{Catalogue, compile};
///
/// let catalogue = Catalogue::from_files([
///     ("demo/echo/component.yaml", "{ name: echo, description: Answers., when: [spec.alerting.enabled] }"),
/// ])?;
/// let text = r#"{ "apiVersion": "installer.kubesphere.io/v1alpha1", "kind": "ClusterConfiguration",
///     "metadata": { "name": "ks-installer", "namespace": "kubesphere-system" },
///     "spec": { "alerting": { "enabled": false } } }"#;
/// let config = ClusterConfiguration::parse(&Source::new("cc.json", text))?.config;
/// let compiled = compile(&catalogue, &config, &Facts::default())?;
/// assert_eq!(compiled.closed[0].reason, "alerting.enabled is false");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compile(
    catalogue: &Catalogue,
    configuration: &ClusterConfiguration,
    facts: &Facts,
) -> Result<Compiled, CompileErrors> {
    compile_over(Earlier::default(), catalogue, configuration, facts)
}

/// Renders the same, and takes over from an earlier compile of the same catalogue what other facts do not change.
///
/// # Errors
/// As [`compile`].
///
/// # Example
/// ```
/// # use ks_model::Facts;
/// # use ks_model::config::{ClusterConfiguration, Source};
/// # use ks_plan::{Catalogue, compile, compile_again};
/// # let catalogue = Catalogue::embedded()?;
/// # let text = r#"{ "apiVersion": "installer.kubesphere.io/v1alpha1", "kind": "ClusterConfiguration",
/// #     "metadata": { "name": "ks-installer", "namespace": "kubesphere-system" }, "spec": {} }"#;
/// # let config = ClusterConfiguration::parse(&Source::new("cc.json", text))?.config;
/// let mut facts = Facts::default();
/// let guess = compile(&catalogue, &config, &facts)?;
/// facts.nodes = 3;
/// let compiled = compile_again(guess, &catalogue, &config, &facts)?;
/// # assert_eq!(compiled.bundles.len(), compile(&catalogue, &config, &facts)?.bundles.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compile_again(
    earlier: Compiled,
    catalogue: &Catalogue,
    configuration: &ClusterConfiguration,
    facts: &Facts,
) -> Result<Compiled, CompileErrors> {
    compile_over(Earlier::from(earlier), catalogue, configuration, facts)
}

fn compile_over(
    mut earlier: Earlier,
    catalogue: &Catalogue,
    configuration: &ClusterConfiguration,
    facts: &Facts,
) -> Result<Compiled, CompileErrors> {
    let inputs = Inputs::new(catalogue, configuration, facts);
    let mut open = Vec::new();
    let mut closed = BTreeMap::new();
    let mut closed_in_order = Vec::new();
    let mut errors = Vec::new();
    for component in catalogue.in_order() {
        match gate::closed_gate(component, &inputs, &closed) {
            Ok(Some(gate)) => {
                closed_in_order.push(gate.clone());
                closed.insert(component.name.clone(), gate);
            }
            Ok(None) => open.extend(resolved(component, &inputs, &mut errors)),
            Err(error) => errors.push(error),
        }
    }
    let files = open.iter().flat_map(|(it, read)| it.manifests.iter().map(move |file| (*it, file, read)));
    let files: Vec<_> = files
        .map(|(component, file, read)| (earlier.objects(component, file, &read.values, &inputs), file, read))
        .collect();
    let render = |(taken, file, read): (Option<_>, _, _)| taken.map_or_else(|| file_objects(file, read, &inputs), Ok);
    let rendered: Vec<_> = files.into_par_iter().map(render).collect();
    let mut rendered = rendered.into_iter();
    let mut bundles = Vec::with_capacity(open.len());
    let mut values = BTreeMap::new();
    for (component, read) in open {
        let objects = gathered(rendered.by_ref().take(component.manifests.len()), &mut errors);
        values.insert(component.name.clone(), read.values);
        bundles.push(bundle_of(component, objects, read.told, &closed));
    }
    errors.extend(duplicates(&bundles));
    if !errors.is_empty() {
        return Err(CompileErrors(errors));
    }
    let rendering = Rendering::new(catalogue, inputs.renderer, inputs.images, inputs.version, values);
    Ok(Compiled { bundles, closed: closed_in_order, rendering })
}

/// What every step of one compile looks at.
pub(crate) struct Inputs<'a> {
    catalogue: &'a Catalogue,
    pub(crate) configuration: &'a ClusterConfiguration,
    kept: &'a BTreeMap<LiveField, Value>,
    found: &'a BTreeMap<LiveSearch, Vec<Found>>,
    certificates: &'a BTreeMap<SecretName, CertificateState>,
    /// The facts as expressions see them: without live values, which settings bring in by name.
    pub(crate) facts: Value,
    pub(crate) images: BTreeMap<String, ResolvedImage>,
    pub(crate) version: ServerVersion,
    pub(crate) expressions: Expressions,
    pub(crate) renderer: Renderer,
}

impl<'a> Inputs<'a> {
    pub(crate) fn new(catalogue: &'a Catalogue, configuration: &'a ClusterConfiguration, facts: &'a Facts) -> Self {
        let spec = configuration.spec();
        let images = catalogue.images().resolve(spec);
        let renderer = catalogue.templates().renderer(images.clone(), facts.version);
        let mut facts_seen = facts.clone();
        facts_seen.kept.clear();
        facts_seen.found.clear();
        facts_seen.certificates.clear();
        let facts_seen = serde_json::to_value(&facts_seen).unwrap_or_default();
        let expressions = Expressions::new(spec, &facts_seen, facts.version);
        let Facts { kept, found, certificates, .. } = facts;
        let version = facts.version;
        Self {
            catalogue,
            configuration,
            kept,
            found,
            certificates,
            facts: facts_seen,
            images,
            version,
            expressions,
            renderer,
        }
    }
}

/// The value at a dotted path; nothing for null.
pub(crate) fn at<'a>(spec: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(spec, |value, key| value.get(key)).filter(|value| !value.is_null())
}

/// The bundle of a component, and the values that its templates read as `settings`.
pub(crate) fn bundle(component: &Component, inputs: &Inputs<'_>, errors: &mut Vec<CompileError>) -> (Bundle, Value) {
    let none = Settings { values: Value::Null, told: BTreeMap::new() };
    let (_, read) = resolved(component, inputs, errors).unwrap_or((component, none));
    let files = if read.values.is_null() { &[] } else { component.manifests.as_slice() };
    let objects = gathered(files.iter().map(|file| file_objects(file, &read, inputs)), errors);
    (bundle_of(component, objects, read.told, &BTreeMap::new()), read.values)
}

/// A component with its settings; nothing where they make no sense.
fn resolved<'c>(
    component: &'c Component,
    inputs: &Inputs<'_>,
    errors: &mut Vec<CompileError>,
) -> Option<(&'c Component, Settings)> {
    match settings::resolve(component, inputs) {
        Ok(settings) => {
            errors.extend(resources::check(component, &settings.told));
            Some((component, settings))
        }
        Err(error) => {
            errors.push(error);
            None
        }
    }
}

fn gathered(
    files: impl Iterator<Item = Result<Vec<DesiredObject>, CompileError>>,
    errors: &mut Vec<CompileError>,
) -> Vec<DesiredObject> {
    let mut objects = Vec::new();
    for file in files {
        match file {
            Ok(found) => objects.extend(found),
            Err(error) => errors.push(error),
        }
    }
    objects
}

fn bundle_of(
    component: &Component,
    objects: Vec<DesiredObject>,
    told: BTreeMap<String, Setting>,
    closed: &BTreeMap<ComponentName, ClosedGate>,
) -> Bundle {
    let mut bundle = Bundle::new(component.name.clone(), objects);
    bundle.requires = component.requires.clone();
    bundle.after = component.after.iter().filter(|name| !closed.contains_key(*name)).cloned().collect();
    bundle.settings = told;
    let sensitive = component.settings.iter().filter(|(_, rule)| rule.sensitive);
    bundle.sensitive = sensitive.flat_map(|(name, rule)| rule.value_names(name)).collect();
    bundle
}

fn file_objects(
    file: &ManifestFile,
    settings: &Settings,
    inputs: &Inputs<'_>,
) -> Result<Vec<DesiredObject>, CompileError> {
    let (reads, images) = match &file.body {
        ManifestBody::Static(manifests) => {
            let object = |it: &Manifest| desired(it.clone(), file, BTreeSet::new());
            return Ok(manifests.iter().map(object).collect());
        }
        ManifestBody::Template { made: Some(made), .. } => {
            let object = |it: &Manifest| Ok(desired(fitting(it.clone(), file, inputs)?, file, BTreeSet::new()));
            return made.iter().map(object).collect();
        }
        ManifestBody::Template { reads, images, made: None } => (reads, images),
    };
    let text = inputs.renderer.render(&file.path, &settings.values).map_err(CompileError::Template)?;
    let values = yaml::documents(&file.path, &text).map_err(CompileError::NotYaml)?;
    let names: BTreeSet<String> =
        reads.iter().cloned().chain(images.iter().flat_map(|image| settings::image_names(image))).collect();
    let object = |value| Ok(desired(manifest(value, file, inputs)?, file, names.clone()));
    values.into_iter().map(object).collect()
}

fn desired(manifest: Manifest, file: &ManifestFile, settings: BTreeSet<String>) -> DesiredObject {
    let mut object = DesiredObject::new(manifest, &file.path, settings);
    object.ownership = file.ownership;
    object
}

fn manifest(value: Value, file: &ManifestFile, inputs: &Inputs<'_>) -> Result<Manifest, CompileError> {
    fitting(manifest_fault::parse(&file.path, value)?, file, inputs)
}

/// The manifest of a template, where it fits what the catalogue says.
fn fitting(manifest: Manifest, file: &ManifestFile, inputs: &Inputs<'_>) -> Result<Manifest, CompileError> {
    if let Some(fault) = manifest_fault::wrong_scope(&file.path, manifest.object(), inputs.catalogue.scopes()) {
        return Err(fault.into());
    }
    if generated::is_misplaced(&manifest) {
        return Err(CompileError::MisplacedCertificate {
            file: file.path.clone(),
            object: Box::new(manifest.object().clone()),
        });
    }
    Ok(manifest)
}

fn duplicates(bundles: &[Bundle]) -> impl Iterator<Item = CompileError> {
    let objects = bundles.iter().flat_map(|bundle| &bundle.objects);
    let found = manifest_fault::duplicates(objects.map(|it| (it.file.as_str(), it.manifest.object())));
    found.into_iter().map(CompileError::from)
}
