//! Settings: the values that templates read, each with where it came from.

use std::collections::{BTreeMap, BTreeSet};

use ks_model::config::FieldOrigin;
use ks_model::{Origin, Setting};
use serde_json::{Map, Value, json};

use super::{CompileError, Inputs, at};
use crate::catalogue::{Component, ManifestBody, SettingRule, leaves};
use crate::generated;

/// Holds the settings of one component.
pub(super) struct Settings {
    /// What templates read as `settings`.
    pub(super) values: Value,
    /// The same by name, leaves and images on their own, with where each came from.
    pub(super) told: BTreeMap<String, Setting>,
}

/// The names under which the parts of the reference of an image are told: each follows fields of its own.
pub(crate) fn image_names(image: &str) -> [String; 2] {
    [format!("images.{image}.repository"), format!("images.{image}.tag")]
}

/// Resolves the settings of a component: explicit configuration, then live value, then default.
pub(super) fn resolve(component: &Component, inputs: &Inputs<'_>) -> Result<Settings, CompileError> {
    let mut values = Map::new();
    let mut told = images(component, inputs);
    for (name, rule) in &component.settings {
        let value = if rule.leaves {
            resolve_leaves(name, rule, inputs, &mut told)
        } else {
            let setting = resolve_one(component, rule, inputs)?;
            let value = setting.value.clone();
            told.insert(name.clone(), setting);
            value
        };
        values.insert(name.clone(), value);
    }
    Ok(Settings { values: Value::Object(values), told })
}

fn resolve_one(component: &Component, rule: &SettingRule, inputs: &Inputs<'_>) -> Result<Setting, CompileError> {
    if let Some(request) = &rule.certificate {
        return Ok(generated::setting(request, inputs.certificates.get(&request.secret)));
    }
    if let Some(search) = &rule.find {
        let found = inputs.found.get(search).map(Vec::as_slice).unwrap_or_default();
        return Ok(Setting { value: json!(found), origin: Origin::Found { search: search.clone() } });
    }
    if let Some(setting) = rule.from.iter().find_map(|path| configured(path, rule, inputs)) {
        return Ok(setting);
    }
    let mut kept = rule.keep.iter().filter_map(|field| inputs.kept.get(field).map(|value| (field, value)));
    if let Some((field, value)) = kept.find(|(_, value)| !value.is_null()) {
        return Ok(Setting { value: value.clone(), origin: Origin::Kept { field: field.clone() } });
    }
    let Some(expression) = &rule.compute else {
        let value = rule.default.clone().unwrap_or(Value::Null);
        return Ok(Setting { value, origin: Origin::Default { expression: None } });
    };
    let value = inputs.expressions.value(expression).map_err(|message| CompileError::Expression {
        component: component.name.clone(),
        expression: expression.clone(),
        message,
    })?;
    Ok(Setting { value, origin: Origin::Default { expression: Some(expression.clone()) } })
}

/// Resolves each leaf of the default on its own and puts them together again.
fn resolve_leaves(name: &str, rule: &SettingRule, inputs: &Inputs<'_>, told: &mut BTreeMap<String, Setting>) -> Value {
    let mut whole = Value::Object(Map::new());
    for (path, default) in rule.default.iter().flat_map(leaves) {
        let below = path.join(".");
        let set = rule.from.iter().find_map(|from| configured(&format!("{from}.{below}"), rule, inputs));
        let setting =
            set.unwrap_or_else(|| Setting { value: default.clone(), origin: Origin::Default { expression: None } });
        insert(&mut whole, &path, setting.value.clone());
        told.insert(format!("{name}.{below}"), setting);
    }
    whole
}

fn configured(path: &str, rule: &SettingRule, inputs: &Inputs<'_>) -> Option<Setting> {
    let value = at(inputs.configuration.spec(), path)?;
    if rule.blank_is_unset && value.as_str() == Some("") {
        return None;
    }
    Some(Setting { value: value.clone(), origin: written(path, inputs) })
}

fn written(path: &str, inputs: &Inputs<'_>) -> Origin {
    match inputs.configuration.origin(path) {
        Some(FieldOrigin { field, location }) => Origin::Configured { field, location },
        None => Origin::Configured { field: path.to_owned(), location: None },
    }
}

fn insert(whole: &mut Value, path: &[&str], value: Value) {
    let mut place = whole;
    for key in path {
        place = &mut place[*key];
    }
    *place = value;
}

/// The images that the templates of a component name, so that a moved registry has its reason.
fn images(component: &Component, inputs: &Inputs<'_>) -> BTreeMap<String, Setting> {
    let named = component.manifests.iter().flat_map(|file| match &file.body {
        ManifestBody::Template { images, .. } => images.iter().collect(),
        ManifestBody::Static(_) => BTreeSet::new(),
    });
    let told = |value: &str, by: Option<&String>| {
        let origin = by.map_or(Origin::Default { expression: None }, |field| written(field, inputs));
        Setting { value: Value::from(value), origin }
    };
    let images = named.filter_map(|name| Some((image_names(name), inputs.images.get(name)?)));
    let parts = images.flat_map(|([repository, tag], image)| {
        [
            (repository, told(&image.repository, image.repository_by.as_ref())),
            (tag, told(&image.tag, image.tag_by.as_ref())),
        ]
    });
    parts.collect()
}
