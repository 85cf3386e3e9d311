//! One component: its gate, what it needs, its settings, its objects.

use ks_model::{ClosedGate, ComponentName, ObjectRef};
use serde::Serialize;

use super::{Condition, Explainer, Part, Remedy, SettingStory, gate};

/// Explains a component.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ComponentStory {
    /// The component.
    pub component: ComponentName,
    /// What it is for.
    pub description: String,
    /// Its `component.yaml`.
    pub file: String,
    /// Why it is off; absent when it is on.
    pub closed: Option<ClosedGate>,
    /// Its conditions, behind those of all that it requires.
    pub conditions: Vec<Condition>,
    /// What to write to switch it on. Empty when it is on, and when no small change of the configuration does it.
    pub remedies: Vec<Remedy>,
    /// The components that must be ready before.
    pub requires: Vec<Need>,
    /// The components whose objects must be written before.
    pub after: Vec<Need>,
    /// Its settings.
    pub settings: Vec<SettingStory>,
    /// Its objects; of a component that is off, those that it would make.
    pub objects: Vec<Member>,
    /// What would keep a component that is off from being compiled, with all other fields as they are.
    pub faults: Vec<String>,
}

/// Names a component that another one needs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Need {
    /// The component.
    pub component: ComponentName,
    /// Whether it is on.
    pub is_on: bool,
}

/// Names an object of a component.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Member {
    /// The object.
    pub object: ObjectRef,
    /// The file that it comes from.
    pub file: String,
}

pub(super) fn story(explainer: &Explainer<'_>, part: &Part<'_>) -> ComponentStory {
    let component = part.component;
    let conditions = gate::conditions(explainer.catalogue, component, &explainer.inputs);
    let remedies = match part.gate {
        Some(_) => gate::remedies(&conditions, &explainer.inputs, explainer.facts).unwrap_or_default(),
        None => Vec::new(),
    };
    let is_on = |name: &ComponentName| explainer.desired.bundles().iter().any(|it| it.component == *name);
    let need = |name: &ComponentName| Need { component: name.clone(), is_on: is_on(name) };
    let shapes = |setting: &str| {
        part.bundle.objects.iter().filter_map(|wanted| explainer.shaped(part, wanted, setting)).collect()
    };
    let objects = part.bundle.objects.iter();
    ComponentStory {
        component: component.name.clone(),
        description: component.description.clone(),
        file: component.file(),
        closed: part.gate.cloned(),
        conditions,
        remedies,
        requires: component.requires.iter().map(need).collect(),
        after: component.after.iter().map(need).collect(),
        settings: explainer.settings(part, part.bundle.settings.keys().map(String::as_str), shapes),
        objects: objects.map(|it| Member { object: it.manifest.object().clone(), file: it.file.clone() }).collect(),
        faults: part.faults.iter().map(ToString::to_string).collect(),
    }
}
