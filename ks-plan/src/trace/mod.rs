//! Which setting shapes which field of an object.
//!
//! Rendering is a pure function of a template and its values, so it can be asked: the template is rendered again with the
//! value of one setting replaced, everything else as it is, and the fields that come out otherwise are those that the setting
//! shapes. What is found is certain. A setting that shows in a field only together with a change of another one, like the
//! second half of `{% if a and b %}` while both are false, shapes nothing as things are.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::{Manifest, ObjectRef};
use rayon::prelude::*;

use crate::structured::{FieldPath, PathElement, Schemas, altered};

pub(crate) mod lines;
mod mutants;
mod rendering;

pub(crate) use rendering::Rendering;
use rendering::{Influence, objects};

/// Tells which settings shape which fields of the objects of one file.
///
/// [`Desired::trace`](crate::Desired::trace) makes it.
///
/// # Example
/// ```
/// use ks_model::config::{ClusterConfiguration, Source};
/// use ks_model::Facts;
/// use ks_plan::{Catalogue, Desired, Inventory, compile};
///
/// let catalogue = Catalogue::from_files([
///     ("m/echo/component.yaml", "{ name: echo, description: Answers., settings: { port: { default: 80 } } }"),
///     ("m/echo/map.yaml.j2", "
/// { apiVersion: v1, kind: ConfigMap, metadata: { name: echo, namespace: default },
///   data: { args: {{ '--port=' ~ settings.port }}, note: none } }"),
/// ])?;
/// let text = r#"{ "apiVersion": "installer.kubesphere.io/v1alpha1", "kind": "ClusterConfiguration",
///     "metadata": { "name": "ks-installer", "namespace": "kubesphere-system" }, "spec": {} }"#;
/// let config = ClusterConfiguration::parse(&Source::new("cc.json", text))?.config;
/// let compiled = compile(&catalogue, &config, &Facts::default())?;
/// let desired = Desired::of(&catalogue, compiled, Inventory::default())?;
///
/// let echo = desired.manifests().next().unwrap().object();
/// let trace = desired.trace("m/echo/map.yaml.j2").unwrap();
/// assert_eq!(trace.shaping(echo, ".data.args").collect::<Vec<_>>(), ["port"]);
/// assert_eq!(trace.shaping(echo, ".data.note").count(), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    shaped: BTreeMap<ObjectRef, BTreeMap<String, BTreeSet<FieldPath>>>,
    untried: BTreeSet<String>,
}

impl Trace {
    /// The settings that shape the field at `path`, something in it, or the whole object. A path is written as plans print it.
    pub fn shaping(&self, object: &ObjectRef, path: &str) -> impl Iterator<Item = &str> {
        let settings = self.shaped.get(object).into_iter().flatten();
        let path = path.to_owned();
        settings
            .filter(move |(_, fields)| fields.iter().any(|it| touches(&it.to_string(), &path)))
            .map(|it| it.0.as_str())
    }

    /// The fields of an object that a setting shapes. The empty path is the object: without the setting as it is, it would
    /// not be there, or under another name. A field need not be set as things are.
    pub fn fields(&self, object: &ObjectRef, setting: &str) -> impl Iterator<Item = &FieldPath> {
        self.shaped.get(object).and_then(|it| it.get(setting)).into_iter().flatten()
    }

    /// The settings that shape an object. `facts.version` is among them when the template asks for the version of the server.
    pub fn settings(&self, object: &ObjectRef) -> impl Iterator<Item = &str> {
        self.shaped.get(object).into_iter().flat_map(|it| it.keys().map(String::as_str))
    }

    /// The objects of the file that some setting shapes, also those that are not there as things are.
    pub fn objects(&self) -> impl Iterator<Item = &ObjectRef> {
        self.shaped.keys()
    }

    /// Whether the template took no other value of the setting, so that it counts for whole objects.
    pub fn is_untried(&self, setting: &str) -> bool {
        self.untried.contains(setting)
    }

    fn add(&mut self, object: &ObjectRef, setting: &str, fields: BTreeSet<FieldPath>) {
        if !fields.is_empty() {
            let settings = self.shaped.entry(object.clone()).or_default();
            settings.entry(setting.to_owned()).or_default().extend(fields);
        }
    }
}

/// Whether two paths name the same field, or one of them a field inside of the other.
pub(crate) fn touches(a: &str, b: &str) -> bool {
    let leads = |short: &str, long: &str| {
        long.strip_prefix(short).is_some_and(|rest| short.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']))
    };
    leads(a, b) || leads(b, a)
}

/// The fields that stand in no other one of them. The object as a whole does not count.
fn outermost(fields: &BTreeSet<FieldPath>) -> BTreeSet<FieldPath> {
    let is_inside = |inner: &FieldPath| {
        fields.iter().any(|it| !it.0.is_empty() && it.0.len() < inner.0.len() && inner.0.starts_with(&it.0))
    };
    fields.iter().filter(|it| !is_inside(it)).cloned().collect()
}

/// Traces the settings of one template; `None` when the file is no template.
pub(crate) fn trace(rendering: &Rendering, file: &str, schemas: &Schemas) -> Option<Trace> {
    rendering.source(file)?;
    let text = rendering.render(file, None).ok()?;
    let base = Base { text: &text, objects: objects(file, &text)?, schemas };
    let mut trace = Trace::default();
    let tried = |it: Influence| (base.shaped_by(rendering, file, &it), it);
    let found: Vec<(Option<Fields>, Influence)> = rendering.influences(file).into_par_iter().map(tried).collect();
    for (found, influence) in found {
        let found = found.unwrap_or_else(|| {
            trace.untried.insert(influence.name.clone());
            base.whole()
        });
        for (object, fields) in found {
            trace.add(&object, &influence.name, if influence.is_container { outermost(&fields) } else { fields });
        }
    }
    Some(trace)
}

type Fields = BTreeMap<ObjectRef, BTreeSet<FieldPath>>;

/// What a template gives as things are.
struct Base<'a> {
    text: &'a str,
    objects: BTreeMap<ObjectRef, Manifest>,
    schemas: &'a Schemas,
}

impl Base<'_> {
    /// The fields that come out otherwise under some variation; `None` when the template takes none of them.
    fn shaped_by(&self, rendering: &Rendering, file: &str, influence: &Influence) -> Option<Fields> {
        let mut fields = None;
        for variation in &influence.variations {
            let Ok(text) = rendering.render(file, Some(variation)) else { continue };
            let Some(found) = self.compare(file, &text) else { continue };
            let is_telling = !found.is_empty();
            let all: &mut Fields = fields.get_or_insert_default();
            found.into_iter().for_each(|(object, paths)| all.entry(object).or_default().extend(paths));
            if influence.is_unset && is_telling {
                break;
            }
        }
        fields
    }

    /// The fields that differ in another text of the template; `None` when it holds no objects.
    fn compare(&self, file: &str, text: &str) -> Option<Fields> {
        if text == self.text {
            return Some(Fields::new());
        }
        let others = objects(file, text)?;
        let whole = |object: &ObjectRef| (object.clone(), BTreeSet::from([FieldPath::default()]));
        let is_new = |it: &&ObjectRef| !self.objects.keys().any(|known| is_namesake(known, it));
        let added = others.keys().filter(is_new).map(whole);
        let shared = self.objects.iter().map(|(object, manifest)| match others.get(object) {
            Some(other) => {
                let ty = self.schemas.of(&object.kind, manifest.version());
                (object.clone(), altered(manifest.value(), other.value(), ty, &mutants::is_made_up))
            }
            None if others.keys().any(|it| is_namesake(object, it)) => {
                let group = FieldPath(vec![PathElement::field("apiVersion")]);
                (object.clone(), BTreeSet::from([group]))
            }
            None => whole(object),
        });
        Some(shared.chain(added).filter(|(_, fields)| !fields.is_empty()).collect())
    }

    fn whole(&self) -> Fields {
        self.objects.keys().map(|it| (it.clone(), BTreeSet::from([FieldPath::default()]))).collect()
    }
}

/// Whether two objects differ in nothing but the group of their kind, which is part of the field `apiVersion`.
fn is_namesake(a: &ObjectRef, b: &ObjectRef) -> bool {
    (&a.kind.kind, &a.namespace, &a.name) == (&b.kind.kind, &b.namespace, &b.name)
}

#[cfg(test)]
mod tests;
