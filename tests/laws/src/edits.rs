//! A JSON document with parts taken out, put elsewhere or replaced: mostly still in form, and often contradicting itself.

use serde_json::{Value, json};

use crate::draws::Draws;

/// More edits than this make a document that is refused at once.
const MAX_EDITS: usize = 6;

/// Edits a document as the bytes say.
pub fn edited(document: &Value, draws: &mut Draws<'_>) -> Value {
    let mut document = document.clone();
    for _ in 0..MAX_EDITS {
        if draws.is_empty() {
            break;
        }
        edit(&mut document, draws);
    }
    document
}

fn edit(document: &mut Value, draws: &mut Draws<'_>) {
    let places = places(document);
    let place = draws.choose(&places).clone();
    match draws.below(8) {
        0 => remove(document, &place),
        1 => replace(document, &place, odd(draws)),
        2 => replace(document, &place, draws.text(12).into()),
        3 => {
            let other = draws.choose(&places);
            let other = document.pointer(other).cloned();
            replace(document, &place, other.unwrap_or_default());
        }
        4 => grow(document, &place, draws),
        5 => {
            let value = document.pointer_mut(&place);
            let Some(Value::Array(items)) = value else { return };
            items.reverse();
        }
        6 => {
            let Some(Value::Number(number)) = document.pointer(&place) else { return };
            let moved = number.as_i64().unwrap_or_default().wrapping_add(draws.below(5) as i64 - 2);
            replace(document, &place, moved.into());
        }
        _ => {
            let Some(Value::String(text)) = document.pointer(&place) else { return };
            let at = text.char_indices().map(|(at, _)| at).nth(draws.below(text.len() + 1)).unwrap_or(text.len());
            let changed = format!("{}{}{}", &text[..at], draws.text(6), &text[at..]);
            replace(document, &place, changed.into());
        }
    }
}

/// Adds an item or a member: one that stands there already, once more, or an odd one.
fn grow(document: &mut Value, place: &str, draws: &mut Draws<'_>) {
    let odd = odd(draws);
    match document.pointer_mut(place) {
        Some(Value::Array(items)) => {
            let twice = (!items.is_empty()).then(|| draws.choose(items).clone());
            items.push(twice.unwrap_or(odd));
        }
        Some(Value::Object(members)) => {
            let name = draws.text(8);
            members.insert(name, odd);
        }
        _ => {}
    }
}

fn odd(draws: &mut Draws<'_>) -> Value {
    let values = [
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(u64::MAX),
        json!(0.1),
        json!(1e300),
        json!(""),
        json!("1Gi"),
        json!("<b>&\"'`|\n\u{202e}\u{1b}[1m</script>"),
        json!([]),
        json!({}),
        json!([[], {}]),
        json!({ "a": null }),
        json!({ "f:spec": { "f:replicas": {}, "k:{\"name\":1}": { ".": {} } } }),
        json!("(sensitive) 0123456789abcdef"),
    ];
    draws.choose(&values).clone()
}

fn replace(document: &mut Value, place: &str, value: Value) {
    if let Some(found) = document.pointer_mut(place) {
        *found = value;
    }
}

fn remove(document: &mut Value, place: &str) {
    let Some((parent, name)) = place.rsplit_once('/') else { return };
    let name = name.replace("~1", "/").replace("~0", "~");
    match document.pointer_mut(parent) {
        Some(Value::Object(members)) => drop(members.shift_remove(&name)),
        Some(Value::Array(items)) => {
            let place = name.parse().unwrap_or(items.len());
            if place < items.len() {
                items.remove(place);
            }
        }
        _ => {}
    }
}

/// Where values stand, as JSON pointers; the document itself is one.
fn places(document: &Value) -> Vec<String> {
    let mut places = vec![String::new()];
    collect(document, "", &mut places);
    places
}

fn collect(value: &Value, place: &str, places: &mut Vec<String>) {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, it)| (escaped(name), it)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, it)| (index.to_string(), it)).collect(),
        _ => Vec::new(),
    };
    for (name, inner) in below {
        let place = format!("{place}/{name}");
        places.push(place.clone());
        collect(inner, &place, places);
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
