//! The tools that wrote the platform before ks, and how ks takes over from them.
//!
//! Server-side apply sees their fields as somebody else's: a changed value would be a conflict, and a field that ks does not
//! want would stay for ever. So where ks never applied an object, what they own of it is written down as applied by ks, and
//! the apply that follows keeps, changes or removes it like anything that ks once applied. Later writes of the same tools
//! are those of others again.

use serde_json::{Map, Value};

use crate::build::FIELD_MANAGER;
use crate::conflict::{Conflict, FieldOwner};
use crate::structured::hand_over::{hand_over, prune_handed};
use crate::structured::{FieldSet, ManagedFields, ManagerEntry, Operation, Type, owned_by};

/// Field managers whose fields ks takes over, and how they wrote. Edits of people have other names (`kubectl-edit`,
/// `kubectl-patch`, `kubectl-label`), and stay theirs.
const PREDECESSORS: [(&str, Operation); 4] = [
    // `kubectl apply`, by which the installer writes nearly everything.
    ("kubectl-client-side-apply", Operation::Update),
    // `kubectl apply --server-side --force-conflicts`, when the former fails, as it does for large definitions.
    ("kubectl", Operation::Apply),
    // `kubectl replace`, when that fails too.
    ("kubectl-replace", Operation::Update),
    // The releases of notification-manager and of the GPU exporter.
    ("helm", Operation::Update),
];

/// What ks takes over with one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adoption {
    /// The tools that it takes over from, sorted.
    pub managers: Vec<String>,
    managed: ManagedFields,
    handed: FieldSet,
}

impl Adoption {
    /// Looks whether a live object that ks never applied has fields of a predecessor.
    ///
    /// # Example
    /// ```
    /// use ks_plan::Adoption;
    /// let live = serde_json::json!({ "metadata": { "managedFields": [{
    ///     "manager": "helm", "operation": "Update", "apiVersion": "v1",
    ///     "fieldsType": "FieldsV1", "fieldsV1": { "f:data": { "f:a": {} } } }] } });
    /// assert_eq!(Adoption::of(&live).expect("helm wrote it").managers, ["helm"]);
    /// ```
    pub fn of(live: &Value) -> Option<Self> {
        if owned_by(live, FIELD_MANAGER).is_some() {
            return None;
        }
        let before = ManagedFields::of(live).ok()?;
        let (managed, handed) = hand_over(&before, FIELD_MANAGER, is_predecessor)?;
        let of_object = before.entries.iter().filter(|it| it.subresource.is_empty() && is_predecessor(it));
        let mut managers: Vec<String> = of_object.map(|it| it.manager.clone()).collect();
        managers.sort();
        managers.dedup();
        Some(Self { managers, managed, handed })
    }

    /// The fields that it takes over.
    pub(crate) fn fields(&self) -> &FieldSet {
        &self.handed
    }

    /// Whether it takes over the same fields as another look at the object.
    pub fn takes_the_same(&self, other: &Self) -> bool {
        self.handed == other.handed
    }

    /// The `metadata.managedFields` that make ks the owner.
    pub fn managed_fields(&self) -> Value {
        self.managed.to_value()
    }

    /// The live object with ks as the owner.
    pub(crate) fn of_owner(&self, live: &Value) -> Value {
        let mut owned = live.clone();
        if let Some(metadata) = owned.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.insert("managedFields".to_owned(), self.managed_fields());
        }
        owned
    }

    /// The object after, from the answer to an apply that did not know of the adoption.
    ///
    /// The predecessor also owns the defaults that the server filled in when it made the object. They go here, and the
    /// server fills them in again: [`merge_patch`] asks it to.
    pub fn complete(&self, merged: Value, ty: Type<'_>) -> Value {
        prune_handed(merged, &self.handed, is_predecessor, ty)
    }

    /// The conflicts that are left when the predecessors own nothing any more.
    pub(crate) fn left(&self, mut conflicts: Vec<Conflict>) -> Vec<Conflict> {
        conflicts.retain(|it| !is_of_predecessor(&it.owner));
        conflicts
    }
}

/// The merge patch (RFC 7396) that makes one object of another, without `metadata.managedFields`; `None` when there is
/// nothing to do.
///
/// # Example
/// ```
/// use ks_plan::predecessors::merge_patch;
/// use serde_json::json;
/// assert_eq!(merge_patch(&json!({ "a": 1, "b": [1] }), &json!({ "b": [2] })), Some(json!({ "b": [2], "a": null })));
/// ```
pub fn merge_patch(before: &Value, after: &Value) -> Option<Value> {
    let (Value::Object(before), Value::Object(after)) = (before, after) else {
        return (before != after).then(|| after.clone());
    };
    let mut patch = Map::new();
    for (key, value) in after.iter().filter(|(key, _)| *key != "managedFields") {
        let change = match before.get(key) {
            Some(known) => merge_patch(known, value),
            None => Some(value.clone()),
        };
        patch.extend(change.map(|it| (key.clone(), it)));
    }
    let gone = before.keys().filter(|key| !after.contains_key(*key) && *key != "managedFields");
    patch.extend(gone.map(|key| (key.clone(), Value::Null)));
    (!patch.is_empty()).then_some(Value::Object(patch))
}

fn is_predecessor(entry: &ManagerEntry) -> bool {
    PREDECESSORS.contains(&(entry.manager.as_str(), entry.operation))
}

/// What a tool wrote through a subresource, such as a status, is not handed over.
fn is_of_predecessor(owner: &FieldOwner) -> bool {
    let is_known = |operation| PREDECESSORS.contains(&(owner.manager.as_str(), operation));
    owner.subresource.is_none() && owner.operation.is_some_and(is_known)
}
