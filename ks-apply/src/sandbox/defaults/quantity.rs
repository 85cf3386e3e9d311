//! Quantities in the form in which an API server gives them back.

use ks_model::Quantity;
use serde_json::Value;

/// The amount of a quantity; the smallest of all when it is none.
pub(in crate::sandbox) fn amount(text: &str) -> Option<Quantity> {
    text.parse().ok()
}

/// Writes every quantity of a mapping in its canonical form.
pub(super) fn canonicalize(quantities: &mut Value) {
    for quantity in quantities.as_object_mut().into_iter().flat_map(|map| map.values_mut()) {
        canonicalize_one(quantity);
    }
}

/// Writes one quantity, given as text or as a number, in its canonical form; what is none stays.
pub(super) fn canonicalize_one(quantity: &mut Value) {
    let text = match &*quantity {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return,
    };
    if let Some(amount) = amount(&text) {
        *quantity = amount.canonical().into();
    }
}
