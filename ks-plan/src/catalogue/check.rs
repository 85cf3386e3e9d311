//! The checks of a catalogue as a whole: everything that a single file cannot know.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::{ComponentName, Manifest};

use super::file::{FileRole, role};
use super::manifest_fault::{duplicates, wrong_scope};
use super::setting::is_setting_name;
use super::{Catalogue, CatalogueError, Component, ManifestBody, SettingFault, readiness};
use crate::render::{expression_variables, literal_arguments, text_path};
use crate::yaml::SourceError;

/// What each component needs before its own objects: `requires` and `after` together.
pub(super) fn needs(
    components: &BTreeMap<ComponentName, Component>,
) -> BTreeMap<ComponentName, BTreeSet<ComponentName>> {
    components.iter().map(|(name, it)| (name.clone(), it.requires.union(&it.after).cloned().collect())).collect()
}

/// The static manifests of all components, with their files.
pub(super) fn static_manifests(
    components: &BTreeMap<ComponentName, Component>,
) -> impl Iterator<Item = (&str, &Manifest)> {
    components.values().flat_map(|component| &component.manifests).flat_map(|file| {
        let manifests = match &file.body {
            ManifestBody::Static(manifests) => manifests.as_slice(),
            ManifestBody::Template { .. } => &[],
        };
        manifests.iter().map(|manifest| (file.path.as_str(), manifest))
    })
}

/// Finds all faults of a catalogue whose files could be read.
pub(super) fn faults(catalogue: &Catalogue) -> Vec<CatalogueError> {
    let mut faults = Vec::new();
    for component in catalogue.components() {
        unknown_components(catalogue, component, &mut faults);
        unsound_settings(component, &mut faults);
        unsound_expressions(component, &mut faults);
        unsound_templates(catalogue, component, &mut faults);
    }
    faults.extend(readiness::faults(catalogue));
    unsound_macros(catalogue, &mut faults);
    rival_certificates(catalogue, &mut faults);
    unsound_manifests(catalogue, &mut faults);
    faults
}

fn unknown_components(catalogue: &Catalogue, component: &Component, faults: &mut Vec<CatalogueError>) {
    for (key, names) in [("requires", &component.requires), ("after", &component.after)] {
        for name in names.iter().filter(|name| catalogue.component(name).is_none()) {
            faults.push(CatalogueError::UnknownComponent { file: component.file(), key, name: name.clone() });
        }
    }
}

fn unsound_settings(component: &Component, faults: &mut Vec<CatalogueError>) {
    for (name, rule) in &component.settings {
        let fault = if is_setting_name(name) { rule.fault() } else { Some(SettingFault::Name) };
        faults.extend(fault.map(|fault| CatalogueError::Setting {
            file: component.file(),
            setting: name.clone(),
            fault,
        }));
    }
}

/// One Secret holds one certificate, which every setting that names it has to want.
fn rival_certificates(catalogue: &Catalogue, faults: &mut Vec<CatalogueError>) {
    let mut seen = BTreeMap::new();
    for component in catalogue.components() {
        for (name, rule) in &component.settings {
            let Some(request) = &rule.certificate else { continue };
            let (first, owner) =
                seen.entry(&request.secret).or_insert((request, format!("{name} of {}", component.name)));
            if *first != request {
                let fault = SettingFault::CertificateTaken(owner.clone());
                faults.push(CatalogueError::Setting { file: component.file(), setting: name.clone(), fault });
            }
        }
    }
}

fn unsound_expressions(component: &Component, faults: &mut Vec<CatalogueError>) {
    let computed = component.settings.values().filter_map(|rule| rule.compute.as_ref());
    for expression in component.when.iter().chain(computed) {
        let message = match expression_variables(expression) {
            Err(message) => Some(message),
            Ok(variables) => variables
                .into_iter()
                .find(|it| !is_in(it, "spec") && !is_in(it, "facts"))
                .map(|variable| format!("`{variable}` is neither `spec` nor `facts` nor a function")),
        };
        faults.extend(message.map(|message| {
            let message = format!("in `{expression}`: {message}");
            CatalogueError::Source(SourceError { file: component.file(), line: None, message })
        }));
    }
}

fn unsound_templates(catalogue: &Catalogue, component: &Component, faults: &mut Vec<CatalogueError>) {
    for file in &component.manifests {
        let ManifestBody::Template { images, .. } = &file.body else { continue };
        let path = || file.path.clone();
        for variable in catalogue.templates.variables(&file.path) {
            let setting = variable.strip_prefix("settings.").map(|rest| rest.split('.').next().unwrap_or(rest));
            if !setting.map_or(variable == "settings", |name| component.settings.contains_key(name)) {
                faults.push(CatalogueError::UnknownVariable { file: path(), variable });
            }
        }
        for image in images.iter().filter(|image| catalogue.images.get(image).is_none()) {
            faults.push(CatalogueError::UnknownImage { file: path(), image: image.clone() });
        }
        let source = catalogue.source(&file.path).unwrap_or_default();
        let included = ["include_text", "include_yaml"].into_iter().flat_map(|it| literal_arguments(source, it));
        for text in included {
            let text = text_path(&file.path, text);
            if !(matches!(role(&text), FileRole::Text(_)) && catalogue.files.contains_key(&text)) {
                faults.push(CatalogueError::UnknownText { file: path(), text });
            }
        }
    }
}

/// Macros see what they are given, so that a template says by itself which settings shape it.
fn unsound_macros(catalogue: &Catalogue, faults: &mut Vec<CatalogueError>) {
    for file in catalogue.files.keys().filter(|path| role(path) == FileRole::Macros) {
        let variables = catalogue.templates.variables(file).into_iter();
        faults.extend(variables.map(|variable| CatalogueError::UnknownVariable { file: file.clone(), variable }));
    }
}

fn unsound_manifests(catalogue: &Catalogue, faults: &mut Vec<CatalogueError>) {
    let objects = || static_manifests(&catalogue.components).map(|(file, manifest)| (file, manifest.object()));
    let misplaced = objects().filter_map(|(file, object)| wrong_scope(file, object, &catalogue.scopes));
    faults.extend(misplaced.chain(duplicates(objects())).map(CatalogueError::from));
}

fn is_in(path: &str, root: &str) -> bool {
    path == root || path.strip_prefix(root).is_some_and(|rest| rest.starts_with('.'))
}
