//! A namespace comes before its contents.

use ks_model::GroupKind;

use super::World;
use crate::graph::{Dependency, EdgeReason, Until};

/// Every object waits for its namespace, when that is wanted too.
pub fn edges(world: &World<'_>) -> Vec<Dependency> {
    let namespace = |name: &str| world.find(GroupKind::new("", "Namespace"), None, name);
    world
        .manifests()
        .filter_map(|it| Some((it.object(), namespace(it.object().namespace.as_deref()?)?.object())))
        .map(|(object, namespace)| Dependency::between(object, namespace, Until::Present, EdgeReason::Namespace))
        .collect()
}
