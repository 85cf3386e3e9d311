//! Laying one object over another: maps field by field, keyed lists item by item, all else replaced.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value};

use super::path::PathElement;
use super::schema::{ListType, MapType, Shape, Type};

/// Lays `over` over `under`. What `over` does not mention stays.
pub(super) fn merge(under: &Value, over: &Value, ty: Type<'_>) -> Value {
    merge_either(Some(under), Some(over), ty).unwrap_or(Value::Null)
}

fn merge_either(under: Option<&Value>, over: Option<&Value>, ty: Type<'_>) -> Option<Value> {
    let (Some(under), Some(over)) = (under, over) else { return over.or(under).cloned() };
    match ty.shape(over) {
        Shape::Map(map) => merge_maps(under, over, map),
        Shape::List(list) => merge_lists(under, over, list),
        Shape::Scalar(_) => Some(over.clone()),
    }
}

fn merge_maps(under: &Value, over: &Value, ty: MapType<'_>) -> Option<Value> {
    let nothing = Map::new();
    let (below, above) = (under.as_object().unwrap_or(&nothing), over.as_object().unwrap_or(&nothing));
    // Two empty maps are a leaf, so that null and empty stay apart.
    if ty.is_atomic() || (below.is_empty() && above.is_empty()) {
        return Some(over.clone());
    }
    let mut merged = Map::new();
    for (name, value) in below {
        let value = merge_either(Some(value), above.get(name), ty.field(name));
        merged.extend(value.map(|value| (name.clone(), value)));
    }
    let added = above.iter().filter(|(name, _)| !below.contains_key(*name));
    merged.extend(added.map(|(name, value)| (name.clone(), value.clone())));
    (!merged.is_empty()).then_some(Value::Object(merged))
}

fn merge_lists(under: &Value, over: &Value, ty: ListType<'_>) -> Option<Value> {
    let below = under.as_array().map_or(&[][..], Vec::as_slice);
    let above = over.as_array().map_or(&[][..], Vec::as_slice);
    if ty.is_atomic() || (below.is_empty() && above.is_empty()) {
        return Some(over.clone());
    }
    let merged = ListMerge::new(below, above, ty).run();
    (!merged.is_empty()).then_some(Value::Array(merged))
}

/// The merge of two lists whose items have keys.
///
/// The items that only the lower list has keep their place; those of the upper list come in the order of the upper list.
struct ListMerge<'a> {
    ty: ListType<'a>,
    below: VecDeque<(PathElement, &'a Value)>,
    above: VecDeque<(PathElement, &'a Value)>,
    /// The lower item for each key; null where several share it, as none of them is merged into then.
    lower: BTreeMap<PathElement, &'a Value>,
    /// The keys of the upper list.
    upper: BTreeSet<PathElement>,
    /// The keys of both lists that are still to come, in the order of the upper list.
    shared: VecDeque<PathElement>,
    done: BTreeSet<PathElement>,
    merged: Vec<Value>,
}

impl<'a> ListMerge<'a> {
    fn new(below: &'a [Value], above: &'a [Value], ty: ListType<'a>) -> Self {
        let keyed = |items: &'a [Value]| -> VecDeque<(PathElement, &'a Value)> {
            let element = |(index, item)| (ty.element(item).unwrap_or(PathElement::Index(index)), item);
            items.iter().enumerate().map(element).collect()
        };
        let (below, above) = (keyed(below), keyed(above));
        let mut lower = BTreeMap::new();
        for (element, item) in &below {
            lower.entry(element.clone()).and_modify(|item| *item = &Value::Null).or_insert(*item);
        }
        let upper: BTreeSet<_> = above.iter().map(|(element, _)| element.clone()).collect();
        let shared = above.iter().map(|(element, _)| element.clone()).filter(|element| lower.contains_key(element));
        let shared = shared.collect();
        Self { ty, below, above, lower, upper, shared, done: BTreeSet::new(), merged: Vec::new() }
    }

    fn run(mut self) -> Vec<Value> {
        while let Some(step) = self.next_step() {
            match step {
                Step::TakeLower => self.take_lower(),
                Step::SkipLower => drop(self.below.pop_front()),
                Step::TakeUpper => self.take_upper(),
                // They are the same, or the lower one has been merged before.
                Step::TakeBoth => {
                    self.below.pop_front();
                    self.take_upper();
                }
            }
        }
        self.merged
    }

    fn next_step(&self) -> Option<Step> {
        let (below, above) = (self.below.front(), self.above.front());
        let Some((lower, _)) = below else { return above.map(|_| Step::TakeUpper) };
        if !self.upper.contains(lower) {
            return Some(Step::TakeLower);
        }
        Some(match above {
            Some((upper, _)) if upper == lower => Step::TakeBoth,
            // A shared item whose turn has not come, or has been: the upper list says where it goes.
            Some(_) if self.shared.front().is_some_and(|next| next != lower) => Step::SkipLower,
            Some(_) if self.done.contains(lower) => Step::TakeBoth,
            Some(_) => Step::TakeUpper,
            None => Step::SkipLower,
        })
    }

    fn take_lower(&mut self) {
        if let Some((_, item)) = self.below.pop_front() {
            self.merged.extend(merge_either(Some(item), None, self.ty.item()));
        }
    }

    fn take_upper(&mut self) {
        if let Some((element, item)) = self.above.pop_front() {
            self.merged.extend(merge_either(self.lower.get(&element).copied(), Some(item), self.ty.item()));
            if self.shared.front() == Some(&element) {
                self.shared.pop_front();
            }
            self.done.insert(element);
        }
    }
}

enum Step {
    TakeLower,
    SkipLower,
    TakeUpper,
    TakeBoth,
}
