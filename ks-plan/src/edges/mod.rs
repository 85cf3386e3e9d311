//! The edge rules: each adds the edges that it knows of, one small file each.

pub mod claim;
pub mod component;
pub mod crd;
pub mod existing;
pub mod namespace;
pub mod operator;
pub mod pod_spec;
pub mod rbac;
pub mod reference;
pub mod webhook;

use std::collections::{BTreeMap, BTreeSet};

use ks_model::{ComponentName, GroupKind, Manifest, ObjectRef};
use rayon::prelude::*;

use crate::graph::{EdgeReason, Node, Until};
use crate::lookup::Lookup;

/// A rule looks at everything that is wanted and says which edges follow.
pub type EdgeRule = for<'a> fn(&World<'a>) -> Vec<Link<'a>>;

/// An end of an edge, as it stands in the world that a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End<'a> {
    /// A component.
    Component(&'a ComponentName),
    /// An object.
    Object(&'a ObjectRef),
}

/// An edge that a rule draws, from the dependent to what it depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link<'a> {
    /// Who waits.
    pub dependent: End<'a>,
    /// What the dependent may not become before.
    pub before: Until,
    /// For whom it waits.
    pub on: End<'a>,
    /// What that one has to be.
    pub until: Until,
    /// Why.
    pub because: EdgeReason,
}

impl<'a> Link<'a> {
    /// An edge between two objects, seen from the writing of the dependent.
    pub fn between(dependent: &'a ObjectRef, on: &'a ObjectRef, until: Until, because: EdgeReason) -> Self {
        let (dependent, on) = (End::Object(dependent), End::Object(on));
        Self { dependent, before: Until::Present, on, until, because }
    }
}

/// All rules. The list is the design: what is not here makes no edge.
pub const RULES: &[EdgeRule] = &[
    namespace::edges,
    crd::edges,
    rbac::edges,
    reference::edges,
    claim::edges,
    operator::edges,
    webhook::edges,
    component::edges,
    existing::edges,
];

/// The orders that a component states.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// Components that must be ready before.
    pub requires: &'a BTreeSet<ComponentName>,
    /// Components that must be written before.
    pub after: &'a BTreeSet<ComponentName>,
}

/// Everything that is wanted, as the rules look at it.
#[derive(Debug)]
pub struct World<'a> {
    objects: BTreeMap<&'a ObjectRef, (&'a Manifest, Option<&'a ComponentName>)>,
    orders: BTreeMap<&'a ComponentName, Order<'a>>,
    existing: Lookup<&'a ObjectRef, ()>,
    /// The same objects by group, kind, namespace and name.
    index: Lookup<Identity<'a>, &'a Manifest>,
}

type Identity<'a> = (&'a str, &'a str, Option<&'a str>, &'a str);

impl<'a> World<'a> {
    /// Collects objects with their components, and the orders of the components.
    pub fn new(
        objects: impl IntoIterator<Item = (&'a Manifest, Option<&'a ComponentName>)>,
        orders: impl IntoIterator<Item = (&'a ComponentName, Order<'a>)>,
    ) -> Self {
        let mut objects: Vec<(&ObjectRef, (&Manifest, Option<&ComponentName>))> =
            objects.into_iter().map(|(it, component)| (it.object(), (it, component))).collect();
        objects.par_sort_by_key(|(object, _)| *object);
        let objects: BTreeMap<_, _> = objects.into_iter().collect();
        let identity = |ObjectRef { kind, namespace, name }: &'a ObjectRef| {
            (kind.group.as_str(), kind.kind.as_str(), namespace.as_deref(), name.as_str())
        };
        let index = objects.iter().map(|(&object, &(manifest, _))| (identity(object), manifest)).collect();
        Self { objects, orders: orders.into_iter().collect(), existing: Lookup::default(), index }
    }

    /// The same, where `existing` of the objects are made by others and only some of their fields are wanted.
    #[must_use]
    pub fn with_existing(mut self, existing: impl IntoIterator<Item = &'a ObjectRef>) -> Self {
        self.existing = existing.into_iter().map(|it| (it, ())).collect();
        self
    }

    /// Whether somebody else makes any of the objects.
    pub fn has_existing(&self) -> bool {
        !self.existing.is_empty()
    }

    /// Whether somebody else makes the object.
    pub fn is_existing(&self, object: &ObjectRef) -> bool {
        self.existing.get(object).is_some()
    }

    /// All objects, sorted.
    pub fn manifests(&self) -> impl Iterator<Item = &'a Manifest> {
        self.objects.values().map(|(manifest, _)| *manifest)
    }

    /// The objects of a kind, found without a look at the others.
    pub fn of_kind<'s>(&'s self, group: &str, kind: &str) -> impl Iterator<Item = &'a Manifest> + use<'s, 'a> {
        let first = ObjectRef::cluster(GroupKind::new(group, kind), "");
        let from_there = self.objects.range::<ObjectRef, _>(&first..);
        from_there.take_while(move |(object, _)| object.kind == first.kind).map(|(_, (manifest, _))| *manifest)
    }

    /// The definitions of custom kinds.
    pub fn definitions(&self) -> impl Iterator<Item = &'a Manifest> {
        self.of_kind("apiextensions.k8s.io", "CustomResourceDefinition")
    }

    /// The object with this identity, when it is wanted.
    pub fn find(&self, group: &str, kind: &str, namespace: Option<&str>, name: &str) -> Option<&'a Manifest> {
        self.index.get(&(group, kind, namespace, name)).copied()
    }

    /// The objects that belong to a component, each with it.
    pub fn members(&self) -> impl Iterator<Item = (&'a ObjectRef, &'a ComponentName)> {
        self.objects.iter().filter_map(|(object, (_, component))| Some((*object, (*component)?)))
    }

    /// The order that a component states; none when the component is not known.
    pub fn order(&self, component: &ComponentName) -> Option<Order<'a>> {
        self.orders.get(component).copied()
    }

    /// Every component and every object, sorted.
    pub fn nodes(&self) -> Vec<Node> {
        let components = self.orders.keys().copied().chain(self.members().map(|(_, component)| component));
        let components: BTreeSet<&ComponentName> = components.collect();
        let objects = self.objects.keys().map(|object| Node::Object((*object).clone()));
        components.into_iter().map(|it| Node::Component(it.clone())).chain(objects).collect()
    }
}

#[cfg(test)]
mod tests;
