//! Fields that change hands without a change of their values: what one tool wrote becomes what another applied.

use serde_json::Value;

use super::Type;
use super::field_set::FieldSet;
use super::managed_fields::{ManagedFields, ManagerEntry, Operation};
use super::removal::prune;

/// Moves what some writers own of the object itself into what `heir` applied.
///
/// The answer is the new book of owners, and the fields that have moved; `None` when there are none. The paths of the heir
/// are then meant in the version in which the last of the writers wrote.
pub fn hand_over(
    managed: &ManagedFields,
    heir: &str,
    gives: impl Fn(&ManagerEntry) -> bool,
) -> Option<(ManagedFields, FieldSet)> {
    let gives = |it: &&ManagerEntry| it.subresource.is_empty() && gives(it);
    let youngest = managed.entries.iter().filter(gives).max_by(|a, b| a.time.cmp(&b.time))?.clone();
    let handed = managed.entries.iter().filter(gives).fold(FieldSet::EMPTY, |all, it| all.union(&it.fields));
    let mut entries = managed.entries.clone();
    entries.retain(|it| !gives(&it));
    let mut after = ManagedFields { entries };
    let heir = ManagerEntry { manager: heir.to_owned(), operation: Operation::Apply, ..youngest };
    let own = after.take(&heir).map_or(FieldSet::EMPTY, |it| it.fields);
    after.put(ManagerEntry { fields: own.union(&handed), ..heir });
    Some((after, handed))
}

/// Finishes an apply that was computed before the hand-over: what has moved and was not applied again has no owner any
/// more, and goes.
pub fn prune_handed(merged: Value, handed: &FieldSet, gives: impl Fn(&ManagerEntry) -> bool, ty: Type<'_>) -> Value {
    let Ok(mut managed) = ManagedFields::of(&merged) else { return merged };
    managed.entries.retain(|it| !it.subresource.is_empty() || !gives(it));
    let everyone = managed.entries.iter().fold(FieldSet::EMPTY, |all, it| all.union(&it.fields));
    let mut pruned = prune(merged, handed, &everyone, ty);
    managed.write_to(&mut pruned);
    pruned
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Schemas;
    use super::*;

    fn live() -> Value {
        let entry = |manager: &str, operation: &str, fields: Value| {
            json!({ "manager": manager, "operation": operation, "apiVersion": "v1", "fieldsType": "FieldsV1",
                "time": "2026-01-01T00:00:00Z", "fieldsV1": { "f:data": fields } })
        };
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a", "managedFields": [
            entry("old", "Update", json!({ "f:wanted": {}, "f:gone": {}, "f:shared": {} })),
            entry("other", "Update", json!({ "f:shared": {}, "f:foreign": {} })),
        ] }, "data": { "wanted": "1", "gone": "1", "shared": "1", "foreign": "1" } })
    }

    fn is_old(entry: &ManagerEntry) -> bool {
        entry.manager == "old"
    }

    #[test]
    fn the_heir_owns_what_the_writer_owned() {
        let managed = ManagedFields::of(&live()).unwrap();
        let (after, handed) = hand_over(&managed, "ks", is_old).unwrap();
        assert_eq!(handed.len(), 3);
        let owners: Vec<_> =
            after.entries.iter().map(|it| (it.manager.as_str(), it.operation, it.fields.len())).collect();
        assert_eq!(owners, [("other", Operation::Update, 2), ("ks", Operation::Apply, 3)]);
        assert_eq!(hand_over(&after, "ks", is_old), None);
    }

    #[test]
    fn what_nobody_applies_again_goes_and_what_others_own_stays() {
        let managed = ManagedFields::of(&live()).unwrap();
        let (_, handed) = hand_over(&managed, "ks", is_old).unwrap();
        let mut merged = live();
        merged["metadata"]["managedFields"]
            .as_array_mut()
            .unwrap()
            .push(json!({ "manager": "ks", "operation": "Apply", "apiVersion": "v1", "fieldsType": "FieldsV1",
                "fieldsV1": { "f:data": { "f:wanted": {} } } }));
        let schemas = Schemas::builtin();
        let after = prune_handed(merged, &handed, is_old, schemas.of_object(&live()));
        assert_eq!(after["data"], json!({ "wanted": "1", "shared": "1", "foreign": "1" }));
        let left = ManagedFields::of(&after).unwrap();
        assert!(!left.entries.iter().any(is_old), "{left:?}");
    }
}
