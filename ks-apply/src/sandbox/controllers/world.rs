//! What a controller may see and do.

use ks_model::{GroupKind, ObjectRef};
use serde_json::Value;

use crate::sandbox::api::apply::{Writer, Written};
use crate::sandbox::api::{delete, finish};
use crate::sandbox::clock::Moment;
use crate::sandbox::fault::FaultPlan;
use crate::sandbox::merge::Types;
use crate::sandbox::options::Pace;
use crate::sandbox::state::State;
use crate::sandbox::{kinds, object};

/// Holds the state at a moment, and how fast and with which faults it moves on.
pub(in crate::sandbox) struct World<'a> {
    /// The objects.
    pub state: &'a mut State,
    /// The types of the built-in kinds.
    pub types: &'a Types,
    /// What goes wrong.
    pub faults: &'a FaultPlan,
    /// How long things take.
    pub pace: Pace,
    /// Whether anyone but the API server acts.
    pub controllers: bool,
    /// The moment it is.
    pub at: Moment,
}

impl World<'_> {
    /// Copies the objects of a kind, so that they can be changed one by one.
    pub fn all(&self, group: &str, kind: &str) -> Vec<Value> {
        self.state.of_kind(group, kind).map(|(_, value)| value.clone()).collect()
    }

    /// Copies the objects of a kind that `owner` controls, by name.
    pub fn controlled(&self, group: &str, kind: &str, owner: &Value) -> Vec<Value> {
        let namespace = object::text(owner, "/metadata/namespace");
        let of_kind = self.state.of_kind_in(group, kind, namespace);
        of_kind.filter(|(_, value)| object::is_controlled_by(value, owner)).map(|(_, value)| value.clone()).collect()
    }

    /// Looks up an object in a namespace.
    pub fn find(&self, group: &str, kind: &str, namespace: &str, name: &str) -> Option<&Value> {
        self.state.get(&ObjectRef::namespaced(GroupKind::new(group, kind), namespace, name))
    }

    /// Creates or replaces an object; what the API server would refuse is left undone.
    pub fn write(&mut self, manager: &str, value: &Value) -> bool {
        let Some(kind) = kinds::built_in(self.state, value) else { return false };
        let live = self.state.get(&object::reference(value)).cloned();
        if live.as_ref() == Some(value) {
            return true;
        }
        let mut new = value.clone();
        finish::complete(self.state, &kind, live.as_ref(), &mut new);
        let new = self.types.update(&kind, live.as_ref(), &new, self.writer(manager));
        let written = finish::finish(self.state, &kind, live, new, self.at);
        written.map(|written: Written| written.store(self.state)).is_ok()
    }

    /// Replaces the status of an object.
    pub fn write_status(&mut self, manager: &str, live: &Value, status: Value) {
        if live["status"] == status {
            return;
        }
        let Some(kind) = kinds::built_in(self.state, live) else { return };
        let mut new = live.clone();
        new["status"] = status;
        let new = self.types.update_status(&kind, live, &new, self.writer(manager));
        self.state.put(new);
    }

    /// Forgets an object at once.
    pub fn remove(&mut self, value: &Value) {
        delete::remove(self.state, &object::reference(value));
    }

    fn writer<'w>(&self, manager: &'w str) -> Writer<'w> {
        Writer { manager, force: false, at: self.at }
    }
}

/// The conditions of a status with one of them set; its transition time moves only when its status does.
pub(in crate::sandbox) fn with_condition(conditions: &[Value], mut condition: Value, at: Moment) -> Vec<Value> {
    let mut conditions = conditions.to_vec();
    match conditions.iter_mut().find(|it| it["type"] == condition["type"]) {
        Some(old) => {
            let kept = if old["status"] == condition["status"] {
                old["lastTransitionTime"].clone()
            } else {
                at.rfc3339().into()
            };
            condition["lastTransitionTime"] = kept;
            *old = condition;
        }
        None => {
            condition["lastTransitionTime"] = at.rfc3339().into();
            conditions.push(condition);
        }
    }
    conditions
}
