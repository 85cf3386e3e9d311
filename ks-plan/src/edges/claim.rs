//! Claims of numbered pods outlive what the pods are for.

use super::World;
use crate::graph::{Dependency, EdgeReason, Until};
use crate::volumes::ClaimOwner;

/// What makes numbered pods comes after the claims of these pods, where they are known: so it goes before them.
pub fn edges(world: &World<'_>) -> Vec<Dependency> {
    let claims: Vec<_> = world.of_kind("", "PersistentVolumeClaim").collect();
    if claims.is_empty() {
        return Vec::new();
    }
    let owners = world.manifests().filter_map(|it| ClaimOwner::of(it.object(), it.outline(), Some(it.outline())));
    let edges = owners.flat_map(|owner| {
        let because = EdgeReason::Reference { field: owner.path().to_owned() };
        let own = claims
            .iter()
            .filter(|claim| owner.has(claim.object()))
            .map(|claim| Dependency::between(&owner.templates.owner, claim.object(), Until::Present, because.clone()));
        own.collect::<Vec<_>>()
    });
    edges.collect()
}
