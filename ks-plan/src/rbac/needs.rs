//! What is done with each object, and which rights that takes.

use ks_model::{GroupKind, Manifest, ObjectRef, Ownership};

use super::resource::resource;
use super::rows::Rows;
use super::{RBAC, Rights};
use crate::compile::Lookups;
use crate::desired::Desired;
use crate::diagnosis::has_pods;
use crate::immutable::{is_made_anew, trial_name};
use crate::live::LiveState;
use crate::readiness::companion;
use crate::volumes::{ClaimOwner, claim_kind};

/// What following one object takes.
const FOLLOWED: &[&str] = &["list", "watch"];
/// What is done with the claims of wanted pods, and with the pods on them.
const OF_CLAIMS: &[&str] = &["delete", "get", "list", "patch", "watch"];
const OF_CLAIMED_PODS: &[&str] = &["delete", "get", "list", "watch"];

const LISTS: &str = "list in all namespaces, Secrets included: what ks made is found by its label, wherever it is";
const ESCALATE: &str = "escalate: ks writes the named roles, whose rights their writer need not have; \
                        who has all of these rights can do without it";
const BIND: &str = "bind: ks binds the named roles, whose rights their binder need not have; \
                    who has all of these rights can do without it";
const CLAIMS: &str =
    "delete of claims and pods: a volume of another class or of a smaller size is made anew, after a consent";
const RECORDS: &str = "Secrets beside the inventory: what was applied is written down there, and the oldest goes";
const EVERYTHING: &str =
    "list of everything: ks destroy finds members of any kind, and tells what of others would go along";

impl Rights {
    /// What the first look takes.
    pub(super) fn of_survey(&mut self, desired: &Desired) {
        for (group, kind) in [("", "Namespace"), ("", "Node"), ("storage.k8s.io", "StorageClass")] {
            self.cluster(desired, &GroupKind::new(group, kind), &["list"]);
        }
    }

    /// What the settings ask for.
    pub(super) fn of_lookups(&mut self, desired: &Desired, lookups: &Lookups) {
        lookups.kept.iter().for_each(|it| self.named(desired, &it.object, &["get"]));
        lookups.certificates.iter().for_each(|it| self.named(desired, &it.secret.object(), &["get"]));
        for search in &lookups.searches {
            match &search.namespace {
                Some(place) => {
                    self.all(desired, &ObjectRef::namespaced(search.kind.clone(), place, ""), &["list"]);
                }
                None => self.cluster(desired, &search.kind, &["list"]),
            }
        }
    }

    /// The inventory, and the lease beside it. A lease is made by a request without a name.
    pub(super) fn of_inventory(&mut self, desired: &Desired) {
        let parent = desired.inventory().parent();
        self.named(desired, parent, &["create", "get", "patch"]);
        let lease = desired.inventory().lease();
        self.all(desired, &lease, &["create"]);
        self.named(desired, &lease, &["get", "update"]);
        // Their names have numbers, so they cannot be named.
        let records = ObjectRef { kind: GroupKind::new("", "Secret"), ..parent.clone() };
        self.all(desired, &records, &["create", "delete", "list", "patch"]);
        self.notes.insert(RECORDS);
    }

    /// One wanted object. Namespaces are made and deleted by others: see [`Rights::of_namespaces`].
    pub(super) fn of_object(&mut self, desired: &Desired, manifest: &Manifest) {
        let object = manifest.object();
        let is_namespace = object.kind.is("", "Namespace");
        match desired.ownership(object) {
            // All namespaces are listed, so none is asked for.
            Ownership::Fields if is_namespace => return self.object(desired, object, &["patch"]),
            Ownership::Fields => return self.object(desired, object, &["get", "patch"]),
            Ownership::Once => return self.object(desired, object, &["create", "get", "patch"]),
            Ownership::Whole if is_namespace => return self.object(desired, object, &["get", "patch", "watch"]),
            _ => {}
        }
        self.notes.insert(LISTS);
        self.cluster(desired, &object.kind, &["list"]);
        self.object(desired, object, &["create", "delete", "get", "patch", "watch"]);
        if object.namespace.is_none() && is_made_anew(&object.kind) {
            let trial = ObjectRef { name: trial_name(&object.name), ..object.clone() };
            self.named(desired, &trial, &["create", "patch"]);
        }
        if let Some(companion) = companion(object) {
            self.all(desired, &companion, &["get", "list", "watch"]);
        }
        if let Some(owner) = ClaimOwner::of(object, manifest.value(), None) {
            self.notes.insert(CLAIMS);
            let set = &owner.templates.set;
            self.all(desired, set, FOLLOWED);
            self.all(desired, &ObjectRef { kind: claim_kind(), ..set.clone() }, OF_CLAIMS);
            self.all(desired, &ObjectRef { kind: GroupKind::new("", "Pod"), ..set.clone() }, OF_CLAIMED_PODS);
        }
        self.of_grants(desired, manifest);
    }

    /// Nobody hands out rights that they do not have, unless they may escalate, or bind the role.
    fn of_grants(&mut self, desired: &Desired, manifest: &Manifest) {
        let object = manifest.object();
        if object.kind.is(RBAC, "Role") || object.kind.is(RBAC, "ClusterRole") {
            self.named(desired, object, &["escalate"]);
            self.notes.insert(ESCALATE);
        }
        if let Some(role) = bound(manifest) {
            self.named(desired, &role, &["bind"]);
            self.notes.insert(BIND);
        }
    }

    /// A namespace without a role of ours in it is made by ks. In all others somebody has made both before.
    pub(super) fn of_namespaces(&mut self, desired: &Desired) {
        let is_ours = |it: &&Manifest| desired.ownership(it.object()) == Ownership::Whole;
        let wanted = desired.manifests().filter(|it| it.object().kind.is("", "Namespace")).filter(is_ours);
        let made: Vec<&ObjectRef> =
            wanted.map(Manifest::object).filter(|it| !self.namespaces.contains_key(&it.name)).collect();
        made.into_iter().for_each(|it| self.named(desired, it, &["create"]));
    }

    /// What tells why a workload does not become ready.
    pub(super) fn of_diagnosis(&mut self, manifest: &Manifest) {
        let object = manifest.object();
        let has_pods = has_pods(&object.kind) || companion(object).is_some();
        if let Some(place) = object.namespace.as_ref().filter(|_| has_pods) {
            let rows = self.namespaces.entry(place.clone()).or_default();
            rows.all("", "pods".to_owned(), FOLLOWED);
            rows.all("", "pods/log".to_owned(), &["get"]);
            rows.all("", "events".to_owned(), &["list"]);
        }
    }

    /// What the end of everything takes.
    pub(super) fn of_destroy(&mut self, desired: &Desired) {
        self.notes.insert(EVERYTHING);
        self.cluster.everything(&["list"]);
        self.named(desired, desired.inventory().parent(), &["delete", "watch"]);
        let is_ours = |it: &&Manifest| desired.ownership(it.object()) == Ownership::Whole;
        for manifest in desired.manifests().filter(is_ours).filter(|it| it.object().kind.is("", "Namespace")) {
            self.named(desired, manifest.object(), &["delete"]);
        }
    }

    /// Rights to an object: to itself where it is one of the whole cluster, else to all of its kind in its namespace.
    fn object(&mut self, desired: &Desired, object: &ObjectRef, verbs: &[&'static str]) {
        match object.namespace {
            Some(_) => self.all(desired, object, verbs),
            None => self.named(desired, object, verbs),
        }
    }

    fn cluster(&mut self, desired: &Desired, kind: &GroupKind, verbs: &[&'static str]) {
        self.all(desired, &ObjectRef::cluster(kind.clone(), ""), verbs);
    }

    /// Rights to every object of the kind of `place` beside it.
    fn all(&mut self, desired: &Desired, place: &ObjectRef, verbs: &[&'static str]) {
        let resource = resource(desired, &place.kind);
        self.rows(place.namespace.as_ref()).all(&place.kind.group, resource, verbs);
    }

    /// Rights to one object.
    pub(super) fn named(&mut self, desired: &Desired, object: &ObjectRef, verbs: &[&'static str]) {
        let resource = resource(desired, &object.kind);
        self.rows(object.namespace.as_ref()).named(&object.kind.group, resource, &object.name, verbs);
    }

    fn rows(&mut self, namespace: Option<&String>) -> &mut Rows {
        match namespace {
            Some(name) => self.namespaces.entry(name.clone()).or_default(),
            None => &mut self.cluster,
        }
    }
}

/// Whether a binding binds a role that is wanted and not there yet. Of such a one the server says nothing to who may not `bind` the role,
/// since it compares what the role grants with what they hold; apply writes the role before the binding.
pub fn binds_what_is_to_come(binding: &Manifest, desired: &Desired, live: &LiveState) -> bool {
    let role = bound(binding)
        .map(|it| if it.kind.is(RBAC, "ClusterRole") { ObjectRef::cluster(it.kind, it.name) } else { it });
    role.is_some_and(|it| desired.find(&it).is_some() && !live.exists(&it))
}

/// The role that a binding binds, as the API server asks for the right to: in the namespace of the binding.
pub(super) fn bound(binding: &Manifest) -> Option<ObjectRef> {
    let object = binding.object();
    if !object.kind.is(RBAC, "RoleBinding") && !object.kind.is(RBAC, "ClusterRoleBinding") {
        return None;
    }
    let role = |field: &str| binding.value().pointer(&format!("/roleRef/{field}"))?.as_str();
    let (kind, name) = (GroupKind::new(RBAC, role("kind")?), role("name")?.to_owned());
    Some(ObjectRef { kind, name, ..object.clone() })
}
