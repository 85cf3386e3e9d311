//! One object: where it comes from, what it waits for, what shapes it.

use ks_model::{ComponentName, DesiredObject, ObjectRef};
use serde::Serialize;

use super::{Condition, Explainer, Part, SettingStory, gate};
use crate::graph::{Edge, EdgeReason, Node, Until};

/// Explains a wanted object.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ObjectStory {
    /// The object.
    pub object: ObjectRef,
    /// The component that wants it.
    pub component: ComponentName,
    /// The file of the catalogue that it comes from.
    pub file: String,
    /// The conditions of the component, behind those of all that it requires. All of them hold.
    pub conditions: Vec<Condition>,
    /// What it waits for.
    pub waits_for: Vec<Wait>,
    /// What waits for it.
    pub awaited_by: Vec<Wait>,
    /// The settings that its file reads, those that shape nothing of it included.
    pub settings: Vec<SettingStory>,
}

/// Tells one edge of the graph.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Wait {
    /// The object or component at the other end.
    pub node: Node,
    /// What the one that is waited for has to be.
    pub until: Until,
    /// Why.
    pub because: EdgeReason,
}

pub(super) fn story(explainer: &Explainer<'_>, part: &Part<'_>, wanted: &DesiredObject) -> ObjectStory {
    let object = wanted.manifest.object();
    let node = Node::Object(object.clone());
    let edges = || explainer.desired.graph().edges().filter(|it| *it.because != EdgeReason::Member);
    let needs = explainer.desired.graph().needs(&node).map(|edge| (edge.on, edge));
    let dependents = edges().filter(|it| *it.on == node).map(|edge| (edge.dependent, edge));
    let shapes = |setting: &str| explainer.shaped(part, wanted, setting).into_iter().collect();
    ObjectStory {
        object: object.clone(),
        component: part.component.name.clone(),
        file: wanted.file.clone(),
        conditions: gate::conditions(explainer.catalogue, part.component, &explainer.inputs),
        waits_for: waits(needs),
        awaited_by: waits(dependents),
        settings: explainer.settings(part, wanted.settings.iter().map(String::as_str), shapes),
    }
}

/// The edges, but those that only repeat in a weaker form what another one asks.
fn waits<'g>(edges: impl Iterator<Item = (&'g Node, Edge<'g>)>) -> Vec<Wait> {
    let wait =
        |(node, edge): (&Node, Edge<'_>)| Wait { node: node.clone(), until: edge.until, because: edge.because.clone() };
    let all: Vec<Wait> = edges.map(wait).collect();
    let is_stronger = |a: &Wait, b: &Wait| a.node == b.node && a.because == b.because && a.until > b.until;
    all.iter().filter(|it| !all.iter().any(|other| is_stronger(other, it))).cloned().collect()
}
