//! One field: its value, and what gave it.

use std::collections::BTreeSet;

use ks_model::{ComponentName, DesiredObject, ObjectRef};
use serde::Serialize;
use serde_json::{Value, json};

use super::query::{Reach, reach};
use super::{Explainer, Part, SettingStory, Shaped};
use crate::inventory::{COMPONENT, PART_OF};
use crate::structured::{FieldPath, PathElement, differences, lookup};
use crate::trace::lines::{self, Reading};
use crate::trace::{Trace, touches};

/// For how many fields the lines of the file are looked for.
const FEW: usize = 12;

/// Explains a field of an object and all below it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FieldStory {
    /// The object.
    pub object: ObjectRef,
    /// The component that wants it.
    pub component: ComponentName,
    /// The file of the catalogue that it comes from.
    pub file: String,
    /// The leaves: the field itself, or all below it.
    pub leaves: Vec<LeafStory>,
    /// The settings that shape them.
    pub settings: Vec<SettingStory>,
}

/// Explains one leaf.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct LeafStory {
    /// The field as plans print it.
    pub field: String,
    /// The value; masked when it is secret, absent when the field is not set as things are.
    pub value: Option<Value>,
    /// What wrote it.
    pub written: Written,
}

/// Says what wrote a leaf.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "by", rename_all = "camelCase")]
#[non_exhaustive]
pub enum Written {
    /// Settings: with another value of each of them it would be otherwise.
    Settings {
        /// The settings.
        readers: Vec<Reader>,
    },
    /// The file of the catalogue; no setting changes it.
    Catalogue {
        /// The line, where it is certain.
        line: Option<u32>,
    },
    /// `ks` itself, which marks the objects that it owns.
    Mark,
}

/// Names a setting and the lines of the template that read it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reader {
    /// The name of the setting.
    pub setting: String,
    /// The lines, where they are certain.
    pub lines: Vec<u32>,
}

/// Says that an object has no such field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{object} has no field `{field}`")]
pub struct NoSuchField {
    /// The object.
    pub object: Box<ObjectRef>,
    /// The field as it was asked for.
    pub field: String,
    /// Fields that the object has, from where the path goes astray.
    pub near: Vec<String>,
}

pub(super) fn story(
    explainer: &Explainer<'_>,
    part: &Part<'_>,
    wanted: &DesiredObject,
    field: &str,
) -> Result<FieldStory, NoSuchField> {
    let object = wanted.manifest.object();
    let trace = explainer.trace(part, &wanted.file);
    let paths = paths(explainer, wanted, &trace);
    let value = wanted.manifest.value();
    let reached = |with: Reach| paths.iter().filter(move |it| reach(field, it, value) == Some(with));
    let covered: Vec<&FieldPath> = reached(Reach::Covers).collect();
    let found = if covered.is_empty() { reached(Reach::Inside).collect() } else { covered };
    if found.is_empty() {
        return Err(NoSuchField {
            object: Box::new(object.clone()),
            field: field.to_owned(),
            near: near(field, &paths, value),
        });
    }
    let teller = Teller::new(explainer, part, wanted, &trace, &found);
    let leaves: Vec<LeafStory> = found.iter().map(|path| teller.leaf(path)).collect();
    let names: BTreeSet<&str> = leaves.iter().flat_map(readers).map(|it| it.setting.as_str()).collect();
    let shapes = |setting: &str| {
        let fields =
            trace.fields(object, setting).filter(|it| leaves.iter().any(|leaf| touches(&leaf.field, &it.to_string())));
        Shaped::new(object, fields).into_iter().collect()
    };
    let settings = explainer.settings(part, names, shapes);
    let (component, file) = (part.component.name.clone(), wanted.file.clone());
    Ok(FieldStory { object: object.clone(), component, file, leaves, settings })
}

fn readers(leaf: &LeafStory) -> &[Reader] {
    match &leaf.written {
        Written::Settings { readers } => readers,
        _ => &[],
    }
}

/// The leaves of an object, and the fields that it would have with another value of a setting.
fn paths(explainer: &Explainer<'_>, wanted: &DesiredObject, trace: &Trace) -> Vec<FieldPath> {
    let (object, value) = (wanted.manifest.object(), wanted.manifest.value());
    let mut paths: Vec<FieldPath> = differences(&json!({}), value, explainer.desired.type_of(&wanted.manifest))
        .into_iter()
        .map(|it| it.path)
        .collect();
    let shaped: BTreeSet<&FieldPath> = trace.settings(object).flat_map(|it| trace.fields(object, it)).collect();
    let texts: Vec<String> = paths.iter().map(ToString::to_string).collect();
    let is_missing = |path: &&&FieldPath| {
        let text = path.to_string();
        !path.0.is_empty() && !texts.iter().any(|it| touches(it, &text))
    };
    paths.extend(shaped.iter().filter(is_missing).map(|it| (*it).clone()));
    paths
}

/// Fields that begin as the path does, as far as it leads anywhere.
fn near(field: &str, paths: &[FieldPath], value: &Value) -> Vec<String> {
    let mut query = field;
    while let Some(at) = query.rfind(['.', '[']).filter(|it| *it > 0) {
        query = &query[..at];
        let reached: Vec<&FieldPath> =
            paths.iter().filter(|it| reach(query, it, value) == Some(Reach::Covers)).collect();
        if !reached.is_empty() {
            return reached.into_iter().take(5).map(ToString::to_string).collect();
        }
    }
    let tops: BTreeSet<String> = paths.iter().filter_map(|it| it.0.first()).map(ToString::to_string).collect();
    tops.into_iter().collect()
}

/// What all leaves of one story share.
struct Teller<'t> {
    explainer: &'t Explainer<'t>,
    part: &'t Part<'t>,
    wanted: &'t DesiredObject,
    trace: &'t Trace,
    readings: Vec<Reading>,
    tells_lines: bool,
}

impl<'t> Teller<'t> {
    fn new(
        explainer: &'t Explainer<'t>,
        part: &'t Part<'t>,
        wanted: &'t DesiredObject,
        trace: &'t Trace,
        found: &[&FieldPath],
    ) -> Self {
        let object = wanted.manifest.object();
        let tells_lines = found.len() <= FEW;
        let texts = found.iter().map(ToString::to_string);
        let names: BTreeSet<&str> = texts.flat_map(|it| trace.shaping(object, &it).collect::<Vec<_>>()).collect();
        let readings = if tells_lines {
            lines::readings(&part.rendering, &wanted.file, explainer.desired.schemas(), object, &names)
        } else {
            Vec::new()
        };
        Self { explainer, part, wanted, trace, readings, tells_lines }
    }

    fn leaf(&self, path: &FieldPath) -> LeafStory {
        let object = self.wanted.manifest.object();
        let value = lookup(self.wanted.manifest.value(), path);
        let secrecy = self.explainer.desired.secrecy(object);
        let told = value.map(|it| self.explainer.mask.field(&secrecy, path, it));
        LeafStory { field: path.to_string(), value: told, written: self.written(path, value) }
    }

    fn written(&self, path: &FieldPath, value: Option<&Value>) -> Written {
        let (object, text) = (self.wanted.manifest.object(), path.to_string());
        if is_mark(path) {
            return Written::Mark;
        }
        // Whether the object is there at all is a question of the object, not of this field.
        let is_own = |it: &&str| {
            self.trace.is_untried(it)
                || self.trace.fields(object, it).any(|field| !field.0.is_empty() && touches(&field.to_string(), &text))
        };
        let names: Vec<&str> = self.trace.settings(object).filter(is_own).collect();
        if names.is_empty() {
            return Written::Catalogue { line: value.and_then(|it| self.line(path, it)) };
        }
        let lines = |name: &str| -> BTreeSet<u32> {
            let here = self.readings.iter().filter(|it| it.setting == name && it.is_for(&text));
            here.map(|it| it.line).collect()
        };
        let reader = |name: &str| Reader { setting: name.to_owned(), lines: lines(name).into_iter().collect() };
        Written::Settings { readers: names.into_iter().map(reader).collect() }
    }

    fn line(&self, path: &FieldPath, value: &Value) -> Option<u32> {
        let file = &self.wanted.file;
        let source = self.explainer.catalogue.source(file).filter(|_| self.tells_lines)?;
        let is_template = !self.wanted.settings.is_empty() || file.ends_with(".j2");
        lines::of_field(source, self.wanted.manifest.object(), path, value, |text| {
            if is_template { self.part.rendering.objects_of(file, text) } else { lines::static_objects(file, &text) }
        })
    }
}

/// Whether a field is a label by which `ks` marks each object that it owns.
fn is_mark(path: &FieldPath) -> bool {
    let [PathElement::Field(metadata), PathElement::Field(labels), PathElement::Field(name)] = path.0.as_slice() else {
        return false;
    };
    metadata == "metadata" && labels == "labels" && [PART_OF, COMPONENT].contains(&name.as_str())
}
