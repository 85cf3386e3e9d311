//! Random objects, and objects that are nearly the same.

use ks_tests::random::Random;
use serde_json::{Map, Value};

use super::kinds::{Kind, Part};

const ABSENT: &str = "$absent";

/// Draws an object of a kind; each part is there in so many of a hundred times.
pub fn draw(random: &mut Random, kind: &Kind, name: &str, percent: usize) -> Value {
    let mut object = kind.object(name);
    for part in &kind.parts {
        if random.percent(percent) {
            set(&mut object, &part.0, any_value(random, part));
        }
    }
    object
}

/// A value that a part may take.
pub fn any_value<'a>(random: &mut Random, part: &'a Part) -> &'a Value {
    let group = random.choose(&part.1);
    random.choose(group)
}

/// Sets, adds or removes what is at a pointer. What cannot be there is left alone.
pub fn set(object: &mut Value, pointer: &str, value: &Value) {
    let (parents, last) = pointer.rsplit_once('/').unwrap_or_default();
    let is_absent = value == ABSENT;
    let mut place = object;
    for step in parents.split('/').skip(1).map(unescape) {
        place = match place {
            Value::Array(items) => match step.parse().ok().and_then(|at: usize| items.get_mut(at)) {
                Some(item) => item,
                None => return,
            },
            Value::Object(map) => map.entry(step).or_insert(Value::Null),
            Value::Null if !is_absent => {
                *place = Value::Object(Map::new());
                let Value::Object(map) = place else { return };
                map.entry(step).or_insert(Value::Null)
            }
            _ => return,
        };
    }
    let last = unescape(last);
    match place {
        Value::Array(items) => match last.parse::<usize>() {
            Ok(at) if at < items.len() && is_absent => drop(items.remove(at)),
            Ok(at) if at < items.len() => items[at] = value.clone(),
            Ok(at) if at == items.len() && !is_absent => items.push(value.clone()),
            _ => {}
        },
        Value::Object(map) if is_absent => drop(map.remove(&last)),
        Value::Object(map) => drop(map.insert(last, value.clone())),
        Value::Null if !is_absent => *place = Value::Object(Map::from_iter([(last, value.clone())])),
        _ => {}
    }
}

fn unescape(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

/// An object that differs from another in a few places, or only looks different, or does not differ at all.
pub fn derive(random: &mut Random, kind: &Kind, from: &Value, live: &Value) -> Value {
    let mut object = from.clone();
    match random.below(20) {
        0..=4 => {}
        5 => return draw(random, kind, object["metadata"]["name"].as_str().unwrap_or_default(), 20),
        _ => {
            for _ in 0..=random.below(3) {
                change(random, kind, &mut object, live);
            }
        }
    }
    object
}

fn change(random: &mut Random, kind: &Kind, object: &mut Value, live: &Value) {
    let part = random.choose(&kind.parts);
    match random.below(12) {
        0..=4 => respell(random, part, object),
        5 => set(object, &part.0, any_value(random, part)),
        6 | 7 => write_out(random, object, live),
        8 => nothing(random, part, object),
        9 => leave_out(random, object),
        10 => shuffle(random, object),
        _ => {
            // A part that is there already is more worth respelling than one that is not.
            let present: Vec<&Part> = kind.parts.iter().filter(|it| object.pointer(&it.0).is_some()).collect();
            if !present.is_empty() {
                let part = *random.choose(&present);
                respell(random, part, object);
            }
        }
    }
}

/// Another value of the group that the present value stands in.
fn respell(random: &mut Random, part: &Part, object: &mut Value) {
    let absent = Value::from(ABSENT);
    let present = object.pointer(&part.0).unwrap_or(&absent);
    if let Some(group) = part.1.iter().find(|group| group.contains(present)) {
        set(object, &part.0, random.choose(group));
    }
}

/// Writes a field out that the live object has and the object leaves to the server.
fn write_out(random: &mut Random, object: &mut Value, live: &Value) {
    let (mut place, mut live) = (object, live);
    loop {
        (place, live) = match (place, live) {
            (Value::Object(map), Value::Object(live)) => {
                let hidden = |name: &&String| {
                    !matches!(name.as_str(), "metadata" | "status" | "managedFields" | "name" | "apiVersion" | "kind")
                };
                let new: Vec<&String> = live.keys().filter(|it| !map.contains_key(*it)).filter(hidden).collect();
                let shared: Vec<String> =
                    map.keys().filter(|it| live.contains_key(*it)).filter(hidden).cloned().collect();
                if !new.is_empty() && (shared.is_empty() || random.percent(40)) {
                    let name = *random.choose(&new);
                    map.insert(name.clone(), live[name].clone());
                    return;
                }
                if shared.is_empty() {
                    return;
                }
                let name = random.choose(&shared);
                let Some(inner) = map.get_mut(name) else { return };
                (inner, &live[name])
            }
            (Value::Array(items), Value::Array(live)) if !items.is_empty() && items.len() == live.len() => {
                let at = random.below(items.len());
                (&mut items[at], &live[at])
            }
            _ => return,
        };
    }
}

/// A part that is absent becomes the nothing of its type.
fn nothing(random: &mut Random, part: &Part, object: &mut Value) {
    if object.pointer(&part.0).is_none() {
        let nothing = match any_value(random, part) {
            Value::Array(_) => Value::Array(Vec::new()),
            Value::Object(_) => Value::Object(Map::new()),
            Value::Number(_) => 0.into(),
            Value::Bool(_) => false.into(),
            Value::String(text) if text != ABSENT => "".into(),
            _ => return,
        };
        set(object, &part.0, &nothing);
    }
}

/// Takes a field away, somewhere.
fn leave_out(random: &mut Random, object: &mut Value) {
    let mut place = object;
    loop {
        place = match place {
            Value::Object(map) if !map.is_empty() => {
                let kept = |name: &&String| !matches!(name.as_str(), "metadata" | "name" | "apiVersion" | "kind");
                let names: Vec<String> = map.keys().filter(kept).cloned().collect();
                if names.is_empty() {
                    return;
                }
                let name = random.choose(&names);
                let is_leaf = map.get(name).is_none_or(|it| !it.is_object() && !it.is_array());
                if is_leaf || random.percent(20) {
                    map.remove(name);
                    return;
                }
                let Some(inner) = map.get_mut(name) else { return };
                inner
            }
            Value::Array(items) if !items.is_empty() => {
                let at = random.below(items.len());
                if random.percent(10) {
                    items.remove(at);
                    return;
                }
                &mut items[at]
            }
            _ => return,
        };
    }
}

/// Puts the items of one list in another order, or one of them twice.
fn shuffle(random: &mut Random, object: &mut Value) {
    let mut lists = Vec::new();
    find_lists(object, String::new(), &mut lists);
    if lists.is_empty() {
        return;
    }
    let pointer = random.choose(&lists);
    if let Some(Value::Array(items)) = object.pointer_mut(pointer) {
        if random.percent(90) {
            let (a, b) = (random.below(items.len()), random.below(items.len()));
            items.swap(a, b);
        } else {
            let item = random.choose(items).clone();
            items.push(item);
        }
    }
}

fn find_lists(value: &Value, pointer: String, lists: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                find_lists(item, format!("{pointer}/{at}"), lists);
            }
            if !items.is_empty() {
                lists.push(pointer);
            }
        }
        Value::Object(map) => {
            for (name, value) in map {
                find_lists(value, format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")), lists);
            }
        }
        _ => {}
    }
}
