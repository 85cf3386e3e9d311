//! Types of custom kinds, from the structural schemas of their definitions.

use std::collections::BTreeMap;

use ks_model::GroupKind;
use serde_json::{Map, Value};

use super::builtin::Builtin;
use super::crd::is_set;
use super::schema::{CrdSchemaError, CustomKind};
use super::types::{DEDUCED, Field, Items, MapNode, Node, NodeId, Scalar, Table, UNTYPED};

/// Gives the kind of a definition that has all that is needed for types of its versions.
pub(super) fn kind_of(crd: &Value) -> Result<GroupKind, CrdSchemaError> {
    let name = crd.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    let missing = |field| CrdSchemaError::Missing { name: name.to_owned(), field };
    let text = |pointer: &str| crd.pointer(pointer).and_then(Value::as_str);
    let group = text("/spec/group").ok_or_else(|| missing("spec.group"))?;
    let kind = text("/spec/names/kind").ok_or_else(|| missing("spec.names.kind"))?;
    let versions = crd.pointer("/spec/versions").and_then(Value::as_array).ok_or_else(|| missing("spec.versions"))?;
    if versions.iter().any(|it| name_of(it).is_none()) {
        return Err(missing("spec.versions.name"));
    }
    Ok(GroupKind::new(group, kind))
}

fn name_of(version: &Value) -> Option<&str> {
    version.get("name").and_then(Value::as_str)
}

/// Gives the types of the versions of a definition.
pub(super) fn versions(crd: &Value) -> BTreeMap<String, CustomKind> {
    let preserves = crd.pointer("/spec/preserveUnknownFields").and_then(Value::as_bool).unwrap_or(false);
    let versions = crd.pointer("/spec/versions").and_then(Value::as_array).into_iter().flatten();
    versions.filter_map(|it| Some((name_of(it)?.to_owned(), version_of(it, preserves)))).collect()
}

fn version_of(version: &Value, preserves: bool) -> CustomKind {
    let resets_status = version.pointer("/subresources/status").is_some_and(|status| !status.is_null());
    let mut converter = Converter::new();
    let empty = Value::Object(Map::new());
    let (schema, preserves) = match version.pointer("/schema/openAPIV3Schema") {
        Some(schema) => (schema, preserves),
        None => (&empty, true),
    };
    let mut root = converter.map(schema, preserves);
    converter.add_object_fields(&mut root);
    let root = converter.table.add(Node::map(root));
    CustomKind { table: converter.table, root, resets_status }
}

/// Gives the type of a kind whose definition is not known.
pub(super) fn unknown_kind() -> CustomKind {
    let mut converter = Converter::new();
    let mut root = MapNode { rest: Some(DEDUCED), ..MapNode::default() };
    converter.add_object_fields(&mut root);
    let root = converter.table.add(Node::map(root));
    CustomKind { table: converter.table, root, resets_status: false }
}

struct Converter {
    table: Table,
    object_meta: NodeId,
    string: NodeId,
}

impl Converter {
    fn new() -> Self {
        let builtin = Builtin::get();
        let mut table = Table::default();
        let object_meta = table.import(&builtin.table, builtin.object_meta);
        let string = table.add(Node::scalar(Scalar::String));
        Self { table, object_meta, string }
    }

    /// The server knows these three fields of an object, and of each embedded one, whatever the schema says.
    fn add_object_fields(&self, map: &mut MapNode) {
        for (name, node) in [("apiVersion", self.string), ("kind", self.string), ("metadata", self.object_meta)] {
            map.fields.insert(name.to_owned(), Field::plain(node));
        }
    }

    /// Adds the type of a schema. `preserves` says that a schema above keeps unknown fields, which holds for all below.
    fn add(&mut self, schema: &Value, preserves: bool) -> NodeId {
        let node = self.node(schema, preserves);
        self.table.add(node)
    }

    fn node(&mut self, schema: &Value, preserves: bool) -> Node {
        let preserves = preserves || is_set(schema, "x-kubernetes-preserve-unknown-fields");
        let format = schema.get("format").and_then(Value::as_str);
        match schema.get("type").and_then(Value::as_str) {
            Some("object") => Node::map(self.map(schema, preserves)),
            Some("array") => self.list(schema, preserves),
            Some("string") if matches!(format, None | Some("" | "byte")) => Node::scalar(Scalar::String),
            Some("string") => Node::scalar(Scalar::Any),
            Some("integer" | "number") => Node::scalar(Scalar::Number),
            Some("boolean") => Node::scalar(Scalar::Boolean),
            _ => {
                let list = self.list(schema, preserves).list;
                Node { scalar: Some(Scalar::Any), list, map: Some(self.map(schema, preserves)), rule: None }
            }
        }
    }

    fn list(&mut self, schema: &Value, preserves: bool) -> Node {
        let item = schema.get("items").map_or(UNTYPED, |items| self.add(items, preserves));
        let keys = schema.get("x-kubernetes-list-map-keys").and_then(Value::as_array).into_iter().flatten();
        let items = match schema.get("x-kubernetes-list-type").and_then(Value::as_str) {
            Some("map") => Items::Keyed(keys.filter_map(Value::as_str).map(str::to_owned).collect()),
            Some("set") => Items::Set,
            _ => Items::Atomic,
        };
        Node::list(items, item)
    }

    fn map(&mut self, schema: &Value, preserves: bool) -> MapNode {
        let preserves = preserves || is_set(schema, "x-kubernetes-preserve-unknown-fields");
        let mut map = MapNode { rest: None, is_atomic: is_atomic(schema), ..MapNode::default() };
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            let node = self.add(property, preserves);
            let key_default = property.get("default").filter(|default| !default.is_null()).cloned();
            map.fields.insert(name.clone(), Field { key_default, ..Field::plain(node) });
        }
        if is_set(schema, "x-kubernetes-embedded-resource") {
            self.add_object_fields(&mut map);
        }
        map.rest = match schema.get("additionalProperties") {
            None | Some(Value::Null) => (preserves || map.fields.is_empty()).then_some(DEDUCED),
            Some(Value::Bool(allowed)) => allowed.then_some(DEDUCED),
            Some(additional) => Some(self.add(additional, preserves)),
        };
        map
    }
}

fn is_atomic(schema: &Value) -> bool {
    schema.get("x-kubernetes-map-type").and_then(Value::as_str) == Some("atomic")
}
