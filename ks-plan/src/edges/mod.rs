//! The edge rules: each adds the edges that it knows of, one small file each.

pub mod component;
pub mod crd;
pub mod namespace;
pub mod operator;
pub mod pod_spec;
pub mod rbac;
pub mod reference;
pub mod webhook;

use std::collections::{BTreeMap, BTreeSet};

use ks_model::{ComponentName, GroupKind, Manifest, ObjectRef};

use crate::graph::{Dependency, Node};

/// A rule looks at everything that is wanted and says which edges follow.
pub type EdgeRule = fn(&World<'_>) -> Vec<Dependency>;

/// All rules. The list is the design: what is not here makes no edge.
pub const RULES: &[EdgeRule] =
    &[namespace::edges, crd::edges, rbac::edges, reference::edges, operator::edges, webhook::edges, component::edges];

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
    objects: BTreeMap<&'a ObjectRef, (&'a Manifest, &'a ComponentName)>,
    orders: BTreeMap<&'a ComponentName, Order<'a>>,
}

impl<'a> World<'a> {
    /// Collects objects with their components, and the orders of the components.
    pub fn new(
        objects: impl IntoIterator<Item = (&'a Manifest, &'a ComponentName)>,
        orders: impl IntoIterator<Item = (&'a ComponentName, Order<'a>)>,
    ) -> Self {
        Self {
            objects: objects.into_iter().map(|(it, component)| (it.object(), (it, component))).collect(),
            orders: orders.into_iter().collect(),
        }
    }

    /// All objects, sorted.
    pub fn manifests(&self) -> impl Iterator<Item = &'a Manifest> {
        self.objects.values().map(|(manifest, _)| *manifest)
    }

    /// The objects of a kind.
    pub fn of_kind(&self, group: &str, kind: &str) -> impl Iterator<Item = &'a Manifest> {
        self.manifests().filter(move |it| it.object().kind.is(group, kind))
    }

    /// The object with this identity, when it is wanted.
    pub fn find(&self, kind: GroupKind, namespace: Option<&str>, name: &str) -> Option<&'a Manifest> {
        let object = ObjectRef { kind, namespace: namespace.map(str::to_owned), name: name.to_owned() };
        self.objects.get(&object).map(|(manifest, _)| *manifest)
    }

    /// The objects, each with its component.
    pub fn members(&self) -> impl Iterator<Item = (&'a ObjectRef, &'a ComponentName)> {
        self.objects.iter().map(|(object, (_, component))| (*object, *component))
    }

    /// The orders of the components that have objects here.
    pub fn orders(&self) -> impl Iterator<Item = (&'a ComponentName, Order<'a>)> {
        self.orders.iter().map(|(component, order)| (*component, *order))
    }

    /// Every object and every component that has one.
    pub fn nodes(&self) -> BTreeSet<Node> {
        let components = self.orders.keys().map(|it| Node::Component((*it).clone()));
        let members = self
            .members()
            .flat_map(|(object, component)| [Node::Object(object.clone()), Node::Component(component.clone())]);
        components.chain(members).collect()
    }

    /// Which component each object belongs to.
    pub fn components(&self) -> BTreeMap<ObjectRef, ComponentName> {
        self.members().map(|(object, component)| (object.clone(), component.clone())).collect()
    }
}
