//! The shapes that types are made of: a small arena of nodes, after the schema of structured-merge-diff.

use std::collections::BTreeMap;

use serde_json::Value;

/// The place of a node in its [`Table`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeId(usize);

/// What a value without parts may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// Anything but a list or a map, such as `IntOrString`.
    Any,
    /// A string.
    String,
    /// A number, whole or not.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A quantity of a built-in type: the server rewrites it in its canonical form.
    Quantity,
    /// A quantity of a resource list: the server rounds it up to thousandths as well.
    Amount,
    /// Bytes of a built-in type, in base64: the server rewrites them in its canonical form.
    Bytes,
}

/// How the items of a list are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Items {
    /// Not at all: the list is one leaf.
    Atomic,
    /// By their value.
    Set,
    /// By the named fields of each.
    Keyed(Vec<String>),
}

/// The type of a list.
#[derive(Clone, Debug)]
pub struct ListNode {
    /// How items are told apart.
    pub items: Items,
    /// The type of each item.
    pub item: NodeId,
}

/// A named field of a map.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its type.
    pub node: NodeId,
    /// The value it counts with as the key of a list item that does not have it.
    pub key_default: Option<Value>,
    /// Whether a new object of a built-in kind has it from the start.
    pub presence: Presence,
    /// What the server of a built-in kind makes of a zero value: `""`, `0`, `false`.
    pub zero: Zero,
    /// What the server of a built-in kind fills in when it is absent, whatever else the object says.
    pub default: Option<Value>,
}

impl Field {
    /// A field of which nothing is known but its type.
    pub fn plain(node: NodeId) -> Self {
        Self { node, key_default: None, presence: Presence::Absent, zero: Zero::Kept, default: None }
    }
}

/// What becomes of a zero value in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Zero {
    /// It is kept: the field may be absent, and zero is another thing.
    Kept,
    /// It is left out: zero and absent are the same.
    Omitted,
    /// It is written even where nobody has set it: this value.
    Written(Value),
    /// The server chooses a value, and keeps what it has chosen.
    Chosen,
}

/// What the server does to values of one type that no description of its fields tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A subject of a role binding: users and groups are of the group of roles.
    Subject,
    /// A limit of a LimitRange: some amounts follow from others.
    LimitRangeItem,
    /// A template of claims in a StatefulSet: it says its own kind.
    ClaimTemplate,
    /// A container: which images are pulled again depends on the tag.
    Container,
    /// The names of a custom kind follow from the kind.
    Names,
    /// A network policy is about egress when it has rules for it.
    NetworkPolicy,
    /// A port of a Service leads to the same port of the pods.
    ServicePort,
    /// A Secret of a ServiceAccount: the server keeps the name only.
    NameOnly,
    /// The metadata of an object: the server reads them as it reads a built-in kind, in custom resources too.
    Metadata,
}

/// What a new Go value has for a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Nothing: it is left out when it is empty.
    Absent,
    /// A null: it is written even when it is empty.
    Null,
    /// An empty struct.
    Struct,
}

/// The type of a map.
#[derive(Clone, Debug, Default)]
pub struct MapNode {
    /// The fields known by name.
    pub fields: BTreeMap<String, Field>,
    /// The type of all others; absent when there may be no others.
    pub rest: Option<NodeId>,
    /// Whether the map is one leaf.
    pub is_atomic: bool,
}

/// What a value may be: several at once when only the value itself tells (an untyped field).
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// As a scalar.
    pub scalar: Option<Scalar>,
    /// As a list.
    pub list: Option<ListNode>,
    /// As a map.
    pub map: Option<MapNode>,
    /// What the server does beside that.
    pub rule: Option<Rule>,
}

impl Node {
    /// A scalar and nothing else.
    pub fn scalar(scalar: Scalar) -> Self {
        Self { scalar: Some(scalar), ..Self::default() }
    }

    /// A list and nothing else.
    pub fn list(items: Items, item: NodeId) -> Self {
        Self { list: Some(ListNode { items, item }), ..Self::default() }
    }

    /// A map and nothing else.
    pub fn map(map: MapNode) -> Self {
        Self { map: Some(map), ..Self::default() }
    }
}

/// The type of whatever is not described: maps granular, lists atomic.
pub const DEDUCED: NodeId = NodeId(0);
/// The type of whatever is replaced as a whole.
pub const UNTYPED: NodeId = NodeId(1);

/// An arena of nodes. The first two are [`DEDUCED`] and [`UNTYPED`].
#[derive(Clone, Debug)]
pub struct Table {
    nodes: Vec<Node>,
}

impl Default for Table {
    fn default() -> Self {
        let any = |rest, is_atomic| Node {
            scalar: Some(Scalar::Any),
            list: Some(ListNode { items: Items::Atomic, item: UNTYPED }),
            map: Some(MapNode { rest: Some(rest), is_atomic, ..MapNode::default() }),
            rule: None,
        };
        Self { nodes: vec![any(DEDUCED, false), any(UNTYPED, true)] }
    }
}

impl Table {
    /// Adds a node.
    pub fn add(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        NodeId(self.nodes.len() - 1)
    }

    /// Puts a node in the place of one that was added before its parts were known.
    pub fn set(&mut self, id: NodeId, node: Node) {
        if let Some(place) = self.nodes.get_mut(id.0) {
            *place = node;
        }
    }

    /// Gives a node. An id of another table gives some other node, or [`DEDUCED`].
    pub fn node(&self, id: NodeId) -> &Node {
        self.nodes.get(id.0).unwrap_or(&self.nodes[DEDUCED.0])
    }

    /// Copies a node of another table, and all that it is made of.
    pub fn import(&mut self, other: &Self, id: NodeId) -> NodeId {
        self.import_seen(other, id, &mut BTreeMap::new())
    }

    fn import_seen(&mut self, other: &Self, id: NodeId, seen: &mut BTreeMap<usize, NodeId>) -> NodeId {
        if id == DEDUCED || id == UNTYPED {
            return id;
        }
        if let Some(known) = seen.get(&id.0) {
            return *known;
        }
        let place = self.add(Node::default());
        seen.insert(id.0, place);
        let mut node = other.node(id).clone();
        if let Some(list) = &mut node.list {
            list.item = self.import_seen(other, list.item, seen);
        }
        if let Some(map) = &mut node.map {
            for field in map.fields.values_mut() {
                field.node = self.import_seen(other, field.node, seen);
            }
            map.rest = map.rest.map(|rest| self.import_seen(other, rest, seen));
        }
        self.set(place, node);
        place
    }
}
