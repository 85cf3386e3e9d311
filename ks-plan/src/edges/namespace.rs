//! A namespace comes before its contents.

use super::{Link, World};
use crate::graph::{EdgeReason, Until};

/// Every object waits for its namespace, when that is wanted too.
pub fn edges<'a>(world: &World<'a>) -> Vec<Link<'a>> {
    let namespace = |name: &str| world.find("", "Namespace", None, name);
    world
        .manifests()
        .filter_map(|it| Some((it.object(), namespace(it.object().namespace.as_deref()?)?.object())))
        .map(|(object, namespace)| Link::between(object, namespace, Until::Present, EdgeReason::Namespace))
        .collect()
}
