//! Server-side apply: what an apply leaves behind, and what is known of it without applying.
//!
//! An input is a history: managers apply, edit and write the status of one object, whose kind the first byte chooses.

mod history;
mod kinds;
mod objects;

use ks_plan::structured::{
    ApplyError, ApplyRequest, Conflict, FieldSet, ManagedFields, ManagerEntry, Operation, PathElement, Schemas, Type,
    Verdict, apply, compare, differences, field_set, owned_by,
};
use serde_json::Value;

use crate::draws::Draws;

/// When everything happens.
const TIME: &str = "2026-01-02T03:04:05Z";

/// Plays the history.
pub fn check(input: &[u8]) {
    history::play(&mut Draws::new(input), kinds::schemas());
}

/// An apply, with all that must be true of it. Gives what is in the cluster afterwards.
fn applied(live: Option<&Value>, wanted: &Value, manager: &str, force: bool, schemas: &Schemas) -> Option<Value> {
    let ty = schemas.of_object(wanted);
    let request = ApplyRequest { live, applied: wanted, manager, force: false, time: Some(TIME) };
    let asked = apply(request, ty);
    let forced = apply(ApplyRequest { force: true, ..request }, ty);
    let verdict = live.map(|live| compare(wanted, live, manager, ty));
    match (&asked, &forced) {
        (Err(ApplyError::Conflict(conflicts)), Ok(_)) => {
            conflicting(conflicts, live.expect("nobody owns what is not there"), manager);
        }
        _ => assert_eq!(asked, forced, "without a conflict, force changes something"),
    }
    if verdict == Some(Verdict::Unchanged) {
        let live = live.expect("it was compared");
        assert!(asked.is_ok(), "unchanged, yet refused: {asked:?} for {wanted} over {live}");
        let asked = asked.as_ref().expect("it is not refused");
        // What the server fills in for a zero value it fills in each time; it is not told here.
        if !has_zero(wanted) {
            assert!(differences(asked, live, ty).is_empty(), "unchanged became {asked} from {live}");
        }
        assert_eq!(owners(asked), owners(live), "unchanged, and not of the same managers");
    }
    if let Ok(after) = &forced {
        left_behind(after, request, ty);
    }
    if force { forced.ok() } else { asked.ok() }
}

/// Who owns what, whenever it was written: the server may note a new time for what is only spelled otherwise.
fn owners(object: &Value) -> Vec<ManagerEntry> {
    let mut entries = ManagedFields::of(object).unwrap_or_default().entries;
    entries.iter_mut().for_each(|it| it.time = None);
    entries.sort_by(|a, b| {
        let key =
            |it: &ManagerEntry| (it.operation, it.manager.clone(), it.api_version.clone(), it.subresource.clone());
        key(a).cmp(&key(b))
    });
    entries
}

/// Each conflict is about a field that another manager owns.
fn conflicting(conflicts: &[Conflict], live: &Value, manager: &str) {
    assert!(!conflicts.is_empty(), "a conflict about nothing");
    let managed = ManagedFields::of(live).unwrap_or_default();
    for conflict in conflicts {
        let is_ours = conflict.manager == manager && conflict.operation == Operation::Apply;
        assert!(!is_ours, "{manager} conflicts with itself over {}", conflict.path);
        // Who wrote before anyone kept book has no entry in the live object.
        let mut owners = managed.entries.iter().filter(|it| it.manager == conflict.manager);
        let is_owned = owners.any(|it| it.operation == conflict.operation && it.fields.contains(&conflict.path.0));
        assert!(is_owned || managed.entries.is_empty(), "{} is not of {}", conflict.path, conflict.manager);
    }
}

/// What is in the cluster after an apply: the manager owns exactly what it mentioned, and a second apply finds nothing to do.
fn left_behind(after: &Value, request: ApplyRequest<'_>, ty: Type<'_>) {
    let (wanted, manager) = (request.applied, request.manager);
    let managed = ManagedFields::of(after).expect("what was written is read");
    assert!(managed.entries.iter().all(|it| !it.fields.is_empty() || it.manager != manager), "an entry of nothing");
    let owned = owned_by(after, manager).unwrap_or_default();
    assert_eq!(owned, field_set(wanted, ty), "{manager} applied {wanted}");
    assert!(differences(after, after, ty).is_empty());
    // Of an object that nobody owns anything of, the next apply would say who was there before it.
    if managed.entries.is_empty() || hides_data(wanted) || has_nameless_item(&owned) {
        return;
    }
    let once_more =
        |live| apply(ApplyRequest { live: Some(live), force: true, ..request }, ty).expect("it went well before");
    let second = once_more(after);
    assert_eq!(owned_by(&second, manager).unwrap_or_default(), owned, "a second apply of {wanted} owns something else");
    assert_eq!(once_more(&second), second, "the third apply of {wanted} changes something");
    // Where the last field of a map is taken out, the server takes out the map as well. The next apply that has it gives it
    // back, empty, and takes it from whoever else owns it. A null is written and not stored.
    if !has_nothing(wanted) {
        assert_eq!(&second, after, "the second apply of {wanted} changes something");
    }
}

/// Whether there is a null, or a list or a map with nothing in it.
fn has_nothing(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.is_empty() || members.values().any(has_nothing),
        Value::Array(items) => items.is_empty() || items.iter().any(has_nothing),
        _ => value.is_null(),
    }
}

/// Whether there is a null, an empty text, a zero or a false.
fn has_zero(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.values().any(has_zero),
        Value::Array(items) => items.iter().any(has_zero),
        Value::String(text) => text.is_empty(),
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Bool(is) => !is,
        Value::Null => true,
    }
}

/// Whether a text of a Secret stands where data stands as well: the server takes that for a change each time.
fn hides_data(wanted: &Value) -> bool {
    let texts = wanted.get("stringData").and_then(Value::as_object);
    texts.is_some_and(|it| it.keys().any(|key| wanted.pointer("/data").is_some_and(|data| data.get(key).is_some())))
}

/// Whether an item of a list has a key that is not there, or is stored as none: no later apply finds the item. No server would
/// take it in the end.
fn has_nameless_item(owned: &FieldSet) -> bool {
    let is_none = |it: &Value| it.is_null() || it.as_str() == Some("") || it.as_f64() == Some(0.0);
    let is_nameless =
        |it: &PathElement| matches!(it, PathElement::Key(keys) if keys.iter().any(|(_, value)| is_none(value)));
    owned.paths().any(|path| path.0.iter().any(is_nameless))
}
