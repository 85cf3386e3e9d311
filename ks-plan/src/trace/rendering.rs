//! What the templates of one compile were rendered with, so that they can be rendered again with one value changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use ks_model::{ComponentName, Manifest, ObjectRef, ServerVersion};
use serde_json::Value;

use super::mutants::mutants;
use crate::catalogue::{Catalogue, Component, ManifestBody};
use crate::compile::settings::image_names;
use crate::images::ResolvedImage;
use crate::render::Renderer;
use crate::yaml::{self, SourceError};

/// The name under which the version of the API server shapes an object.
pub(super) const SERVER_VERSION: &str = "facts.version";

/// Two versions of which each is on another side of whatever a template asks for.
const VERSIONS: [ServerVersion; 2] =
    [ServerVersion { major: 1, minor: 0, patch: 0 }, ServerVersion { major: 1, minor: 999, patch: 0 }];

/// Holds the templates of a compile with all that they were rendered with.
#[derive(Clone)]
pub(crate) struct Rendering(Arc<Parts>);

struct Parts {
    renderer: Renderer,
    images: BTreeMap<String, ResolvedImage>,
    version: ServerVersion,
    files: BTreeMap<String, Template>,
    values: BTreeMap<ComponentName, Value>,
}

struct Template {
    component: ComponentName,
    source: String,
    reads: BTreeSet<String>,
    images: BTreeSet<String>,
}

/// The values may be secret.
impl fmt::Debug for Rendering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rendering({} templates)", self.0.files.len())
    }
}

/// Something that a template reads, and other values for it.
pub(super) struct Influence {
    /// The name of the setting.
    pub(super) name: String,
    /// The first variation that makes a difference tells enough.
    pub(super) is_unset: bool,
    /// The value is a mapping or a list: it shapes as one what it is written to.
    pub(super) is_container: bool,
    pub(super) variations: Vec<Variation>,
}

impl Influence {
    fn of_text(name: String, variations: Vec<Variation>) -> Self {
        Self { name, is_unset: false, is_container: false, variations }
    }
}

/// One value changed, all others as they are.
pub(super) enum Variation {
    Settings(Value),
    Images(BTreeMap<String, ResolvedImage>),
    Version(ServerVersion),
}

impl Rendering {
    /// Keeps what the components in `values` were rendered with.
    pub(crate) fn new(
        catalogue: &Catalogue,
        renderer: Renderer,
        images: BTreeMap<String, ResolvedImage>,
        version: ServerVersion,
        values: BTreeMap<ComponentName, Value>,
    ) -> Self {
        let components = values.keys().filter_map(|name| catalogue.component(name));
        let files = components.flat_map(|component| templates(catalogue, component)).collect();
        Self(Arc::new(Parts { renderer, images, version, files, values }))
    }

    /// The values that the templates of a component were rendered with.
    pub(crate) fn settings(&self, component: &ComponentName) -> Option<&Value> {
        self.0.values.get(component)
    }

    /// The images that templates could name.
    pub(crate) fn images(&self) -> &BTreeMap<String, ResolvedImage> {
        &self.0.images
    }

    /// The API server that they were rendered for.
    pub(crate) fn version(&self) -> ServerVersion {
        self.0.version
    }

    /// The source of a template; nothing for a file that is none.
    pub(super) fn source(&self, file: &str) -> Option<&str> {
        self.0.files.get(file).map(|it| it.source.as_str())
    }

    /// What the template reads, each with other values.
    pub(super) fn influences(&self, file: &str) -> Vec<Influence> {
        let Some(template) = self.0.files.get(file) else { return Vec::new() };
        let values = self.0.values.get(&template.component).unwrap_or(&Value::Null);
        let settings = template.reads.iter().filter_map(|name| {
            let path = locate(values, name)?;
            let now = path.iter().try_fold(values, |value, key| value.get(key))?;
            let variation = |mutant| Variation::Settings(replaced(values, &path, mutant));
            let variations = mutants(now).into_iter().map(variation).collect();
            let is_container = now.is_object() || now.is_array();
            Some(Influence { name: name.clone(), is_unset: now.is_null(), is_container, variations })
        });
        let images = template.images.iter().flat_map(|name| self.other_images(name));
        let version = Influence::of_text(SERVER_VERSION.into(), VERSIONS.map(Variation::Version).into());
        settings.chain(images).chain([version]).collect()
    }

    fn other_images(&self, image: &str) -> Vec<Influence> {
        let Some(now) = self.0.images.get(image) else { return Vec::new() };
        let with = |other: ResolvedImage| {
            let mut images = self.0.images.clone();
            images.insert(image.to_owned(), other);
            vec![Variation::Images(images)]
        };
        let mut repository = now.clone();
        repository.repository.push_str("-ks-explain");
        let mut tag = now.clone();
        tag.tag.push_str("-ks-explain");
        let [repository_name, tag_name] = image_names(image);
        vec![Influence::of_text(repository_name, with(repository)), Influence::of_text(tag_name, with(tag))]
    }

    /// The text of a template, under a variation if there is one.
    pub(super) fn render(&self, file: &str, variation: Option<&Variation>) -> Result<String, SourceError> {
        let renderer = &self.0.renderer;
        let values = self.values(file);
        match variation {
            None => renderer.render(file, values),
            Some(Variation::Settings(other)) => renderer.render(file, other),
            Some(Variation::Images(images)) => renderer.with_images(images.clone()).render(file, values),
            Some(Variation::Version(version)) => renderer.with_version(*version).render(file, values),
        }
    }

    /// The text of a template with another source, which may read the variation under the second names beside all as it is.
    pub(super) fn render_source(
        &self,
        file: &str,
        source: String,
        variation: Option<&Variation>,
    ) -> Result<String, SourceError> {
        let values = self.values(file);
        let renderer = match variation {
            Some(Variation::Images(images)) => self.0.renderer.with_images_beside(images.clone()),
            _ => self.0.renderer.clone(),
        };
        let renderer = renderer.with_source(file, source)?;
        match variation {
            Some(Variation::Settings(other)) => renderer.render_beside(file, values, other),
            _ => renderer.render(file, values),
        }
    }

    fn values(&self, file: &str) -> &Value {
        let component = self.0.files.get(file).map(|it| &it.component);
        component.and_then(|it| self.0.values.get(it)).unwrap_or(&Value::Null)
    }
}

/// The objects of a text; nothing when it holds anything else.
pub(super) fn objects(file: &str, text: &str) -> Option<BTreeMap<ObjectRef, Manifest>> {
    let documents = yaml::documents(file, text).ok()?;
    let object = |value| Manifest::parse(value).ok().map(|it| (it.object().clone(), it));
    documents.into_iter().map(object).collect()
}

fn templates(catalogue: &Catalogue, component: &Component) -> Vec<(String, Template)> {
    let template = |path: &str, reads: &BTreeSet<String>, images: &BTreeSet<String>| Template {
        component: component.name.clone(),
        source: catalogue.source(path).unwrap_or_default().to_owned(),
        reads: reads.clone(),
        images: images.clone(),
    };
    let files = component.manifests.iter().filter_map(|file| match &file.body {
        ManifestBody::Template { reads, images, .. } => Some((file.path.clone(), template(&file.path, reads, images))),
        ManifestBody::Static(_) => None,
    });
    files.collect()
}

/// The keys that lead to a value told as `resources.limits.cpu`; a key may hold dots itself.
fn locate(values: &Value, name: &str) -> Option<Vec<String>> {
    let members = values.as_object()?;
    if members.contains_key(name) {
        return Some(vec![name.to_owned()]);
    }
    members.iter().find_map(|(key, member)| {
        let rest = name.strip_prefix(key.as_str())?.strip_prefix('.')?;
        let below = locate(member, rest)?;
        Some(std::iter::once(key.clone()).chain(below).collect())
    })
}

fn replaced(values: &Value, path: &[String], value: Value) -> Value {
    let mut whole = values.clone();
    let place = path.iter().try_fold(&mut whole, |place, key| place.get_mut(key));
    if let Some(place) = place {
        *place = value;
    }
    whole
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_may_hold_dots() {
        let values = json!({ "a": { "b": 1, "x.io/y": { "c": 2 } } });
        assert_eq!(locate(&values, "a.b").unwrap(), ["a", "b"]);
        assert_eq!(locate(&values, "a.x.io/y.c").unwrap(), ["a", "x.io/y", "c"]);
        assert_eq!(locate(&values, "a.z"), None);
        assert_eq!(replaced(&values, &["a".into(), "b".into()], json!(2))["a"]["b"], 2);
    }
}
