//! A set of field paths: what one manager owns.

use serde_json::{Map, Value};

use super::path::{FieldPath, PathElement};

/// Tells why a `FieldsV1` text is not a set of fields.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldsV1Error {
    /// Something that should be a map is none.
    #[error("fieldsV1 has no map at {path}")]
    NotAMap {
        /// The way to it inside of the FieldsV1 value.
        path: String,
    },
    /// A step could not be read.
    #[error("fieldsV1 has a step that is none: {element:?}")]
    BadElement {
        /// The step as written.
        element: String,
    },
}

/// An ordered set of field paths, kept as a trie.
///
/// A path may be a member itself, have members below it, or both: a list item that a manager created is a member beside its
/// fields. The text form is `FieldsV1` of `metadata.managedFields` (KEP-555).
///
/// ```
/// use ks_plan::structured::FieldSet;
/// use serde_json::json;
///
/// let fields = json!({"f:spec": {"f:ports": {"k:{\"port\":80}": {".": {}, "f:name": {}}}}});
/// let set = FieldSet::from_fields_v1(&fields).expect("well-formed");
/// assert_eq!(set.len(), 2);
/// let paths: Vec<String> = set.paths().map(|path| path.to_string()).collect();
/// assert_eq!(paths, [".spec.ports[port=80]", ".spec.ports[port=80].name"]);
/// assert_eq!(set.to_fields_v1(), fields);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSet {
    /// Sorted by element, each element once, and no node without a member in it.
    nodes: Vec<Node>,
}

/// One step of the trie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// The step.
    pub(super) element: PathElement,
    /// Whether the path that ends here is in the set.
    pub(super) is_member: bool,
    /// What is in the set below it.
    pub(super) below: FieldSet,
}

impl Node {
    fn is_empty(&self) -> bool {
        !self.is_member && self.below.is_empty()
    }
}

impl FieldSet {
    /// The set without a path.
    pub(super) const EMPTY: Self = Self { nodes: Vec::new() };

    /// Makes a set of nodes in any order.
    pub(super) fn from_nodes(nodes: Vec<Node>) -> Self {
        let mut set = Self { nodes };
        set.normalize();
        set.nodes.retain(|node| !node.is_empty());
        set
    }

    /// Gives the steps of the top level, in order.
    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Makes the set of the given paths. The empty path is no field and is left out.
    pub fn from_paths(paths: impl IntoIterator<Item = FieldPath>) -> Self {
        let mut set = Self::default();
        for path in paths {
            set.insert(&path.0);
        }
        set
    }

    /// Adds one path. The empty path is no field and changes nothing.
    pub fn insert(&mut self, path: &[PathElement]) {
        if let Some((last, parents)) = path.split_last() {
            let mut set = self;
            for element in parents {
                set = &mut set.node_mut(element).below;
            }
            set.node_mut(last).is_member = true;
        }
    }

    fn node_mut(&mut self, element: &PathElement) -> &mut Node {
        let place = self.nodes.binary_search_by(|node| node.element.cmp(element)).unwrap_or_else(|place| {
            self.nodes.insert(place, Node { element: element.clone(), is_member: false, below: Self::default() });
            place
        });
        &mut self.nodes[place]
    }

    fn node(&self, element: &PathElement) -> Option<&Node> {
        let place = self.nodes.binary_search_by(|node| node.element.cmp(element)).ok()?;
        self.nodes.get(place)
    }

    /// Tells whether the set has no path.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Counts the paths.
    pub fn len(&self) -> usize {
        self.nodes.iter().map(|node| usize::from(node.is_member) + node.below.len()).sum()
    }

    /// Tells whether the very path is in the set; its parents and children do not count.
    pub fn contains(&self, path: &[PathElement]) -> bool {
        match path {
            [] => false,
            [last] => self.node(last).is_some_and(|node| node.is_member),
            [first, rest @ ..] => self.node(first).is_some_and(|node| node.below.contains(rest)),
        }
    }

    /// Gives the part of the set below one step, without the step; absent when nothing is below it.
    pub fn below(&self, element: &PathElement) -> Option<&Self> {
        self.node(element).map(|node| &node.below).filter(|below| !below.is_empty())
    }

    /// Gives all paths, parents before children, in the order of [`PathElement`].
    pub fn paths(&self) -> impl Iterator<Item = FieldPath> {
        let mut paths = Vec::with_capacity(self.len());
        self.collect_paths(&mut Vec::new(), &mut paths);
        paths.into_iter()
    }

    fn collect_paths(&self, prefix: &mut Vec<PathElement>, paths: &mut Vec<FieldPath>) {
        for node in &self.nodes {
            prefix.push(node.element.clone());
            if node.is_member {
                paths.push(FieldPath(prefix.clone()));
            }
            node.below.collect_paths(prefix, paths);
            prefix.pop();
        }
    }

    /// Gives the paths that have no path below them.
    #[must_use]
    pub fn leaves(&self) -> Self {
        let nodes = self.nodes.iter().map(|node| Node {
            element: node.element.clone(),
            is_member: node.is_member && node.below.is_empty(),
            below: node.below.leaves(),
        });
        Self { nodes: nodes.collect() }
    }

    /// Gives what is in either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.join(other, true, true, |a, b| Node {
            element: a.element.clone(),
            is_member: a.is_member || b.is_member,
            below: a.below.union(&b.below),
        })
    }

    /// Gives what is in both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.join(other, false, false, |a, b| Node {
            element: a.element.clone(),
            is_member: a.is_member && b.is_member,
            below: a.below.intersection(&b.below),
        })
    }

    /// Gives what is in this set and not in the other. A parent in the other set does not take its children along.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.join(other, true, false, |a, b| Node {
            element: a.element.clone(),
            is_member: a.is_member && !b.is_member,
            below: a.below.difference(&b.below),
        })
    }

    /// Gives what is in this set and neither in the other nor below a path of the other.
    #[must_use]
    pub fn recursive_difference(&self, other: &Self) -> Self {
        self.join(other, true, false, |a, b| Node {
            element: a.element.clone(),
            is_member: a.is_member && !b.is_member,
            below: if b.is_member { Self::default() } else { a.below.recursive_difference(&b.below) },
        })
    }

    /// Walks both sorted sets at once; `both` joins what they share, and what comes out empty is left out.
    fn join(&self, other: &Self, keep_ours: bool, keep_theirs: bool, both: impl Fn(&Node, &Node) -> Node) -> Self {
        let mut nodes = Vec::with_capacity(self.nodes.len());
        let (mut ours, mut theirs) = (self.nodes.iter().peekable(), other.nodes.iter().peekable());
        while let (Some(a), Some(b)) = (ours.peek(), theirs.peek()) {
            match a.element.cmp(&b.element) {
                std::cmp::Ordering::Less => nodes.extend(ours.next().filter(|_| keep_ours).cloned()),
                std::cmp::Ordering::Greater => nodes.extend(theirs.next().filter(|_| keep_theirs).cloned()),
                std::cmp::Ordering::Equal => {
                    nodes.push(both(a, b));
                    ours.next();
                    theirs.next();
                }
            }
        }
        nodes.extend(ours.filter(|_| keep_ours).cloned());
        nodes.extend(theirs.filter(|_| keep_theirs).cloned());
        nodes.retain(|node| !node.is_empty());
        Self { nodes }
    }

    /// Reads a `FieldsV1` value. Steps of a kind nobody knows are left out, as the API server does.
    ///
    /// # Errors
    /// When something that should be a map is none, or a step is not readable.
    pub fn from_fields_v1(fields: &Value) -> Result<Self, FieldsV1Error> {
        let map = fields.as_object().ok_or_else(|| FieldsV1Error::NotAMap { path: ".".to_owned() })?;
        Ok(Self::read(map)?.0)
    }

    /// Reads one level: the set below, and whether the level's own path is a member (a `.`, or nothing below).
    fn read(map: &Map<String, Value>) -> Result<(Self, bool), FieldsV1Error> {
        let mut set = Self { nodes: Vec::with_capacity(map.len()) };
        let mut is_member = false;
        for (key, value) in map {
            if key == "." {
                is_member = true;
                continue;
            }
            let Some(element) = PathElement::from_fields_v1(key)? else { continue };
            let inner = value.as_object().ok_or_else(|| FieldsV1Error::NotAMap { path: key.clone() })?;
            let (below, member) = Self::read(inner)?;
            set.nodes.push(Node { element, is_member: member, below });
        }
        set.normalize();
        let is_member = is_member || set.is_empty();
        Ok((set, is_member))
    }

    fn normalize(&mut self) {
        if self.nodes.is_sorted_by(|a, b| a.element < b.element) {
            return;
        }
        let mut unsorted = std::mem::take(&mut self.nodes);
        unsorted.sort_by(|a, b| a.element.cmp(&b.element));
        for node in unsorted {
            match self.nodes.last_mut() {
                Some(last) if last.element == node.element => {
                    last.is_member |= node.is_member;
                    last.below = last.below.union(&node.below);
                }
                _ => self.nodes.push(node),
            }
        }
    }

    /// Writes the set as `FieldsV1`, keys in the API server's order.
    pub fn to_fields_v1(&self) -> Value {
        let mut map = Map::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let mut below = Map::new();
            if node.is_member && !node.below.is_empty() {
                below.insert(".".to_owned(), Value::Object(Map::new()));
            }
            if let Value::Object(rest) = node.below.to_fields_v1() {
                below.extend(rest);
            }
            map.insert(node.element.to_fields_v1(), Value::Object(below));
        }
        Value::Object(map)
    }
}
