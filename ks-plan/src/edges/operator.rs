//! An operator is ready before its custom resources are awaited.

use ks_model::{Manifest, ObjectRef};

use super::World;
use super::rbac::{account, bindings_of, may_change, role};
use crate::graph::{Dependency, EdgeReason, Node, Until};

/// A custom resource becomes ready only after the workload that may change its API group is.
///
/// The operator is recognised by its rights: it runs as an account that is bound to a role with write verbs on the group.
pub fn edges(world: &World<'_>) -> Vec<Dependency> {
    let operators: Vec<(&ObjectRef, Vec<&Manifest>)> = world
        .of_kind("apps", "Deployment")
        .filter_map(|workload| Some((workload.object(), roles_of(world, account(world, workload)?))))
        .collect();
    let custom = world.manifests().filter(|it| it.object().kind.group.contains('.') && !is_built_in(it));
    custom
        .flat_map(|it| {
            let may = |roles: &[&Manifest]| roles.iter().any(|role| may_change(role, &it.object().kind.group));
            operators.iter().filter(move |(_, roles)| may(roles)).map(|(operator, _)| Dependency {
                dependent: Node::Object(it.object().clone()),
                before: Until::Ready,
                on: Node::Object((*operator).clone()),
                until: Until::Ready,
                because: EdgeReason::Operator,
            })
        })
        .collect()
}

fn roles_of<'a>(world: &World<'a>, account: &ObjectRef) -> Vec<&'a Manifest> {
    bindings_of(world, account)
        .filter_map(|binding| role(world, binding))
        .filter_map(|it| world.find(it.kind.clone(), it.namespace.as_deref(), &it.name))
        .collect()
}

/// Groups ending in `.k8s.io` belong to Kubernetes, by its rules for API groups.
fn is_built_in(manifest: &Manifest) -> bool {
    manifest.object().kind.group.ends_with(".k8s.io")
}
