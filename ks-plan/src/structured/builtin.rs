//! The types of the kinds that Kubernetes itself serves, from the generated table `builtin.json`.
//!
//! `tests/control-plane/schema/generate` makes the table from the OpenAPI documents and the Go types of Kubernetes. A type there
//! is a name (`"string"`, `"core.v1.PodSpec"`), a list (`{"list": …}`, `{"set": …}`, `{"keyed": …, "keys": […]}`), a map
//! (`{"map": …}`, `{"atomicMap": …}`), a reference with another map type (`{"atomic": name}`, `{"granular": name}`) or a struct
//! (`{"fields": …}`). What a struct says beside its fields is told at [`Field`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::types::{
    DEDUCED, Field, Items, ListNode, MapNode, Node, NodeId, Presence, Rule, Scalar, Table, UNTYPED, Zero,
};

static BUILTIN: OnceLock<Builtin> = OnceLock::new();

/// The built-in types.
#[derive(Debug)]
pub struct Builtin {
    /// The nodes.
    pub table: Table,
    /// By group, version and kind.
    kinds: BTreeMap<String, BTreeMap<String, BTreeMap<String, NodeId>>>,
    /// The type of `metadata` of every object.
    pub object_meta: NodeId,
}

#[derive(Deserialize)]
struct Document {
    kinds: BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>,
    types: Map<String, Value>,
}

impl Builtin {
    /// Gives the built-in types; the table is read at the first call.
    pub fn get() -> &'static Self {
        BUILTIN.get_or_init(|| {
            let document = serde_json::from_str(include_str!("builtin.json"));
            debug_assert!(document.is_ok(), "the generated table of built-in types is well-formed");
            Self::build(&document.unwrap_or(Document { kinds: BTreeMap::new(), types: Map::new() }))
        })
    }

    /// Finds a kind.
    pub fn kind(&self, group: &str, version: &str, kind: &str) -> Option<NodeId> {
        self.kinds.get(group)?.get(version)?.get(kind).copied()
    }

    fn build(document: &Document) -> Self {
        let mut builder = Builder { document, table: Table::default(), known: BTreeMap::new() };
        for (name, scalar) in SCALARS {
            let id = builder.table.add(Node::scalar(scalar));
            builder.known.insert(name, id);
        }
        builder.known.extend([("deduced", DEDUCED), ("untyped", UNTYPED)]);
        // Definitions point at one another in circles, so each has its place before any has its parts.
        for name in document.types.keys() {
            let id = builder.table.add(Node::default());
            builder.known.insert(name, id);
        }
        for (name, definition) in &document.types {
            let id = builder.named(name);
            let node = match definition.get("fields") {
                Some(_) => builder.with_fields(name, definition),
                None => builder.node(definition),
            };
            builder.table.set(id, Node { rule: rule(name), ..node });
        }
        builder.keep_names_of_secrets();
        builder.look_into_schemas();
        let object_meta = builder.named("meta.v1.ObjectMeta");
        let kinds = builder.kinds();
        Self { table: builder.table, kinds, object_meta }
    }
}

const SCALARS: [(&str, Scalar); 8] = [
    ("any", Scalar::Any),
    ("string", Scalar::String),
    ("number", Scalar::Number),
    ("boolean", Scalar::Boolean),
    ("quantity", Scalar::Quantity),
    ("amount", Scalar::Amount),
    ("bytes", Scalar::Bytes),
    ("time", Scalar::Any),
];

struct Builder<'a> {
    document: &'a Document,
    table: Table,
    known: BTreeMap<&'a str, NodeId>,
}

impl Builder<'_> {
    fn named(&self, name: &str) -> NodeId {
        self.known.get(name).copied().unwrap_or(DEDUCED)
    }

    fn kinds(&self) -> BTreeMap<String, BTreeMap<String, BTreeMap<String, NodeId>>> {
        let kinds = |kinds: &BTreeMap<String, String>| {
            kinds.iter().map(|(kind, name)| (kind.clone(), self.named(name))).collect()
        };
        let versions = |versions: &BTreeMap<String, BTreeMap<String, String>>| {
            versions.iter().map(|(version, list)| (version.clone(), kinds(list))).collect()
        };
        self.document.kinds.iter().map(|(group, list)| (group.clone(), versions(list))).collect()
    }

    /// The Secrets of a ServiceAccount are references like many others; only there the server looks at the name alone.
    fn keep_names_of_secrets(&mut self) {
        let secrets =
            self.table.node(self.named("core.v1.ServiceAccount")).map.as_ref().map(|map| &map.fields["secrets"]);
        let list = secrets.and_then(|field| self.table.node(field.node).list.as_ref());
        if let Some(item) = list.map(|list| list.item) {
            let node = Node { rule: Some(Rule::NameOnly), ..self.table.node(item).clone() };
            self.table.set(item, node);
        }
    }

    /// The OpenAPI documents do not tell that a schema in a definition may stand for a list of schemas or a boolean.
    fn look_into_schemas(&mut self) {
        let schema = self.named("apiextensions.v1.JSONSchemaProps");
        let map = self.table.node(schema).map.clone();
        let list = Some(ListNode { items: Items::Atomic, item: schema });
        let node = Node { scalar: Some(Scalar::Any), list, map, rule: None };
        for either in ["JSONSchemaPropsOrArray", "JSONSchemaPropsOrBool", "JSONSchemaPropsOrStringArray"] {
            self.table.set(self.named(&format!("apiextensions.v1.{either}")), node.clone());
        }
    }

    /// Gives the place of a type, adding it when it has no name.
    fn id(&mut self, definition: &Value) -> NodeId {
        if let Some(name) = definition.as_str() {
            return self.named(name);
        }
        let node = self.node(definition);
        self.table.add(node)
    }

    fn node(&mut self, definition: &Value) -> Node {
        if let Some(name) = definition.as_str() {
            return self.table.node(self.named(name)).clone();
        }
        let part = |name: &str| definition.get(name);
        if let Some(item) = part("list") {
            Node::list(Items::Atomic, self.id(item))
        } else if let Some(item) = part("set") {
            Node::list(Items::Set, self.id(item))
        } else if let Some(item) = part("keyed") {
            let keys = strings(part("keys")).map(str::to_owned).collect();
            Node::list(Items::Keyed(keys), self.id(item))
        } else if part("map").and_then(Value::as_str) == Some("quantity") {
            // Every map of quantities is a resource list.
            Node::map(MapNode { rest: Some(self.named("amount")), ..MapNode::default() })
        } else if let Some(item) = part("map") {
            Node::map(MapNode { rest: Some(self.id(item)), ..MapNode::default() })
        } else if let Some(item) = part("atomicMap") {
            Node::map(MapNode { rest: Some(self.id(item)), is_atomic: true, ..MapNode::default() })
        } else if let Some(name) = part("atomic").and_then(Value::as_str) {
            self.with_map_type(name, true)
        } else if let Some(name) = part("granular").and_then(Value::as_str) {
            self.with_map_type(name, false)
        } else {
            self.with_fields("", definition)
        }
    }

    /// A reference may change whether the map it points at is atomic. The definition may not have its parts yet, so it is read again.
    fn with_map_type(&mut self, name: &str, is_atomic: bool) -> Node {
        let mut node = match self.document.types.get(name) {
            Some(definition) if definition.get("fields").is_some() => self.with_fields(name, definition),
            _ => self.table.node(self.named(name)).clone(),
        };
        if let Some(map) = &mut node.map {
            map.is_atomic = is_atomic;
        }
        node
    }

    fn with_fields(&mut self, owner: &str, definition: &Value) -> Node {
        let mut fields = BTreeMap::new();
        let names = |part: &str| -> BTreeSet<&str> { strings(definition.get(part)).collect() };
        let (structs, nulls, omits) = (names("structs"), names("nulls"), names("omits"));
        for (name, field) in definition.get("fields").and_then(Value::as_object).into_iter().flatten() {
            let value = |part: &str| definition.get(part).and_then(|values| values.get(name)).cloned();
            let presence = match name.as_str() {
                name if structs.contains(name) => Presence::Struct,
                name if nulls.contains(name) => Presence::Null,
                _ => Presence::Absent,
            };
            let zero = match value("zeros") {
                _ if is_chosen(owner, name) => Zero::Chosen,
                _ if omits.contains(name.as_str()) => Zero::Omitted,
                Some(zero) => Zero::Written(zero),
                None => Zero::Kept,
            };
            let (node, key_default, default) = (self.id(field), value("defaults"), value("values"));
            fields.insert(name.clone(), Field { node, key_default, presence, zero, default });
        }
        let is_atomic = definition.get("atomic").and_then(Value::as_bool).unwrap_or(false);
        Node::map(MapNode { fields, rest: None, is_atomic })
    }
}

fn rule(name: &str) -> Option<Rule> {
    match name {
        "rbac.v1.Subject" => Some(Rule::Subject),
        "core.v1.LimitRangeItem" => Some(Rule::LimitRangeItem),
        "core.v1.PersistentVolumeClaim" => Some(Rule::ClaimTemplate),
        "core.v1.Container" | "core.v1.EphemeralContainer" => Some(Rule::Container),
        "core.v1.ServicePort" => Some(Rule::ServicePort),
        "apiextensions.v1.CustomResourceDefinitionNames" => Some(Rule::Names),
        "networking.v1.NetworkPolicySpec" => Some(Rule::NetworkPolicy),
        "meta.v1.ObjectMeta" => Some(Rule::Metadata),
        _ => None,
    }
}

fn is_chosen(owner: &str, field: &str) -> bool {
    matches!(
        (owner, field),
        ("core.v1.ServiceSpec", "clusterIP" | "clusterIPs" | "ipFamilies" | "healthCheckNodePort")
            | ("core.v1.ServicePort", "nodePort")
            | ("core.v1.PersistentVolumeClaimSpec", "volumeName")
    )
}

fn strings(list: Option<&Value>) -> impl Iterator<Item = &str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn container_ports_are_keyed_and_default_to_tcp() {
        let builtin = Builtin::get();
        let mut node = builtin.table.node(builtin.kind("", "v1", "Pod").unwrap());
        for step in ["spec", "containers", "", "ports"] {
            let id = match step {
                "" => node.list.as_ref().unwrap().item,
                name => node.map.as_ref().unwrap().fields[name].node,
            };
            node = builtin.table.node(id);
        }
        let ports = node.list.as_ref().unwrap();
        assert_eq!(ports.items, Items::Keyed(vec!["containerPort".into(), "protocol".into()]));
        let port = builtin.table.node(ports.item).map.as_ref().unwrap();
        assert_eq!(port.fields["protocol"].key_default, Some("TCP".into()));
    }

    #[test]
    fn every_name_in_the_table_is_defined() {
        let document: Document = serde_json::from_str(include_str!("builtin.json")).unwrap();
        let mut names = Vec::new();
        collect_names(&Value::Object(document.types.clone()), &mut names);
        for name in names {
            let is_known = document.types.contains_key(&name) || SCALARS.iter().any(|(scalar, _)| *scalar == name);
            assert!(is_known || name == "deduced" || name == "untyped", "{name} is not defined");
        }
    }

    fn collect_names(value: &Value, names: &mut Vec<String>) {
        match value {
            Value::String(name) => names.push(name.clone()),
            Value::Object(map) => {
                let is_list = |key: &str, value: &Value| {
                    matches!(key, "keys" | "structs" | "nulls" | "omits") && value.is_array()
                };
                let parts = map.iter().filter(|(key, value)| {
                    let is_value = matches!(key.as_str(), "defaults" | "zeros" | "values") && value.is_object();
                    !is_value && !is_list(key, value)
                });
                parts.for_each(|(_, value)| collect_names(value, names));
            }
            _ => {}
        }
    }
}
