//! A role comes before its binding, an account and its bindings before the workload that runs as it.

use ks_model::{GroupKind, Manifest, ObjectRef};

use super::World;
use super::pod_spec::{each, pod_spec, text};
use crate::graph::{Dependency, EdgeReason, Until};

const RBAC: &str = "rbac.authorization.k8s.io";

/// Bindings wait for their role and their accounts; workloads wait for their account and all its bindings.
pub fn edges(world: &World<'_>) -> Vec<Dependency> {
    let bindings = world.manifests().map(|binding| {
        let edges = role(world, binding).into_iter().chain(accounts(world, binding));
        edges.map(|on| edge(binding.object(), on)).collect::<Vec<_>>()
    });
    let workloads = world.manifests().filter_map(|workload| {
        let account = account(world, workload)?;
        let rights = bindings_of(world, account).map(Manifest::object);
        Some([account].into_iter().chain(rights).map(|on| edge(workload.object(), on)).collect::<Vec<_>>())
    });
    bindings.chain(workloads).flatten().collect()
}

/// The account that the pods of a workload run as, when it is wanted too.
pub(super) fn account<'a>(world: &World<'a>, workload: &Manifest) -> Option<&'a ObjectRef> {
    let name = text(pod_spec(workload)?, "/serviceAccountName")?;
    let namespace = workload.object().namespace.as_deref();
    world.find(GroupKind::new("", "ServiceAccount"), namespace, name).map(Manifest::object)
}

/// The bindings that give rights to an account.
pub(super) fn bindings_of<'a>(world: &World<'a>, account: &ObjectRef) -> impl Iterator<Item = &'a Manifest> {
    world.manifests().filter(move |binding| accounts(world, binding).any(|it| it == account))
}

/// The role that a binding names, when it is wanted too.
pub(super) fn role<'a>(world: &World<'a>, binding: &Manifest) -> Option<&'a ObjectRef> {
    let kind = text(binding.value(), "/roleRef/kind").filter(|_| is_binding(binding))?;
    let namespace = binding.object().namespace.as_deref().filter(|_| kind == "Role");
    world.find(GroupKind::new(RBAC, kind), namespace, text(binding.value(), "/roleRef/name")?).map(Manifest::object)
}

fn accounts<'a>(world: &World<'a>, binding: &Manifest) -> impl Iterator<Item = &'a ObjectRef> {
    let subjects = if is_binding(binding) { binding.value().get("subjects") } else { None };
    let subjects: Vec<&serde_json::Value> =
        subjects.and_then(serde_json::Value::as_array).map(|list| list.iter().collect()).unwrap_or_default();
    let own = binding.object().namespace.as_deref();
    let found: Vec<&'a ObjectRef> = subjects
        .into_iter()
        .filter(|it| text(it, "/kind") == Some("ServiceAccount"))
        .filter_map(|it| {
            let namespace = text(it, "/namespace").or(own);
            world.find(GroupKind::new("", "ServiceAccount"), namespace, text(it, "/name")?).map(Manifest::object)
        })
        .collect();
    found.into_iter()
}

fn is_binding(manifest: &Manifest) -> bool {
    let kind = &manifest.object().kind;
    kind.is(RBAC, "ClusterRoleBinding") || kind.is(RBAC, "RoleBinding")
}

fn edge(dependent: &ObjectRef, on: &ObjectRef) -> Dependency {
    Dependency::between(dependent, on, Until::Present, EdgeReason::Rbac)
}

/// Whether a role lets its holder change objects of an API group.
pub(super) fn may_change(role: &Manifest, group: &str) -> bool {
    let has = |rule: &serde_json::Value, field: &str, wanted: &[&str]| {
        each(rule, field).filter_map(serde_json::Value::as_str).any(|it| wanted.contains(&it))
    };
    each(role.value(), "/rules")
        .any(|rule| has(rule, "/apiGroups", &[group]) && has(rule, "/verbs", &["*", "update", "patch"]))
}
