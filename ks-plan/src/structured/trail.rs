//! The way to where a walk stands, which becomes a path only when somebody asks for it.

use serde_json::Value;

use super::path::{FieldPath, PathElement};
use super::schema::ListType;

/// One step of a [`Trail`].
#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'a> {
    /// Into a field of a map.
    Field(&'a str),
    /// Into an item of a list, which is told by its key or value.
    Item(ListType<'a>, &'a Value),
    /// Into an item of a list, which is told by its place.
    Index(usize),
}

/// Holds borrowed steps: most walks find nothing to tell about, so no step is worth a copy beforehand.
#[derive(Clone, Debug, Default)]
pub(super) struct Trail<'a>(Vec<Step<'a>>);

impl<'a> Trail<'a> {
    /// Goes one step down.
    pub(super) fn push(&mut self, step: Step<'a>) {
        self.0.push(step);
    }

    /// Goes one step up.
    pub(super) fn pop(&mut self) {
        self.0.pop();
    }

    /// The way as a path. An item that nothing tells from the others is left out; no walk goes into one.
    pub(super) fn path(&self) -> FieldPath {
        let element = |step: &Step<'a>| match step {
            Step::Field(name) => Some(PathElement::field(*name)),
            Step::Item(list, item) => list.element(item),
            Step::Index(index) => Some(PathElement::Index(*index)),
        };
        FieldPath(self.0.iter().filter_map(element).collect())
    }
}
