//! A role comes before its binding, an account and its bindings before the workload that runs as it.

use std::collections::BTreeMap;

use ks_model::{Manifest, ObjectRef};

use super::pod_spec::{each, pod_spec, text};
use super::{Link, World};
use crate::graph::{EdgeReason, Until};

const RBAC: &str = "rbac.authorization.k8s.io";

/// Bindings wait for their role and their accounts; workloads wait for their account and all its bindings.
pub fn edges<'a>(world: &World<'a>) -> Vec<Link<'a>> {
    let rights = Rights::of(world);
    let bindings = bindings(world).flat_map(|binding| {
        let needs = role(world, binding).into_iter().chain(accounts(world, binding));
        needs.map(|on| edge(binding.object(), on)).collect::<Vec<_>>()
    });
    let workloads = world.manifests().filter_map(|workload| Some((workload.object(), account(world, workload)?)));
    let workloads = workloads.flat_map(|(workload, account)| {
        let needs = [account].into_iter().chain(rights.bindings(account).map(Manifest::object));
        needs.map(|on| edge(workload, on)).collect::<Vec<_>>()
    });
    bindings.chain(workloads).collect()
}

/// Which bindings give rights to which account; made once, because every workload asks.
pub(super) struct Rights<'a> {
    by_account: BTreeMap<&'a ObjectRef, Vec<&'a Manifest>>,
}

impl<'a> Rights<'a> {
    pub(super) fn of(world: &World<'a>) -> Self {
        let mut by_account: BTreeMap<&ObjectRef, Vec<&Manifest>> = BTreeMap::new();
        for binding in bindings(world) {
            for account in accounts(world, binding) {
                by_account.entry(account).or_default().push(binding);
            }
        }
        Self { by_account }
    }

    /// The bindings that give rights to an account.
    pub(super) fn bindings(&self, account: &ObjectRef) -> impl Iterator<Item = &'a Manifest> {
        self.by_account.get(account).into_iter().flatten().copied()
    }
}

fn bindings<'a>(world: &World<'a>) -> impl Iterator<Item = &'a Manifest> {
    ["ClusterRoleBinding", "RoleBinding"].into_iter().flat_map(|kind| world.of_kind(RBAC, kind))
}

/// The account that the pods of a workload run as, when it is wanted too.
pub(super) fn account<'a>(world: &World<'a>, workload: &Manifest) -> Option<&'a ObjectRef> {
    let name = text(pod_spec(workload)?, "/serviceAccountName")?;
    let namespace = workload.object().namespace.as_deref();
    world.find("", "ServiceAccount", namespace, name).map(Manifest::object)
}

/// The role that a binding names, when it is wanted too.
pub(super) fn role<'a>(world: &World<'a>, binding: &Manifest) -> Option<&'a ObjectRef> {
    let kind = text(binding.value(), "/roleRef/kind")?;
    let namespace = binding.object().namespace.as_deref().filter(|_| kind == "Role");
    world.find(RBAC, kind, namespace, text(binding.value(), "/roleRef/name")?).map(Manifest::object)
}

/// The accounts that a binding names, as far as they are wanted too.
fn accounts<'a>(world: &World<'a>, binding: &Manifest) -> impl Iterator<Item = &'a ObjectRef> {
    let own = binding.object().namespace.as_deref();
    each(binding.value(), "/subjects").filter(|it| text(it, "/kind") == Some("ServiceAccount")).filter_map(move |it| {
        let namespace = text(it, "/namespace").or(own);
        world.find("", "ServiceAccount", namespace, text(it, "/name")?).map(Manifest::object)
    })
}

fn edge<'a>(dependent: &'a ObjectRef, on: &'a ObjectRef) -> Link<'a> {
    Link::between(dependent, on, Until::Present, EdgeReason::Rbac)
}

/// Whether a role lets its holder change objects of an API group that it names. One for all groups at once says nothing
/// of what its holder is there for.
pub(super) fn may_change(role: &Manifest, group: &str) -> bool {
    let has = |rule: &serde_json::Value, field: &str, wanted: &[&str]| {
        each(rule, field).filter_map(serde_json::Value::as_str).any(|it| wanted.contains(&it))
    };
    each(role.value(), "/rules")
        .any(|rule| has(rule, "/apiGroups", &[group]) && has(rule, "/verbs", &["*", "update", "patch"]))
}
