//! From files to a catalogue: read everything, then check it as a whole.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::component::Declaration;
use super::file::{FileRole, Folder, role};
use super::scope::Scopes;
use super::{
    Catalogue, CatalogueError, CatalogueErrors, Component, ManifestBody, ManifestFault, ManifestFile, Texts, check,
    embedded, order,
};
use crate::images::Images;
use crate::render::{Templates, literal_arguments};

/// Reads `files` over `base` and checks the whole.
pub(super) fn load<P: Into<String>, C: Into<Vec<u8>>>(
    base: Texts,
    images: Images,
    files: impl IntoIterator<Item = (P, C)>,
) -> Result<Catalogue, CatalogueErrors> {
    Loader { files: base, images, errors: Vec::new() }.with(files)
}

/// Reads what is built in, with what cannot be read.
pub(super) fn embedded() -> (Catalogue, Vec<CatalogueError>) {
    Loader::embedded().read()
}

/// Reads `files` over what is built in, and checks the whole.
pub(super) fn over_embedded<P: Into<String>, C: Into<Vec<u8>>>(
    files: impl IntoIterator<Item = (P, C)>,
) -> Result<Catalogue, CatalogueErrors> {
    Loader::embedded().with(files)
}

struct Loader {
    files: Texts,
    images: Images,
    errors: Vec<CatalogueError>,
}

/// The components by folder, so that two of the same name can both be told.
type Folders = BTreeMap<String, Component>;

impl Loader {
    fn embedded() -> Self {
        let mut loader = Self { files: Texts::new(), images: Images::default(), errors: Vec::new() };
        embedded::FILES.iter().for_each(|it| loader.add_text(it.path.to_owned(), Cow::Borrowed(it.text)));
        loader
    }

    /// Reads more files over these, and checks the whole.
    fn with<P: Into<String>, C: Into<Vec<u8>>>(
        mut self,
        files: impl IntoIterator<Item = (P, C)>,
    ) -> Result<Catalogue, CatalogueErrors> {
        self.add(files);
        let (catalogue, mut faults) = self.read();
        faults.extend(check::faults(&catalogue));
        if faults.is_empty() { Ok(catalogue) } else { Err(CatalogueErrors::from(faults)) }
    }

    fn add<P: Into<String>, C: Into<Vec<u8>>>(&mut self, files: impl IntoIterator<Item = (P, C)>) {
        for (path, content) in files {
            let path = path.into();
            match String::from_utf8(content.into()) {
                Ok(text) => self.add_text(path, Cow::Owned(text)),
                Err(_) if role(&path) == FileRole::Ignored => {}
                Err(_) if role(&path) == FileRole::Misplaced => {
                    self.errors.push(CatalogueError::Misplaced { file: path });
                }
                Err(_) => self.errors.push(CatalogueError::NotText { file: path }),
            }
        }
    }

    fn add_text(&mut self, path: String, text: Cow<'static, str>) {
        match role(&path) {
            FileRole::Ignored => {}
            FileRole::Misplaced => self.errors.push(CatalogueError::Misplaced { file: path }),
            FileRole::Images => match embedded::document(&path, &text) {
                Ok(images) => self.images.extend(images),
                Err(error) => self.errors.push(error.into()),
            },
            _ => {
                self.files.insert(path, text);
            }
        }
    }

    fn read(mut self) -> (Catalogue, Vec<CatalogueError>) {
        let components = self.declarations();
        let templates = self.templates();
        self.catalogue(components, templates)
    }

    /// Reads every `component.yaml`. Folders with manifests and none are faults.
    fn declarations(&mut self) -> Folders {
        let mut found = Folders::new();
        for (path, text) in &self.files {
            let FileRole::Declaration(folder) = role(path) else { continue };
            match embedded::document::<Declaration>(path, text) {
                Ok(declaration) if declaration.name.as_str() == folder.component => {
                    found.insert(folder.to_string(), Component::new(folder.module, declaration));
                }
                Ok(Declaration { name, .. }) => {
                    self.errors.push(CatalogueError::NameDiffers { file: path.clone(), name });
                }
                Err(error) => self.errors.push(error.into()),
            }
        }
        self.report_undeclared();
        found
    }

    fn report_undeclared(&mut self) {
        let folders: BTreeSet<Folder> = self.files.keys().filter_map(|path| folder(path)).collect();
        for folder in folders {
            if !self.files.contains_key(&format!("{folder}/component.yaml")) {
                self.errors.push(CatalogueError::Undeclared { folder: folder.to_string() });
            }
        }
    }

    fn templates(&mut self) -> Templates {
        let texts = self.files.iter().filter(|(path, _)| matches!(role(path), FileRole::Text(_)));
        let mut templates = Templates::new(texts.map(|(path, text)| (path.clone(), text.clone())).collect());
        for (path, text) in &self.files {
            if !matches!(role(path), FileRole::Template(..) | FileRole::Macros) {
                continue;
            }
            if let Err(error) = templates.add(path, text.clone()) {
                self.errors.push(error.into());
            }
        }
        templates
    }

    /// Puts manifests to their components, and names to components.
    fn catalogue(mut self, mut folders: Folders, templates: Templates) -> (Catalogue, Vec<CatalogueError>) {
        let is_static = |path: &&String| matches!(role(path), FileRole::Static(..));
        let files: Vec<&String> = self.files.keys().filter(is_static).collect();
        let read = |path: &String| static_body(path, self.files.get(path).map_or("", |it| it));
        let mut bodies = files.into_par_iter().map(read).collect::<Vec<_>>().into_iter();
        for (path, text) in &self.files {
            let body = if is_static(&path) { bodies.next() } else { None };
            let Some(component) = folder(path).and_then(|folder| folders.get_mut(&folder.to_string())) else {
                continue;
            };
            let (ownership, body) = match role(path) {
                FileRole::Static(_, ownership) => {
                    let (body, errors) = body.unwrap_or_else(|| static_body(path, text));
                    self.errors.extend(errors);
                    (ownership, body)
                }
                FileRole::Template(_, ownership) => {
                    (ownership, template_body(path, &self.files, component, &templates))
                }
                _ => continue,
            };
            component.manifests.push(ManifestFile { path: path.clone(), ownership, body });
        }
        let components = self.by_name(folders);
        let order = order::dependency_order(&check::needs(&components)).unwrap_or_else(|path| {
            self.errors.push(CatalogueError::Cycle { path });
            Vec::new()
        });
        let mut scopes = Scopes::default();
        check::static_manifests(&components).for_each(|(_, manifest)| scopes.learn(manifest));
        let Self { files, images, errors } = self;
        (Catalogue { files, images, components, order, templates, scopes }, errors)
    }

    fn by_name(&mut self, folders: Folders) -> BTreeMap<ks_model::ComponentName, Component> {
        let mut found: BTreeMap<_, Component> = BTreeMap::new();
        for component in folders.into_values() {
            let name = component.name.clone();
            if let Some(first) = found.get(&name) {
                let (first, second) = (first.file(), component.file());
                self.errors.push(CatalogueError::NameTaken { name, first, second });
            } else {
                found.insert(name, component);
            }
        }
        found
    }
}

fn folder(path: &str) -> Option<Folder<'_>> {
    match role(path) {
        FileRole::Declaration(folder)
        | FileRole::Static(folder, _)
        | FileRole::Template(folder, _)
        | FileRole::Text(folder) => Some(folder),
        _ => None,
    }
}

fn static_body(path: &str, text: &str) -> (ManifestBody, Vec<CatalogueError>) {
    let mut errors = Vec::new();
    let mut manifests = Vec::new();
    match embedded::manifests(path, text) {
        Ok(found) => {
            for manifest in found {
                match manifest {
                    Ok(manifest) => manifests.push(manifest),
                    Err(error) => errors.push(ManifestFault::Identity { file: path.to_owned(), error }.into()),
                }
            }
        }
        Err(error) => errors.push(error.into()),
    }
    (ManifestBody::Static(manifests), errors)
}

/// Finds what shapes a template. A setting is read by its own name or by that of a field in it.
fn template_body(path: &str, files: &Texts, component: &Component, templates: &Templates) -> ManifestBody {
    let text = files.get(path).map_or("", |it| it);
    let variables = templates.variables(path);
    let is_read = |value_name: &String| {
        let full = format!("settings.{value_name}");
        variables.iter().any(|read| is_prefix(read, &full) || is_prefix(&full, read))
    };
    let value_names = component.settings.iter().flat_map(|(name, rule)| rule.value_names(name));
    let reads = value_names.filter(is_read).collect();
    let of = |function| literal_arguments(text, function).into_iter().map(str::to_owned);
    let images = ["image", "tag", "version"].into_iter().flat_map(of).collect();
    ManifestBody::Template { reads, images, made: embedded::made(path, files) }
}

/// Tells whether the dotted path `shorter` is `path` or leads to it.
pub(crate) fn is_prefix(shorter: &str, path: &str) -> bool {
    path.strip_prefix(shorter).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
