//! One object through its life.

use ks_plan::structured::{ManagedFields, Schemas, compare, differences, update, update_status};
use serde_json::{Value, json};

use super::{TIME, applied, kinds, objects};
use crate::draws::Draws;

/// More writes than this tell nothing new.
const MAX_WRITES: usize = 6;
/// Who writes.
const MANAGERS: [&str; 4] = ["ks", "kubectl", "operator", "other"];

/// Plays as many writes as the bytes have.
pub fn play(draws: &mut Draws<'_>, schemas: &Schemas) {
    let template = draws.choose(kinds::templates());
    let mut live: Option<Value> = None;
    let mut last: Vec<Value> = Vec::new();
    for _ in 0..MAX_WRITES {
        if draws.is_empty() {
            break;
        }
        let manager = *draws.choose(&MANAGERS);
        let operation = draws.below(8);
        let wanted = wanted(template, &last, draws);
        let ty = schemas.of_object(&wanted);
        let after = match (operation, &live) {
            (0..=3, _) => applied(live.as_ref(), &wanted, manager, operation.is_multiple_of(2), schemas),
            (4 | 5, _) => Some(update(live.as_ref(), &wanted, manager, ty, Some(TIME))),
            (6, Some(old)) => Some(update_status(old, &wanted, manager, ty, Some(TIME))),
            (_, Some(old)) => return sabotaged(old, &wanted, draws, schemas),
            (_, None) => None,
        };
        if let Some(after) = after {
            assert!(ManagedFields::of(&after).is_ok(), "{after}");
            live = Some(stored(after));
        }
        last.push(wanted);
    }
}

/// An object like one before, or a new one.
fn wanted(template: &Value, last: &[Value], draws: &mut Draws<'_>) -> Value {
    match last.last() {
        Some(_) if draws.is_in(140) => objects::altered(draws.choose(last), template, draws),
        _ => objects::drawn(template, draws),
    }
}

/// What the server adds to whatever is stored.
fn stored(mut object: Value) -> Value {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.entry("uid").or_insert_with(|| json!("1"));
    }
    object
}

/// Nothing goes wrong worse than by an error when the object in the cluster is nonsense.
fn sabotaged(live: &Value, wanted: &Value, draws: &mut Draws<'_>, schemas: &Schemas) {
    let nonsense = crate::edits::edited(live, draws);
    let odd = crate::edits::edited(wanted, draws);
    for (live, wanted) in [(&nonsense, wanted), (live, &odd), (&nonsense, &odd)] {
        let ty = schemas.of_object(wanted);
        let request = ks_plan::structured::ApplyRequest {
            live: Some(live),
            applied: wanted,
            manager: "ks",
            force: draws.is_in(128),
            time: Some(TIME),
        };
        let _ = ks_plan::structured::apply(request, ty);
        let _ = update(Some(live), wanted, "ks", ty, None);
        let _ = update_status(live, wanted, "ks", ty, None);
        let _ = compare(wanted, live, "ks", ty);
        let _ = differences(live, wanted, ty);
    }
}
