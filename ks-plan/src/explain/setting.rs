//! Settings: what they are, where they come from, where else they could, and what they shape.

use ks_model::config::spellings;
use ks_model::{LiveField, LiveSearch, ObjectRef, Origin, SecretName, Setting};
use serde::Serialize;
use serde_json::Value;

use crate::catalogue::{Catalogue, Component, SettingRule};
use crate::compile::Inputs;
use crate::compile::clue::{Clue, clues};
use crate::compile::settings::image_names;
use crate::structured::FieldPath;

/// Tells one setting of a component.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SettingStory {
    /// The name.
    pub name: String,
    /// What it means, where the component says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The value; masked when it stands in a Secret.
    pub value: Value,
    /// Where the value came from.
    pub origin: Origin,
    /// What the default was computed from.
    pub computed_from: Vec<Clue>,
    /// Everything that could give the value, the strongest first.
    pub sources: Vec<SettingSource>,
    /// The fields that it shapes.
    pub shapes: Vec<Shaped>,
}

/// Names something that can give a setting its value.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "from", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum SettingSource {
    /// A field of the configuration, in one of its spellings.
    Configuration {
        /// The field.
        field: String,
    },
    /// A field of a live object.
    Live {
        /// The field.
        field: LiveField,
    },
    /// A field of every live object of a kind that has it.
    Search {
        /// The search.
        search: LiveSearch,
    },
    /// An expression of the component.
    Expression {
        /// The expression.
        expression: String,
    },
    /// A value of the catalogue.
    Default {
        /// The value.
        value: Value,
    },
    /// A certificate that apply makes, or that the cluster has.
    Certificate {
        /// The Secret that holds it.
        secret: SecretName,
    },
    /// An image as it is published, in the registry and namespace that the configuration names.
    Published {
        /// Where it is published.
        repository: String,
        /// The fields that move it.
        moved_by: Vec<String>,
    },
}

/// Tells which fields of one object a setting shapes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Shaped {
    /// The object.
    pub object: ObjectRef,
    /// The fields as plans print them. The empty text is the object as a whole: whether it is there, and under which name.
    pub fields: Vec<String>,
}

impl Shaped {
    pub(super) fn new<'f>(object: &ObjectRef, fields: impl Iterator<Item = &'f FieldPath>) -> Option<Self> {
        let fields: Vec<String> = fields.map(ToString::to_string).collect();
        (!fields.is_empty()).then(|| Self { object: object.clone(), fields })
    }
}

/// What is known of a setting; `hide` masks what may be told of its value.
pub(super) fn story(
    (catalogue, component, inputs): (&Catalogue, &Component, &Inputs<'_>),
    (name, setting): (&str, &Setting),
    shapes: Vec<Shaped>,
    hide: impl Fn(&Value) -> Value,
) -> SettingStory {
    let computed_from = match &setting.origin {
        Origin::Default { expression: Some(expression) } => clues(expression, inputs),
        _ => Vec::new(),
    };
    let mut sources = sources(catalogue, component, name);
    for source in &mut sources {
        if let SettingSource::Default { value } = source {
            *value = hide(value);
        }
    }
    let (value, origin) = (hide(&setting.value), setting.origin.clone());
    let description = rule(component, name).and_then(|(_, rule)| rule.description.clone());
    SettingStory { name: name.to_owned(), description, value, origin, computed_from, sources, shapes }
}

/// The rule that gives the value of this name, with its own name.
fn rule<'c>(component: &'c Component, name: &str) -> Option<(&'c String, &'c SettingRule)> {
    component.settings.iter().find(|(root, rule)| rule.value_names(root).iter().any(|it| it == name))
}

fn sources(catalogue: &Catalogue, component: &Component, name: &str) -> Vec<SettingSource> {
    if let Some(found) = image_sources(catalogue, name) {
        return found;
    }
    let Some((root, rule)) = rule(component, name) else { return Vec::new() };
    let below = name.strip_prefix(root.as_str()).unwrap_or_default();
    let fields = rule.from.iter().flat_map(|path| spellings(&format!("{path}{below}")));
    let default = rule.default.as_ref().map(|whole| {
        let leaf =
            crate::catalogue::leaves(whole).into_iter().find(|(path, _)| format!(".{}", path.join(".")) == below);
        leaf.filter(|_| rule.leaves).map_or(whole, |(_, value)| value).clone()
    });
    fields
        .map(|field| SettingSource::Configuration { field })
        .chain(rule.keep.iter().map(|field| SettingSource::Live { field: field.clone() }))
        .chain(rule.find.iter().map(|search| SettingSource::Search { search: search.clone() }))
        .chain(rule.compute.iter().map(|it| SettingSource::Expression { expression: it.clone() }))
        .chain(default.map(|value| SettingSource::Default { value }))
        .chain(rule.certificate.iter().map(|it| SettingSource::Certificate { secret: it.secret.clone() }))
        .collect()
}

/// What decides on an image: a variable of its own, else the table of images and the settings of the registry.
fn image_sources(catalogue: &Catalogue, name: &str) -> Option<Vec<SettingSource>> {
    let image = name.strip_prefix("images.")?.rsplit_once('.')?.0;
    let published = catalogue.images().get(image)?;
    let [repository, _] = image_names(image);
    let own = |part: &str| SettingSource::Configuration { field: format!("{image}_{part}") };
    Some(if name == repository {
        let moved_by = ["namespace_override", "zone", "local_registry"].map(str::to_owned).into();
        vec![own("repo"), SettingSource::Published { repository: published.repository.clone(), moved_by }]
    } else {
        vec![own("tag"), SettingSource::Default { value: Value::from(published.tag.as_str()) }]
    })
}
