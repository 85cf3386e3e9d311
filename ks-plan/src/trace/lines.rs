//! In which line of a file something is written.
//!
//! A line is told only when it is certain: the text is changed at one place and rendered again, and what comes out
//! otherwise is what that place writes.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::{Manifest, ObjectRef};
use regex_lite::Regex;
use serde_json::Value;

use super::rendering::{Rendering, Variation, objects};
use super::{Base, touches};
use crate::render::{IMAGE_FUNCTIONS, OTHER};
use crate::structured::{FieldPath, PathElement, Schemas, lookup};

/// A key that nothing is called.
const RENAMED: &str = "ks-explain-";

/// How many places of one file are tried before a line stays untold.
const MOST: usize = 60;

/// Tells that one line of a template reads a setting for some fields of an object.
pub(crate) struct Reading {
    /// The line, counted from one.
    pub(crate) line: u32,
    /// The setting.
    pub(crate) setting: String,
    fields: BTreeSet<FieldPath>,
}

impl Reading {
    /// Whether the setting is read here for the field at `path`, something in it, or something around it.
    pub(crate) fn is_for(&self, path: &str) -> bool {
        self.fields.iter().any(|it| !it.0.is_empty() && touches(&it.to_string(), path))
    }
}

/// The lines of a template that read these settings, with the fields of an object that each of them shapes.
pub(crate) fn readings(
    rendering: &Rendering,
    file: &str,
    schemas: &Schemas,
    object: &ObjectRef,
    settings: &BTreeSet<&str>,
) -> Vec<Reading> {
    let (Some(source), Ok(text)) = (rendering.source(file), rendering.render(file, None)) else { return Vec::new() };
    let Some(objects) = objects(file, &text) else { return Vec::new() };
    let base = Base { text: &text, objects, schemas };
    let mut found = Vec::new();
    for influence in rendering.influences(file).iter().filter(|it| settings.contains(it.name.as_str())) {
        let first = influence.variations.first();
        for at in first.into_iter().flat_map(|it| places(source, &influence.name, it)) {
            let changed = format!("{}{OTHER}{}", &source[..at], &source[at..]);
            let fields = influence.variations.iter().filter_map(|variation| {
                let text = rendering.render_source(file, changed.clone(), Some(variation)).ok()?;
                base.compare(file, &text)?.remove(object)
            });
            let (fields, setting) = (fields.flatten().collect(), influence.name.clone());
            found.push(Reading { line: line(source, at), setting, fields });
        }
    }
    found
}

/// The places in a template that read a setting: where `settings.name` or `image("name")` begins.
fn places(source: &str, setting: &str, variation: &Variation) -> impl Iterator<Item = usize> {
    let pattern = match variation {
        Variation::Settings(_) => {
            let name = setting.split('.').next().unwrap_or(setting);
            format!(r#"\b(settings)(?:\.{name}\b|\[\s*["']{name}["']\s*\])"#)
        }
        Variation::Images(_) => {
            let image = setting.trim_start_matches("images.");
            let image = image.rsplit_once('.').map_or(image, |(name, _)| name);
            format!(r#"\b({})\s*\(\s*["']{}["']"#, IMAGE_FUNCTIONS.join("|"), escaped(image))
        }
        Variation::Version(_) => return Vec::new().into_iter(),
    };
    let found = Regex::new(&pattern).map(|it| it.find_iter(source).map(|it| it.start()).take(MOST).collect());
    found.unwrap_or_else(|_| Vec::new()).into_iter()
}

/// The line of a file that writes the field at `path` by its name, counted from one.
///
/// `render` gives the objects that a changed text of the file makes.
pub(crate) fn of_field(
    source: &str,
    object: &ObjectRef,
    path: &FieldPath,
    value: &Value,
    render: impl Fn(String) -> Option<BTreeMap<ObjectRef, Manifest>>,
) -> Option<u32> {
    let (PathElement::Field(name), parent) = (path.0.last()?, &path.0[..path.0.len().checked_sub(1)?]) else {
        return None;
    };
    let parent = FieldPath(parent.to_vec());
    let renamed = format!("{RENAMED}{name}");
    let is_written_at = |(at, length): &(usize, usize)| {
        let quoted = format!("\"{renamed}\"");
        let changed = format!("{}{quoted}{}", &source[..*at], &source[at + length..]);
        let Some(objects) = render(changed) else { return false };
        let Some(map) = objects.get(object).and_then(|it| lookup(it.value(), &parent)) else { return false };
        map.get(&renamed) == Some(value) && map.get(name).is_none()
    };
    keys(source, name).into_iter().take(MOST).find(is_written_at).map(|(at, _)| line(source, at))
}

/// Where a key of that name stands, with its length in the text.
fn keys(source: &str, name: &str) -> Vec<(usize, usize)> {
    let pattern = format!(r#"(?m)(?:^|[\s\{{,])("{0}"|'{0}'|{0})\s*:(?:\s|$)"#, escaped(name));
    let Ok(pattern) = Regex::new(&pattern) else { return Vec::new() };
    pattern.captures_iter(source).filter_map(|it| it.get(1)).map(|it| (it.start(), it.len())).collect()
}

fn escaped(text: &str) -> String {
    let special = |c: char| !c.is_ascii_alphanumeric() && c.is_ascii() && !matches!(c, '_' | '-' | '/');
    text.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect()
}

fn line(source: &str, at: usize) -> u32 {
    u32::try_from(source[..at].matches('\n').count() + 1).unwrap_or(u32::MAX)
}

impl Rendering {
    /// The objects of a template with another source; nothing when it cannot be rendered.
    pub(crate) fn objects_of(&self, file: &str, source: String) -> Option<BTreeMap<ObjectRef, Manifest>> {
        objects(file, &self.render_source(file, source, None).ok()?)
    }
}

/// The objects of a file without a template.
pub(crate) fn static_objects(file: &str, source: &str) -> Option<BTreeMap<ObjectRef, Manifest>> {
    objects(file, source)
}
