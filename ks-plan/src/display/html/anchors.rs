//! Where on the page an object stands.

use std::collections::BTreeMap;

use ks_model::ObjectRef;

use crate::change::Action;
use crate::display::names::ShortNames;
use crate::plan::Plan;

/// Gives each changed object the name of its place on the page, and the name that readers see.
pub struct Anchors<'a> {
    names: ShortNames,
    places: BTreeMap<&'a ObjectRef, String>,
}

impl<'a> Anchors<'a> {
    /// Numbers the objects in the order of the plan.
    pub fn of(plan: &'a Plan, names: ShortNames) -> Self {
        let changed = plan.changes.iter().filter(|it| it.action != Action::NoOp);
        let places = changed.enumerate().map(|(number, it)| (&it.object, format!("o{number}"))).collect();
        Self { names, places }
    }

    /// The place of an object; nothing when it does not change.
    pub fn place(&self, object: &ObjectRef) -> Option<&str> {
        self.places.get(object).map(String::as_str)
    }

    /// The name of an object.
    pub fn name(&self, object: &ObjectRef) -> String {
        self.names.show(object)
    }
}
