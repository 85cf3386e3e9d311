//! A CustomResourceDefinition is established before objects of its kind.

use std::collections::BTreeMap;

use ks_model::{GroupKind, Manifest, ObjectRef, at};

use super::{Link, World};
use crate::graph::{EdgeReason, Until};

/// Every custom resource waits until its definition is served.
pub fn edges<'a>(world: &World<'a>) -> Vec<Link<'a>> {
    let definitions: BTreeMap<GroupKind, &ObjectRef> =
        world.definitions().filter_map(|crd| Some((defined_kind(crd)?, crd.object()))).collect();
    let objects = |(kind, crd): (&GroupKind, &&'a ObjectRef)| {
        let crd = *crd;
        let objects = world.of_kind(&kind.group, &kind.kind);
        objects.map(move |it| Link::between(it.object(), crd, Until::Ready, EdgeReason::Crd)).collect::<Vec<_>>()
    };
    definitions.iter().flat_map(objects).collect()
}

/// The kind that a CustomResourceDefinition defines.
pub fn defined_kind(crd: &Manifest) -> Option<GroupKind> {
    let spec = crd.outline().get("spec")?;
    Some(GroupKind::new(spec.get("group")?.as_str()?, at(spec, "/names/kind")?.as_str()?))
}
