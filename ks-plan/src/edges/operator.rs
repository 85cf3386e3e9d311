//! An operator is ready before its custom resources are awaited.

use std::collections::BTreeMap;

use ks_model::{GroupKind, Manifest, ObjectRef};

use super::rbac::{Rights, account, may_change, role};
use super::{End, Link, World};
use crate::graph::{EdgeReason, Until};

/// A custom resource becomes ready only after the workload that may change its API group is.
///
/// The operator is recognised by its rights: it runs as an account that is bound to a role with write verbs on the group.
pub fn edges<'a>(world: &World<'a>) -> Vec<Link<'a>> {
    let rights = Rights::of(world);
    let workloads = ["Deployment", "StatefulSet"].into_iter().flat_map(|kind| world.of_kind("apps", kind));
    let operators: Vec<(&ObjectRef, Vec<&Manifest>)> =
        workloads.filter_map(|it| Some((it.object(), roles_of(world, &rights, account(world, it)?)))).collect();
    // There are few groups and many custom resources, so each group is asked once.
    let mut of_group: BTreeMap<&str, Vec<&ObjectRef>> = BTreeMap::new();
    let custom = world.manifests().map(Manifest::object).filter(|it| is_custom(&it.kind));
    custom
        .flat_map(|object| {
            let group = object.kind.group.as_str();
            let found = of_group.entry(group).or_insert_with(|| {
                let may = |roles: &[&Manifest]| roles.iter().any(|role| may_change(role, group));
                operators.iter().filter(|(_, roles)| may(roles)).map(|(operator, _)| *operator).collect()
            });
            found.iter().map(|operator| edge(object, operator)).collect::<Vec<_>>()
        })
        .collect()
}

fn edge<'a>(object: &'a ObjectRef, operator: &'a ObjectRef) -> Link<'a> {
    Link {
        dependent: End::Object(object),
        before: Until::Ready,
        on: End::Object(operator),
        until: Until::Ready,
        because: EdgeReason::Operator,
    }
}

fn roles_of<'a>(world: &World<'a>, rights: &Rights<'a>, account: &ObjectRef) -> Vec<&'a Manifest> {
    rights
        .bindings(account)
        .filter_map(|binding| role(world, binding))
        .filter_map(|it| world.find(&it.kind.group, &it.kind.kind, it.namespace.as_deref(), &it.name))
        .collect()
}

/// Custom kinds live in groups with a dot; those ending in `.k8s.io` belong to Kubernetes, by its rules for API groups.
fn is_custom(kind: &GroupKind) -> bool {
    kind.group.contains('.') && !kind.group.ends_with(".k8s.io")
}
