//! The catalogue: components as data.
//!
//! A folder `<module>/<component>/` holds `component.yaml`, which says when the component is on, what it needs and where its
//! settings come from, and the manifests of its objects: `*.yaml` as they are, `*.yaml.j2` rendered. `images.yaml` is the one
//! table of images. Nothing in Rust knows the name of a component: a new one is a new folder.

use std::collections::BTreeMap;

use ks_model::ComponentName;
use rayon::prelude::*;

use crate::images::Images;
use crate::inventory::Inventory;
use crate::render::{Templates, Texts};

mod check;
mod component;
pub(crate) mod embedded;
mod error;
mod file;
mod load;
pub(crate) mod manifest_fault;
mod order;
mod readiness;
mod scope;
mod setting;

pub use component::Component;
pub(crate) use component::{ManifestBody, ManifestFile};
pub(crate) use error::write_lines;
pub use error::{CatalogueError, CatalogueErrors, SettingFault};
use file::{FileRole, role};
pub(crate) use load::is_prefix;
pub use manifest_fault::ManifestFault;
use scope::Scopes;
pub use setting::SettingRule;
pub(crate) use setting::leaves;

/// Holds all components, checked: names are unique, needs exist and form no circle, images and settings are declared.
///
/// # Example
/// ```
/// use ks_plan::Catalogue;
/// let catalogue = Catalogue::from_files([
///     ("images.yaml", "echo: { repository: demo/echo, tag: v1.0.0 }"),
///     ("demo/echo/component.yaml", "name: echo\ndescription: Answers.\nsettings: { port: { from: echo.port, default: 80 } }"),
///     ("demo/echo/pod.yaml.j2", "
/// apiVersion: v1
/// kind: Pod
/// metadata: { name: echo, namespace: default }
/// spec: { containers: [{ name: echo, image: {{ image('echo') }}, args: [{{ '--port=' ~ settings.port }}] }] }"),
/// ])?;
/// assert_eq!(catalogue.components().count(), 1);
/// # Ok::<(), ks_plan::CatalogueErrors>(())
/// ```
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// Every file but `images.yaml`, so that an overlay can replace some.
    files: Texts,
    images: Images,
    components: BTreeMap<ComponentName, Component>,
    order: Vec<ComponentName>,
    templates: Templates,
    scopes: Scopes,
}

impl Catalogue {
    /// Loads the catalogue that is built into the program. It is read and not checked as a whole: the tests of this crate do
    /// that, once for all starts of the program, and laying an overlay on top does.
    ///
    /// # Errors
    /// When it cannot be read, which the tests of this crate exclude.
    pub fn embedded() -> Result<Self, CatalogueErrors> {
        let (catalogue, faults) = load::embedded();
        if faults.is_empty() { Ok(catalogue) } else { Err(CatalogueErrors::from(faults)) }
    }

    /// Loads a catalogue from files, given by their paths relative to its root, with forward slashes.
    ///
    /// # Errors
    /// All faults that are found.
    pub fn from_files<P, C>(files: impl IntoIterator<Item = (P, C)>) -> Result<Self, CatalogueErrors>
    where
        P: Into<String>,
        C: Into<Vec<u8>>,
    {
        load::load(Texts::new(), Images::default(), files)
    }

    /// Loads the catalogue that is built in with files on top, as [`overlay`](Self::overlay) lays them, and reads each file once.
    ///
    /// # Errors
    /// All faults of the whole.
    pub fn embedded_under<P, C>(files: impl IntoIterator<Item = (P, C)>) -> Result<Self, CatalogueErrors>
    where
        P: Into<String>,
        C: Into<Vec<u8>>,
    {
        load::over_embedded(files)
    }

    /// The same, where the objects that are no templates carry the marks of an inventory already, which a
    /// [`Desired`](crate::Desired) puts on everything that it wants: here they are put on before anything shares the objects, so
    /// that each is held once.
    #[must_use]
    pub fn marked(mut self, inventory: &Inventory) -> Self {
        for component in self.components.values_mut() {
            let name = &component.name;
            component.manifests.par_iter_mut().for_each(|file| file.mark(inventory, name));
        }
        self
    }

    /// Lays files on top: each replaces the one at the same path, an `images.yaml` replaces the images that it names.
    ///
    /// A manifest is taken away by an empty file at its path.
    ///
    /// # Errors
    /// All faults of the whole.
    pub fn overlay<P, C>(&self, files: impl IntoIterator<Item = (P, C)>) -> Result<Self, CatalogueErrors>
    where
        P: Into<String>,
        C: Into<Vec<u8>>,
    {
        load::load(self.files.clone(), self.images.clone(), files)
    }

    /// The same components without their conditions: what any configuration might switch on.
    #[must_use]
    pub fn with_open_gates(&self) -> Self {
        let mut open = self.clone();
        open.components.values_mut().for_each(|it| it.when.clear());
        open
    }

    /// The components, by name.
    pub fn components(&self) -> impl Iterator<Item = &Component> {
        self.components.values()
    }

    /// The component of that name.
    pub fn component(&self, name: &ComponentName) -> Option<&Component> {
        self.components.get(name)
    }

    /// The components, each behind all that it needs; names decide the rest.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = &Component> {
        self.order.iter().filter_map(|name| self.components.get(name))
    }

    /// Whether a template, or a macro that it may use, asks which API server there is.
    pub(crate) fn asks_for_version(&self, template: &str) -> bool {
        let macros =
            self.files.iter().filter(|(path, _)| role(path) == FileRole::Macros).map(|(_, text)| text.as_ref());
        self.source(template).into_iter().chain(macros).any(|it| it.contains("server_at_least"))
    }

    /// The images.
    pub fn images(&self) -> &Images {
        &self.images
    }

    /// The text of a file; `images.yaml` is read and not kept.
    pub(crate) fn source(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(AsRef::as_ref)
    }

    pub(crate) fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    pub(crate) fn templates(&self) -> &Templates {
        &self.templates
    }
}

#[cfg(test)]
mod tests {
    use ks_model::config::{ClusterConfiguration, Source};
    use ks_model::{Facts, Manifest};

    use super::*;
    use crate::{Desired, compile, yaml};

    const DASHBOARDS: &str = "monitoring/grafana/config-maps.yaml.j2";

    #[test]
    fn what_is_built_in_is_sound_as_a_whole() {
        let nothing: [(&str, &str); 0] = [];
        Catalogue::embedded().unwrap().overlay(nothing).unwrap();
        Catalogue::embedded_under(nothing).unwrap();
    }

    /// The templates of which the objects are known without rendering, with these.
    fn made(catalogue: &Catalogue) -> BTreeMap<&str, &Vec<Manifest>> {
        let files = catalogue.components().flat_map(|it| &it.manifests);
        let made = files.filter_map(|file| match &file.body {
            ManifestBody::Template { made: Some(made), .. } => Some((file.path.as_str(), made)),
            _ => None,
        });
        made.collect()
    }

    #[test]
    fn what_is_made_beforehand_is_what_rendering_gives() {
        let catalogue = Catalogue::embedded().unwrap();
        let renderer = catalogue.templates().renderer(BTreeMap::new(), "1.34".parse().unwrap());
        let found = made(&catalogue);
        assert!(found.contains_key(DASHBOARDS), "{:?}", found.keys());
        for (path, made) in found {
            let text = renderer.render(path, &serde_json::Value::Null).unwrap();
            let rendered = yaml::documents(path, &text).unwrap().into_iter();
            assert_eq!(made, &rendered.map(|it| Manifest::parse(it).unwrap()).collect::<Vec<_>>(), "{path}");
        }
    }

    #[test]
    fn what_a_template_reads_from_other_files_is_rendered_anew() {
        let embedded = Catalogue::embedded().unwrap();
        let over = |path: &str, text: &str| embedded.overlay([(path, text)]).unwrap();
        let is_made = |catalogue: &Catalogue| made(catalogue).contains_key(DASHBOARDS);
        assert!(is_made(&over("m/echo/component.yaml", "{ name: echo, description: Answers. }")));
        assert!(!is_made(&over("monitoring/grafana/files/dashboards.yaml", "[]")));
        assert!(!is_made(&over(DASHBOARDS, "")));
        let macros = embedded.source("shared/dashboard.j2").unwrap();
        assert!(!is_made(&over("shared/dashboard.j2", &format!("{macros}\n"))));
    }

    #[test]
    fn marks_in_place_are_those_that_are_put_on_what_is_wanted() {
        let files = [
            ("m/echo/component.yaml", "{ name: echo, description: Answers. }"),
            ("m/echo/a.yaml", "{ apiVersion: v1, kind: ConfigMap, metadata: { name: a, namespace: default } }"),
            ("m/echo/once/b.yaml", "{ apiVersion: v1, kind: ConfigMap, metadata: { name: b, namespace: default } }"),
            ("m/echo/c.yaml.j2", "{ apiVersion: v1, kind: ConfigMap, metadata: { name: c, namespace: default } }"),
        ];
        let text = r#"{ "apiVersion": "installer.kubesphere.io/v1alpha1", "kind": "ClusterConfiguration",
            "metadata": { "name": "ks-installer", "namespace": "kubesphere-system" }, "spec": {} }"#;
        let config = ClusterConfiguration::parse(&Source::new("cc.json", text)).unwrap().config;
        let wanted = |catalogue: &Catalogue| {
            let compiled = compile(catalogue, &config, &Facts::default()).unwrap();
            let desired = Desired::of(catalogue, compiled, Inventory::default()).unwrap();
            desired.manifests().cloned().collect::<Vec<_>>()
        };
        let plain = Catalogue::from_files(files).unwrap();
        let marked = plain.clone().marked(&Inventory::default());
        assert_eq!(wanted(&marked), wanted(&plain));
        let compiled = compile(&marked, &config, &Facts::default()).unwrap();
        let is_marked = compiled.bundles[0].objects.iter().map(|it| Inventory::default().has(it.manifest.value()));
        assert_eq!(
            is_marked.collect::<Vec<_>>(),
            [true, false, false],
            "neither what belongs to others nor a template"
        );
    }
}
