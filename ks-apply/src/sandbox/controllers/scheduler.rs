//! The scheduler: which nodes a pod may run on.

use serde_json::Value;

use super::World;
use crate::sandbox::object;
use crate::sandbox::selector::Selector;
use crate::sandbox::state::scatter;

/// The names of the nodes that a pod's spec allows.
pub(super) fn nodes(world: &World<'_>, spec: &Value) -> Vec<String> {
    let allowed = world.state.of_kind("", "Node").filter(|(_, node)| allows(spec, node.pointer("/metadata/labels")));
    allowed.map(|(at, _)| at.name.clone()).collect()
}

/// One of the nodes, spread by revision.
pub(super) fn choose(world: &World<'_>, spec: &Value) -> Option<String> {
    let mut nodes = nodes(world, spec);
    let count = u64::try_from(nodes.len()).ok().filter(|count| *count > 0)?;
    Some(nodes.swap_remove(usize::try_from(scatter(world.state.revision()) % count).ok()?))
}

fn allows(spec: &Value, labels: Option<&Value>) -> bool {
    let required = "/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms";
    let terms = object::items(spec, required);
    let meets = |term: &Value| Selector::structured(Some(term)).is_some_and(|it| it.selects(labels));
    object::contains_labels(labels, spec.get("nodeSelector")) && (terms.is_empty() || terms.iter().any(meets))
}
