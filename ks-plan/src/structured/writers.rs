//! What a write does to the sets of the other managers.

use super::changes::Changes;
use super::field_set::FieldSet;
use super::managed_fields::{ManagedFields, ManagerEntry, Operation};
use super::merge::Conflict;

/// The number of entries for writes that are no applies; the oldest are joined beyond it.
const MAX_UPDATERS: usize = 10;
/// The name of the entry that joins them.
const ANCIENT_CHANGES: &str = "ancient-changes";

/// Takes changed and removed fields from every manager, and tells which of the changed ones were owned.
pub(super) fn take_from_others(managed: &mut ManagedFields, changes: &Changes) -> Vec<Conflict> {
    let written = changes.written();
    let mut conflicts = Vec::new();
    for entry in &mut managed.entries {
        let contested = entry.fields.intersection(&written);
        conflicts.extend(contested.paths().map(|path| Conflict {
            path,
            manager: entry.manager.clone(),
            operation: entry.operation,
            time: entry.time.clone(),
        }));
        entry.fields = entry.fields.difference(&contested).difference(&changes.removed);
    }
    managed.entries.retain(|entry| !entry.fields.is_empty());
    conflicts.sort_by(|a, b| (&a.manager, a.operation, &a.path).cmp(&(&b.manager, b.operation, &b.path)));
    conflicts
}

/// Joins the oldest updaters of one version until there are no more than the server keeps.
pub(super) fn cap_updaters(managed: &mut ManagedFields) {
    let is_updater = |entry: &ManagerEntry| entry.operation == Operation::Update;
    let mut updaters: Vec<ManagerEntry> = managed.entries.iter().filter(|entry| is_updater(entry)).cloned().collect();
    if updaters.len() <= MAX_UPDATERS {
        return;
    }
    let key = |entry: &ManagerEntry| {
        (entry.time.clone(), entry.manager.clone(), entry.api_version.clone(), entry.subresource.clone())
    };
    updaters.sort_by_key(key);
    let mut count = updaters.len();
    let mut oldest: Vec<ManagerEntry> = Vec::new();
    for updater in updaters {
        if count <= MAX_UPDATERS {
            break;
        }
        let Some(first) = oldest.iter().position(|known| known.api_version == updater.api_version) else {
            oldest.push(updater);
            continue;
        };
        let joined = join(managed, &oldest[first], &updater);
        oldest[first] = joined;
        count -= 1;
    }
}

/// Joins two entries under the common name, with the time of the younger one.
fn join(managed: &mut ManagedFields, older: &ManagerEntry, younger: &ManagerEntry) -> ManagerEntry {
    let mut fields = FieldSet::EMPTY;
    for entry in [older, younger] {
        fields = managed.take(entry).map_or(fields.clone(), |entry| fields.union(&entry.fields));
    }
    let joined =
        ManagerEntry { manager: ANCIENT_CHANGES.to_owned(), subresource: String::new(), fields, ..younger.clone() };
    managed.put(joined.clone());
    joined
}
