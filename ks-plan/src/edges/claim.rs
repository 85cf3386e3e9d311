//! Claims of numbered pods outlive what the pods are for.

use super::{Link, World};
use crate::graph::{EdgeReason, Until};
use crate::volumes::ClaimOwner;

/// What makes numbered pods comes after the claims of these pods, where they are known: so it goes before them.
pub fn edges<'a>(world: &World<'a>) -> Vec<Link<'a>> {
    let claims: Vec<_> = world.of_kind("", "PersistentVolumeClaim").collect();
    if claims.is_empty() {
        return Vec::new();
    }
    let owners = world.manifests();
    let owners =
        owners.filter_map(|it| Some((it.object(), ClaimOwner::of(it.object(), it.outline(), Some(it.outline()))?)));
    let edges = owners.flat_map(|(object, owner)| {
        let because = EdgeReason::Reference { field: owner.path().to_owned() };
        let own = claims
            .iter()
            .filter(|claim| owner.has(claim.object()))
            .map(|claim| Link::between(object, claim.object(), Until::Present, because.clone()));
        own.collect::<Vec<_>>()
    });
    edges.collect()
}
