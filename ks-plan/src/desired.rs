//! Everything that a configuration wants, ready to be compared with a cluster.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};

use ks_model::{Bundle, ClosedGate, ComponentName, DesiredObject, GroupKind, Manifest, ObjectRef, Ownership};
use rayon::prelude::*;

use crate::catalogue::{Catalogue, Component};
use crate::compile::Compiled;
use crate::edges::Order;
use crate::edges::crd::defined_kind;
use crate::graph::{DependencyGraph, GraphError};
use crate::inventory::{Contents, Inventory};
use crate::lookup::Lookup;
use crate::readiness::Rules;
use crate::resolutions::Resolutions;
use crate::sensitive::{Marks, Secrecy};
use crate::structured::{Schemas, StructuralSchema, Type, crd};
use crate::trace::{self, Rendering, Trace};

/// The components that must be ready, and those that must be written, before a component; of all components, also of
/// those that are off, because their objects may have to be deleted in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComponentOrder {
    /// Must be ready before.
    pub requires: BTreeSet<ComponentName>,
    /// Must be written before.
    pub after: BTreeSet<ComponentName>,
}

impl ComponentOrder {
    pub(crate) fn view(&self) -> Order<'_> {
        Order { requires: &self.requires, after: &self.after }
    }
}

/// Holds the wanted objects, marked as members of the inventory, with their graph and their schemas.
#[derive(Clone, Debug)]
pub struct Desired {
    bundles: Vec<Bundle>,
    closed: Vec<ClosedGate>,
    orders: BTreeMap<ComponentName, ComponentOrder>,
    inventory: Inventory,
    graph: DependencyGraph,
    schemas: Schemas,
    index: Lookup<Wanted, (usize, usize)>,
    /// Where the objects of the graph stand in the bundles, in its order.
    order: Vec<(usize, usize)>,
    defined: BTreeMap<GroupKind, ObjectRef>,
    rendering: Option<Rendering>,
    marks: Marks,
    readiness: Rules,
    resolutions: Resolutions,
    end: Option<BTreeSet<String>>,
}

/// A wanted object as a key: its identity.
#[derive(Clone, Debug)]
struct Wanted(Manifest);

impl Borrow<ObjectRef> for Wanted {
    fn borrow(&self) -> &ObjectRef {
        self.0.object()
    }
}

impl PartialEq for Wanted {
    fn eq(&self, other: &Self) -> bool {
        self.0.object() == other.0.object()
    }
}

impl Eq for Wanted {}

impl Hash for Wanted {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.object().hash(state);
    }
}

/// Says why wanted objects do not make a plan.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DesiredError {
    /// The objects cannot be ordered.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// A CustomResourceDefinition is malformed.
    #[error("read the schema of {object}")]
    Schema {
        /// The definition.
        object: Box<ObjectRef>,
        /// What is wrong with it.
        source: Box<crate::structured::CrdSchemaError>,
    },
}

impl Desired {
    /// Takes over what compiling a catalogue gave.
    ///
    /// # Errors
    /// As [`Desired::new`].
    pub fn of(catalogue: &Catalogue, compiled: Compiled, inventory: Inventory) -> Result<Self, DesiredError> {
        let desired = Self::new(compiled.bundles, compiled.closed, orders(catalogue), inventory)?;
        let readiness = catalogue.components().flat_map(Component::readiness_rules).collect();
        Ok(Self { rendering: Some(compiled.rendering), marks: marks(catalogue), readiness, ..desired })
    }

    /// What a [`Sieve`](crate::Sieve) has to know of what compiling gave, for a guess at what is wanted: everything but the order of the
    /// objects, so that [`manifests`](Self::manifests) gives none. The objects are marked in their place, so that both share their trees.
    ///
    /// # Errors
    /// When a CustomResourceDefinition is malformed.
    pub fn unordered(
        catalogue: &Catalogue,
        compiled: &mut Compiled,
        inventory: Inventory,
    ) -> Result<Self, DesiredError> {
        mark(&mut compiled.bundles, &inventory);
        let (bundles, closed) = (compiled.bundles.clone(), compiled.closed.clone());
        let desired =
            Self::with_graph(bundles, closed, BTreeMap::new(), inventory, |_| Ok(DependencyGraph::default()))?;
        let readiness = catalogue.components().flat_map(Component::readiness_rules).collect();
        Ok(Self { marks: marks(catalogue), readiness, ..desired })
    }

    /// Reads those parts of the objects that are read only when they are asked for, and the types of their kinds, as a comparison
    /// will: the objects beside each other.
    pub fn read_whole(&self) {
        Schemas::read_builtin();
        let objects: Vec<&DesiredObject> = self.bundles.iter().flat_map(|it| &it.objects).collect();
        let kinds: BTreeMap<_, _> =
            objects.iter().map(|it| ((&it.manifest.object().kind, it.manifest.version()), &it.manifest)).collect();
        objects.par_iter().for_each(|it| {
            it.manifest.value();
        });
        kinds.into_values().collect::<Vec<_>>().into_par_iter().for_each(|it| {
            self.type_of(it);
        });
    }

    /// The same, which takes over what an earlier look at the same wanted objects has read of the schemas among them.
    #[must_use]
    pub fn sharing(mut self, earlier: &Self) -> Self {
        self.schemas.share(&earlier.schemas);
        self
    }

    /// Marks the objects as members of `inventory`, draws their graph and reads the schemas among them.
    ///
    /// # Errors
    /// When the objects wait for each other in a circle, or a CustomResourceDefinition is malformed.
    pub fn new(
        mut bundles: Vec<Bundle>,
        closed: Vec<ClosedGate>,
        orders: BTreeMap<ComponentName, ComponentOrder>,
        inventory: Inventory,
    ) -> Result<Self, DesiredError> {
        mark(&mut bundles, &inventory);
        Self::with_graph(bundles, closed, orders, inventory, DependencyGraph::build)
    }

    fn with_graph(
        bundles: Vec<Bundle>,
        closed: Vec<ClosedGate>,
        orders: BTreeMap<ComponentName, ComponentOrder>,
        inventory: Inventory,
        graph: fn(&[Bundle]) -> Result<DependencyGraph, GraphError>,
    ) -> Result<Self, DesiredError> {
        let mut schemas = Schemas::builtin();
        let mut index = Lookup::with_room_for(bundles.iter().map(|it| it.objects.len()).sum());
        let mut defined = BTreeMap::new();
        for (i, bundle) in bundles.iter().enumerate() {
            for (k, object) in bundle.objects.iter().enumerate() {
                index.insert(Wanted(object.manifest.clone()), (i, k));
                if let Some(kind) = definition(&object.manifest) {
                    schemas.register(&object.manifest).map_err(|source| DesiredError::Schema {
                        object: Box::new(object.manifest.object().clone()),
                        source: Box::new(source),
                    })?;
                    defined.insert(kind, object.manifest.object().clone());
                }
            }
        }
        let graph = graph(&bundles)?;
        let order = graph.objects().filter_map(|it| index.get(it).copied()).collect();
        Ok(Self {
            bundles,
            closed,
            orders,
            inventory,
            graph,
            schemas,
            index,
            order,
            defined,
            rendering: None,
            marks: Marks::default(),
            readiness: Rules::default(),
            resolutions: Resolutions::default(),
            end: None,
        })
    }

    /// Wants nothing at all, not even an inventory: every member goes, but for the namespaces `leave`, which lose the marks of
    /// ks and stay.
    ///
    /// The catalogue is needed for the orders of components, and for what of them is secret. No configuration is.
    ///
    /// # Errors
    /// Never: nothing can be ordered in one way only.
    pub fn nothing(catalogue: &Catalogue, inventory: Inventory, leave: BTreeSet<String>) -> Result<Self, DesiredError> {
        let desired = Self::new(Vec::new(), Vec::new(), orders(catalogue), inventory)?;
        Ok(Self { marks: marks(catalogue), ..desired }.ended(leave))
    }

    /// The same as the end of all: what is not wanted goes with the inventory, but for the namespaces `leave`.
    #[must_use]
    pub fn ended(self, leave: BTreeSet<String>) -> Self {
        Self { end: Some(leave), ..self }
    }

    /// The namespaces that stay although everything goes; `None` where something is wanted, or may be again.
    pub fn end(&self) -> Option<&BTreeSet<String>> {
        self.end.as_ref()
    }

    /// The same, with what the user says of conflicts.
    #[must_use]
    pub fn with_resolutions(self, resolutions: Resolutions) -> Self {
        Self { resolutions, ..self }
    }

    /// The same, where custom kinds have these rules of readiness.
    #[must_use]
    pub fn with_readiness(self, readiness: Rules) -> Self {
        Self { readiness, ..self }
    }

    /// When objects are ready.
    pub fn readiness(&self) -> &Rules {
        &self.readiness
    }

    /// What the user says of conflicts.
    pub fn resolutions(&self) -> &Resolutions {
        &self.resolutions
    }

    /// The components that are on.
    pub fn bundles(&self) -> &[Bundle] {
        &self.bundles
    }

    /// The components that are off, and why.
    pub fn closed(&self) -> &[ClosedGate] {
        &self.closed
    }

    /// The orders of all components.
    pub fn orders(&self) -> &BTreeMap<ComponentName, ComponentOrder> {
        &self.orders
    }

    /// Where membership is kept.
    pub fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    /// The graph of the wanted objects.
    pub fn graph(&self) -> &DependencyGraph {
        &self.graph
    }

    /// The wanted objects, each after everything that it depends on.
    pub fn manifests(&self) -> impl Iterator<Item = &Manifest> {
        self.objects().map(|(_, object)| &object.manifest)
    }

    /// The same as they are wanted, each with the component that wants it.
    pub fn objects(&self) -> impl Iterator<Item = (&Bundle, &DesiredObject)> {
        self.order.iter().filter_map(|(bundle, position)| {
            let bundle = self.bundles.get(*bundle)?;
            Some((bundle, bundle.objects.get(*position)?))
        })
    }

    /// The manifests of the objects that belong to ks as a whole, in the same order.
    pub fn members(&self) -> impl Iterator<Item = &Manifest> {
        self.objects().filter(|(_, it)| it.ownership == Ownership::Whole).map(|(_, it)| &it.manifest)
    }

    /// A wanted object, with the component that wants it.
    pub fn find(&self, object: &ObjectRef) -> Option<(&Bundle, &DesiredObject)> {
        let (bundle, position) = self.index.get(object)?;
        let bundle = self.bundles.get(*bundle)?;
        Some((bundle, bundle.objects.get(*position)?))
    }

    /// The CustomResourceDefinition among the wanted objects that defines a kind.
    pub fn definition_of(&self, kind: &GroupKind) -> Option<&Manifest> {
        let (_, found) = self.find(self.defined.get(kind)?)?;
        Some(&found.manifest)
    }

    /// A custom resource with the defaults of its definition filled in; `None` when there is nothing to fill in, or no wanted object
    /// defines its kind.
    pub fn defaulted(&self, manifest: &Manifest) -> Option<serde_json::Value> {
        let definition = self.definition_of(&manifest.object().kind)?;
        let schema = StructuralSchema::of(definition.value(), manifest.version()).ok()?;
        crd::defaulted(manifest.value(), schema)
    }

    /// Which fields of an object no output may show.
    pub fn secrecy(&self, object: &ObjectRef) -> Secrecy {
        self.marks.of(object)
    }

    /// How the fields of an object merge.
    pub fn type_of(&self, manifest: &Manifest) -> Type<'_> {
        self.schemas.of(&manifest.object().kind, manifest.version())
    }

    /// Which settings shape which fields of the objects of a file; `None` when the file is no template of the catalogue.
    ///
    /// The template is rendered some times for each setting that it reads, so it is asked for few files at a time.
    pub fn trace(&self, file: &str) -> Option<Trace> {
        trace::trace(self.rendering.as_ref()?, file, &self.schemas)
    }

    pub(crate) fn rendering(&self) -> Option<&Rendering> {
        self.rendering.as_ref()
    }

    pub(crate) fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    /// How much of a wanted object belongs to ks.
    pub fn ownership(&self, object: &ObjectRef) -> Ownership {
        self.find(object).map(|(_, found)| found.ownership).unwrap_or_default()
    }

    /// The kinds and namespaces that the wanted objects live in, and the objects of others in which fields are wanted.
    pub fn contents(&self) -> Contents {
        let owned = |ownership| {
            self.objects().filter(move |(_, it)| it.ownership == ownership).map(|(_, it)| it.manifest.object())
        };
        let mut contents = Contents::of(owned(Ownership::Whole));
        contents.existing = owned(Ownership::Fields).cloned().collect();
        contents
    }

    /// The inventory's parent object for members that live in `contents`.
    pub fn inventory_manifest(&self, contents: &Contents) -> Option<Manifest> {
        Manifest::parse(self.inventory.manifest(contents)).ok()
    }
}

/// Marks what belongs to ks as members of an inventory.
fn mark(bundles: &mut [Bundle], inventory: &Inventory) {
    bundles.par_iter_mut().for_each(|bundle| {
        let objects = bundle.objects.par_iter_mut().filter(|it| it.ownership == Ownership::Whole);
        // Each gets a tree of its own.
        objects.for_each(|it| inventory.mark(&mut it.manifest, &bundle.component));
    });
}

fn definition(manifest: &Manifest) -> Option<GroupKind> {
    let is = manifest.object().kind.is_definition();
    if is { defined_kind(manifest) } else { None }
}

fn orders(catalogue: &Catalogue) -> BTreeMap<ComponentName, ComponentOrder> {
    let order = |it: &Component| ComponentOrder { requires: it.requires.clone(), after: it.after.clone() };
    catalogue.components().map(|it| (it.name.clone(), order(it))).collect()
}

fn marks(catalogue: &Catalogue) -> Marks {
    let mut marks = Marks::default();
    catalogue.components().flat_map(|it| &it.sensitive).for_each(|it| marks.mark(it));
    marks
}
