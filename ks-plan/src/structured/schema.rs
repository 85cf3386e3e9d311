//! Types of kinds: which lists are keyed, which maps are atomic.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use ks_model::{GroupKind, Manifest};
use serde_json::{Map, Value};

use super::builtin::Builtin;
use super::crd_types;
pub(super) use super::list_type::ListType;
use super::types::{DEDUCED, Field, Items, MapNode, Node, NodeId, Presence, Rule, Scalar, Table, UNTYPED};

/// Tells why a CustomResourceDefinition cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CrdSchemaError {
    /// A field that each definition has is absent.
    #[error("custom resource definition {name:?} has no {field}")]
    Missing {
        /// The name of the definition, empty when it has none.
        name: String,
        /// The absent field.
        field: &'static str,
    },
    /// A version that the definition does not have.
    #[error("custom resource definition {name:?} has no version {version:?} with a schema")]
    NoVersion {
        /// The name of the definition.
        name: String,
        /// The version asked for.
        version: String,
    },
}

/// The types of the built-in kinds and of the custom kinds registered with [`Schemas::register`] and [`Schemas::register_crd`].
///
/// Built-in types come from a table generated from the OpenAPI of Kubernetes, custom ones from the structural schema of their
/// definition (`x-kubernetes-list-type`, `-list-map-keys`, `-map-type`, `-preserve-unknown-fields`, `-embedded-resource`).
///
/// ```
/// use ks_model::GroupKind;
/// use ks_plan::structured::{Schemas, field_set};
/// use serde_json::json;
///
/// let schemas = Schemas::builtin();
/// let ty = schemas.of(&GroupKind::new("", "Service"), "v1");
/// let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}]}});
/// let paths: Vec<String> = field_set(&service, ty).paths().map(|path| path.to_string()).collect();
/// assert_eq!(paths, [r#".spec.ports[port=80,protocol="TCP"]"#, r#".spec.ports[port=80,protocol="TCP"].port"#]);
/// ```
#[derive(Clone, Debug)]
pub struct Schemas {
    custom: BTreeMap<GroupKind, CustomTypes>,
    unknown: OnceLock<CustomKind>,
}

/// The types of the versions of a custom kind, read from its definition when one of them is asked for. Copies share them.
#[derive(Clone, Debug)]
struct CustomTypes {
    definition: Option<Manifest>,
    versions: Arc<OnceLock<BTreeMap<String, CustomKind>>>,
}

impl CustomTypes {
    fn version(&self, version: &str) -> Option<&CustomKind> {
        let read = || self.definition.as_ref().map(|it| crd_types::versions(it.value())).unwrap_or_default();
        self.versions.get_or_init(read).get(version)
    }
}

/// The type of one version of a custom kind.
#[derive(Clone, Debug)]
pub(super) struct CustomKind {
    /// The nodes.
    pub(super) table: Table,
    /// The type of the object.
    pub(super) root: NodeId,
    /// Whether the status is written through a subresource only.
    pub(super) resets_status: bool,
}

impl Schemas {
    /// Gives the types of the kinds that Kubernetes itself serves.
    pub fn builtin() -> Self {
        Self { custom: BTreeMap::new(), unknown: OnceLock::new() }
    }

    /// Reads the table of the built-in kinds, for which the first question waits otherwise.
    pub fn read_builtin() {
        Builtin::get();
    }

    /// Adds the kinds of a CustomResourceDefinition; a kind known before is replaced.
    ///
    /// # Errors
    /// When the definition lacks its group, kind or versions.
    pub fn register_crd(&mut self, crd: &Value) -> Result<(), CrdSchemaError> {
        let kind = crd_types::kind_of(crd)?;
        let versions = Arc::new(OnceLock::from(crd_types::versions(crd)));
        self.custom.insert(kind, CustomTypes { definition: None, versions });
        Ok(())
    }

    /// Adds the same kinds; their schemas are read when one of them is asked for.
    ///
    /// # Errors
    /// As [`Self::register_crd`].
    pub fn register(&mut self, definition: &Manifest) -> Result<(), CrdSchemaError> {
        let kind = crd_types::kind_of(definition.outline())?;
        let (definition, versions) = (Some(definition.clone()), Arc::default());
        self.custom.insert(kind, CustomTypes { definition, versions });
        Ok(())
    }

    /// Shares what `others` have read of the same definitions.
    pub(crate) fn share(&mut self, others: &Self) {
        for (kind, types) in &mut self.custom {
            let is_same = |it: &&CustomTypes| match (&it.definition, &types.definition) {
                (Some(other), Some(own)) => other.is_copy_of(own),
                _ => false,
            };
            if let Some(other) = others.custom.get(kind).filter(is_same) {
                types.versions = Arc::clone(&other.versions);
            }
        }
    }

    /// Gives the type of a kind in a version. A kind that is not known has the metadata of every object; the rest is
    /// deduced: maps granular, lists atomic.
    pub fn of(&self, kind: &GroupKind, version: &str) -> Type<'_> {
        let builtin = Builtin::get();
        if let Some(root) = builtin.kind(&kind.group, version, &kind.kind) {
            let table = &builtin.table;
            let has_status = table.node(root).map.as_ref().is_some_and(|map| map.fields.contains_key("status"));
            return Type::new(table, root, Traits { is_typed: true, resets_status: has_status });
        }
        let custom = self.custom.get(kind).and_then(|it| it.version(version));
        let custom = custom.unwrap_or_else(|| self.unknown.get_or_init(crd_types::unknown_kind));
        Type::new(&custom.table, custom.root, Traits { is_typed: false, resets_status: custom.resets_status })
    }

    /// Gives the type of an object by its `apiVersion` and `kind`.
    pub fn of_object(&self, object: &Value) -> Type<'_> {
        let text = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
        let (group, version) = text("apiVersion").rsplit_once('/').unwrap_or(("", text("apiVersion")));
        self.of(&GroupKind::new(group, text("kind")), version)
    }
}

/// What holds for a kind as a whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traits {
    /// The server reads the object into a Go type: nulls vanish, quantities and bytes become canonical.
    pub(super) is_typed: bool,
    /// The server ignores `status` unless it comes through the status subresource.
    pub(super) resets_status: bool,
}

/// The type of a kind, or of a part of it.
#[derive(Clone, Copy, Debug)]
pub struct Type<'a> {
    table: &'a Table,
    node: &'a Node,
    traits: Traits,
}

/// What a type says about a value: how to look into it, or that it is one leaf.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape<'a> {
    Scalar(Scalar),
    List(ListType<'a>),
    Map(MapType<'a>),
}

impl<'a> Type<'a> {
    fn new(table: &'a Table, id: NodeId, traits: Traits) -> Self {
        Self { table, node: table.node(id), traits }
    }

    pub(super) fn traits(&self) -> Traits {
        self.traits
    }

    /// Gives the type of a part of it.
    pub(super) fn part(&self, id: NodeId) -> Self {
        Self { node: self.table.node(id), ..*self }
    }

    pub(super) fn as_map(&self) -> Option<MapType<'a>> {
        self.node.map.as_ref().map(|node| MapType { ty: *self, node })
    }

    pub(super) fn as_list(&self) -> Option<ListType<'a>> {
        self.node.list.as_ref().map(|node| ListType::new(*self, node))
    }

    /// Tells whether a map or list of this type is one leaf; the map decides where both are possible.
    pub(super) fn is_atomic(&self) -> bool {
        match (&self.node.map, &self.node.list) {
            (Some(map), _) => map.is_atomic,
            (None, Some(list)) => list.items == Items::Atomic,
            (None, None) => false,
        }
    }

    /// Gives what the server does to values of this type beside what its fields tell.
    pub(super) fn rule(&self) -> Option<Rule> {
        self.node.rule
    }

    /// Tells whether nothing is known about maps of this type.
    pub(super) fn is_deduced(&self) -> bool {
        self.node.map.as_ref().is_some_and(|map| map.fields.is_empty() && map.rest == Some(DEDUCED))
    }

    /// Tells whether the server keeps values of this type as they are written, not knowing what is in them.
    pub(super) fn is_opaque(&self) -> bool {
        self.node.map.as_ref().is_some_and(|map| map.fields.is_empty() && matches!(map.rest, Some(DEDUCED | UNTYPED)))
    }

    /// Gives what the server starts from when it creates an object: of a built-in kind, what a Go value always has.
    pub(super) fn new_object(&self) -> Value {
        if self.traits.is_typed { self.new_value() } else { Value::Object(Map::new()) }
    }

    fn new_value(&self) -> Value {
        let Some(map) = self.as_map() else { return Value::Null };
        let new = |field: &Field| match field.presence {
            Presence::Absent => None,
            Presence::Null => Some(Value::Null),
            Presence::Struct => Some(self.part(field.node).new_value()),
        };
        let fields = map.node.fields.iter().filter_map(|(name, field)| Some((name.clone(), new(field)?)));
        Value::Object(fields.collect())
    }

    /// Tells whether two values are looked at in the same way: always so, but for a type that may be several things.
    pub(super) fn has_same_form(&self, a: &Value, b: &Value) -> bool {
        let Node { scalar, list, map, .. } = self.node;
        let forms = usize::from(scalar.is_some()) + usize::from(list.is_some()) + usize::from(map.is_some());
        let form = |value: &Value| match value {
            Value::Null => 0,
            Value::Array(_) => 1,
            Value::Object(_) => 2,
            _ => 3,
        };
        forms < 2 || form(a) == form(b)
    }

    /// Gives the shape in which a value is looked at. A null and a value that does not fit leave the choice to the type.
    pub(super) fn shape(&self, value: &Value) -> Shape<'a> {
        let map = self.as_map().map(Shape::Map);
        let list = self.as_list().map(Shape::List);
        let scalar = self.node.scalar.map(Shape::Scalar);
        let fitting = match value {
            Value::Object(_) => map,
            Value::Array(_) => list,
            Value::String(_) | Value::Number(_) | Value::Bool(_) => scalar,
            Value::Null => None,
        };
        fitting.or(map).or(scalar).or(list).unwrap_or(Shape::Scalar(Scalar::Any))
    }
}

/// The type of a map.
#[derive(Clone, Copy, Debug)]
pub(super) struct MapType<'a> {
    ty: Type<'a>,
    node: &'a MapNode,
}

impl<'a> MapType<'a> {
    pub(super) fn is_atomic(&self) -> bool {
        self.node.is_atomic
    }

    /// Tells whether the type knows the field by name: such a field is no member of a set when it has fields below.
    pub(super) fn is_named(&self, field: &str) -> bool {
        self.node.fields.contains_key(field)
    }

    /// Tells whether no field is known by name: a map from keys to values, and no struct.
    pub(super) fn is_free(&self) -> bool {
        self.node.fields.is_empty() && self.node.rest.is_some()
    }

    /// Tells whether the server leaves the field out when it is empty.
    pub(super) fn omits_empty(&self, field: &str) -> bool {
        self.node.fields.get(field).is_none_or(|field| field.presence == Presence::Absent)
    }

    /// Gives the fields known by name, each with its type.
    pub(super) fn named(&self) -> impl Iterator<Item = (&'a str, &'a Field, Type<'a>)> {
        let ty = self.ty;
        self.node.fields.iter().map(move |(name, field)| (name.as_str(), field, ty.part(field.node)))
    }

    /// Gives what the server does to values of this type beside what its fields tell.
    pub(super) fn rule(&self) -> Option<Rule> {
        self.ty.rule()
    }

    /// Gives what is known of a field.
    pub(super) fn known(&self, field: &str) -> Option<&'a Field> {
        self.node.fields.get(field)
    }

    /// Gives the type of a field; absent when the type does not allow it.
    pub(super) fn declared(&self, field: &str) -> Option<Type<'a>> {
        let id = self.node.fields.get(field).map(|field| field.node).or(self.node.rest)?;
        Some(self.ty.part(id))
    }

    /// Gives the type of a field, deduced when the type does not know it.
    pub(super) fn field(&self, field: &str) -> Type<'a> {
        self.declared(field).unwrap_or_else(|| self.ty.part(DEDUCED))
    }
}
