//! Objects that follow a template, and objects near to others.
//!
//! In a template a text that starts with `#` stands for values, the key `*` for any names, and a list of one item for a list.

use serde_json::{Map, Value, json};

use crate::draws::Draws;

/// An object of the template: any of its fields, and now and then a value that does not belong there.
pub fn drawn(template: &Value, draws: &mut Draws<'_>) -> Value {
    let fields = template.as_object().expect("a template is a map");
    let mut object = Value::Object(members(fields, draws));
    for name in ["apiVersion", "kind"] {
        object[name] = template[name].clone();
    }
    if !object["metadata"].is_object() {
        object["metadata"] = json!({});
    }
    object["metadata"]["name"] = json!("a");
    object
}

/// Another object with one part of it drawn anew: a field at the top or one below it.
pub fn altered(object: &Value, template: &Value, draws: &mut Draws<'_>) -> Value {
    let other = drawn(template, draws);
    let mut altered = object.clone();
    let mut part = (&mut altered, &other);
    // Down as long as both have a map, and the bytes say so.
    while let (Value::Object(old), Value::Object(new)) = part {
        let names: Vec<String> = old.keys().chain(new.keys().filter(|it| !old.contains_key(*it))).cloned().collect();
        if names.is_empty() {
            break;
        }
        let name = draws.choose(&names);
        let is_inner = old.get(name).is_some_and(Value::is_object) && new.get(name).is_some_and(Value::is_object);
        if is_inner && draws.is_in(200) {
            let (Some(old), Some(new)) = (old.get_mut(name), new.get(name)) else { break };
            part = (old, new);
            continue;
        }
        let is_named = ["apiVersion", "kind", "name", "metadata"].contains(&name.as_str());
        match new.get(name) {
            Some(value) => drop(old.insert(name.clone(), value.clone())),
            None if !is_named => drop(old.shift_remove(name)),
            None => {}
        }
        break;
    }
    altered
}

fn value(template: &Value, draws: &mut Draws<'_>) -> Value {
    match draws.byte() {
        255 => return Value::Null,
        254 => return json!({}),
        253 => return json!([]),
        252 => return json!(""),
        251 => return json!(0),
        250 => return json!(false),
        _ => {}
    }
    match template {
        Value::Object(fields) => Value::Object(members(fields, draws)),
        Value::Array(items) => {
            let Some(item) = items.first() else { return json!([]) };
            (0..draws.below(4)).map(|_| value(item, draws)).collect()
        }
        Value::String(name) => scalar(name, draws),
        other => other.clone(),
    }
}

fn members(fields: &Map<String, Value>, draws: &mut Draws<'_>) -> Map<String, Value> {
    let mut drawn = Map::new();
    if let Some(any) = fields.get("*") {
        for _ in 0..draws.below(4) {
            drawn.insert(word(draws), value(any, draws));
        }
    }
    for (name, inner) in fields.iter().filter(|(name, _)| *name != "*") {
        if draws.is_in(128) {
            drawn.insert(name.clone(), value(inner, draws));
        }
    }
    drawn
}

fn word(draws: &mut Draws<'_>) -> String {
    (*draws.choose(&["a", "b", "c", "x.y/z", "<&>", "d"])).to_owned()
}

fn scalar(name: &str, draws: &mut Draws<'_>) -> Value {
    let mut one = |values: &[Value]| draws.choose(values).clone();
    match name {
        "#word" => word(draws).into(),
        "#text" => one(&[json!("a"), json!("b"), json!("line\nline"), json!("1"), json!("é<&>")]),
        "#base64" => one(&[json!("YQ=="), json!("Yg=="), json!("YWI="), json!("")]),
        "#number" => one(&[json!(1), json!(2), json!(0), json!(80), json!(-1)]),
        "#float" => {
            one(&[json!(1), json!(1.0), json!(1.5), json!(-0.0), json!(1e21), json!(9_007_199_254_740_993_u64)])
        }
        "#bool" => one(&[json!(true), json!(false)]),
        "#port" => one(&[json!(80), json!(443), json!(9090), json!("web")]),
        "#protocol" => one(&[json!("TCP"), json!("UDP"), json!("SCTP")]),
        "#quantity" => {
            one(&[json!("1"), json!("1000m"), json!("0.5"), json!("1Gi"), json!("1024Mi"), json!(1), json!("1e3")])
        }
        "#any" => match draws.below(8) {
            0 => json!({ "a": word(draws) }),
            1 => json!([word(draws)]),
            2 => json!([{ "a": word(draws) }, null]),
            3 => Value::Null,
            4 => json!(1.5),
            5 => json!({ "a": { "b": word(draws) }, "c": [] }),
            _ => word(draws).into(),
        },
        other => json!(other),
    }
}
