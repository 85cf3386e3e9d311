//! Which fields a write adds, modifies and removes.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::field_set::FieldSet;
use super::fields::without_reset;
use super::path::PathElement;
use super::schema::{ListType, MapType, Shape, Type};
use super::value::equal;

/// The fields that differ between an object before and after a write.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes {
    /// Only after.
    pub(super) added: FieldSet,
    /// In both, with other values.
    pub(super) modified: FieldSet,
    /// Only before.
    pub(super) removed: FieldSet,
}

impl Changes {
    /// Compares two objects, items of keyed lists by their keys.
    pub(super) fn between(before: &Value, after: &Value, ty: Type<'_>) -> Self {
        let mut walk = Walk { path: Vec::new(), changes: Self::default() };
        walk.either(Some(before), Some(after), ty);
        walk.changes
    }

    /// Leaves out `status` where the server ignores it.
    pub(super) fn without_reset(self, ty: Type<'_>) -> Self {
        let filter = |fields: &FieldSet| without_reset(fields, ty);
        Self { added: filter(&self.added), modified: filter(&self.modified), removed: filter(&self.removed) }
    }

    /// Gives what the writer of the change wrote.
    pub(super) fn written(&self) -> FieldSet {
        self.modified.union(&self.added)
    }
}

struct Walk {
    path: Vec<PathElement>,
    changes: Changes,
}

impl Walk {
    fn either(&mut self, before: Option<&Value>, after: Option<&Value>, ty: Type<'_>) {
        let is_leaf = match (before, after) {
            // A field of no fixed type that turns from one form into another: the old form goes, the new one comes.
            (Some(old), Some(new)) if !ty.has_same_form(old, new) => {
                self.in_shape(before, after, ty.shape(old));
                self.in_shape(before, after, ty.shape(new))
            }
            (_, Some(value)) | (Some(value), None) => self.in_shape(before, after, ty.shape(value)),
            (None, None) => return,
        };
        match (before, after) {
            (None, Some(_)) if !is_leaf => self.changes.added.insert(&self.path),
            (Some(_), None) if !is_leaf => self.changes.removed.insert(&self.path),
            _ => {}
        }
    }

    /// Looks at a value in one shape, and tells whether it is a leaf there.
    fn in_shape(&mut self, before: Option<&Value>, after: Option<&Value>, shape: Shape<'_>) -> bool {
        match shape {
            Shape::Map(ty) => self.maps(before, after, ty),
            Shape::List(ty) => self.lists(before, after, ty),
            Shape::Scalar(_) => self.leaf(before, after),
        }
    }

    fn leaf(&mut self, before: Option<&Value>, after: Option<&Value>) -> bool {
        match (before, after) {
            (None, _) => self.changes.added.insert(&self.path),
            (_, None) => self.changes.removed.insert(&self.path),
            (Some(old), Some(new)) if !equal(old, new) => self.changes.modified.insert(&self.path),
            _ => {}
        }
        true
    }

    fn maps(&mut self, before: Option<&Value>, after: Option<&Value>, ty: MapType<'_>) -> bool {
        let nothing = Map::new();
        let old = before.and_then(Value::as_object).unwrap_or(&nothing);
        let new = after.and_then(Value::as_object).unwrap_or(&nothing);
        if ty.is_atomic() || (old.is_empty() && new.is_empty()) {
            return self.leaf(before, after);
        }
        self.entries(old, new, ty);
        false
    }

    fn entries(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, ty: MapType<'_>) {
        let added =
            new.iter().filter(|(name, _)| !old.contains_key(*name)).map(|(name, value)| (name, None, Some(value)));
        let kept = old.iter().map(|(name, value)| (name, Some(value), new.get(name)));
        for (name, before, after) in kept.chain(added) {
            self.path.push(PathElement::Field(name.clone()));
            self.either(before, after, ty.field(name));
            self.path.pop();
        }
    }

    fn lists(&mut self, before: Option<&Value>, after: Option<&Value>, ty: ListType<'_>) -> bool {
        let items = |value: Option<&'_ Value>| value.and_then(Value::as_array).is_some_and(|list| !list.is_empty());
        if ty.is_atomic() || (!items(before) && !items(after)) {
            return self.leaf(before, after);
        }
        for (element, (old, new)) in pair_items(before, after, ty) {
            self.path.push(element);
            self.items(&old, &new, ty);
            self.path.pop();
        }
        false
    }

    /// Items that share a key have no fields of their own: they change as one.
    fn items(&mut self, old: &[&Value], new: &[&Value], ty: ListType<'_>) {
        match (old, new) {
            ([] | [_], [] | [_]) => self.either(old.first().copied(), new.first().copied(), ty.item()),
            ([_, _, ..], [_, _, ..]) => {
                let is_same = old.len() == new.len() && old.iter().zip(new).all(|(old, new)| equal(old, new));
                if !is_same {
                    self.changes.modified.insert(&self.path);
                }
            }
            ([_, _, ..], _) => {
                self.either(None, new.first().copied(), ty.item());
                self.changes.removed.insert(&self.path);
            }
            (_, [_, _, ..]) => {
                self.either(old.first().copied(), None, ty.item());
                self.changes.added.insert(&self.path);
            }
        }
    }
}

type Pairs<'a> = BTreeMap<PathElement, (Vec<&'a Value>, Vec<&'a Value>)>;

/// Brings the items of two keyed lists together by their keys.
pub(super) fn pair_items<'a>(before: Option<&'a Value>, after: Option<&'a Value>, ty: ListType<'_>) -> Pairs<'a> {
    let items = |value: Option<&'a Value>| value.and_then(Value::as_array).into_iter().flatten().enumerate();
    let element = |index, item| ty.element(item).unwrap_or(PathElement::Index(index));
    let mut pairs = Pairs::new();
    for (index, item) in items(before) {
        pairs.entry(element(index, item)).or_default().0.push(item);
    }
    for (index, item) in items(after) {
        pairs.entry(element(index, item)).or_default().1.push(item);
    }
    pairs
}
