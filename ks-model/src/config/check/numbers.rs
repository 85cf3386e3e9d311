//! Numbers, quantities and durations.

use serde_json::Value;

use super::Finding;
use super::kinds::At;
use crate::Quantity;

/// A replica count fits 32 bits with a sign.
const MOST_REPLICAS: i64 = i32::MAX as i64;

pub fn replicas(value: &At<'_>) -> Option<Finding> {
    match whole(value) {
        Err(finding) => Some(finding),
        Ok(number) if number < 0 => Some(value.error("bad-number", format!("`{}` is below zero", value.field))),
        Ok(number) if number > MOST_REPLICAS => {
            Some(value.error("bad-number", format!("`{}` is above {MOST_REPLICAS}", value.field)))
        }
        Ok(0) => Some(value.warning("no-replicas", format!("`{}` is 0: nothing will run", value.field))),
        Ok(_) => None,
    }
}

pub fn port(value: &At<'_>) -> Option<Finding> {
    match whole(value) {
        Err(finding) => Some(finding),
        Ok(1..=65535) => None,
        Ok(_) => Some(value.error("bad-number", format!("`{}` must be a port from 1 to 65535", value.field))),
    }
}

fn whole(value: &At<'_>) -> Result<i64, Finding> {
    let wrong = || value.wrong_type("a whole number");
    match value.scalar() {
        Some(Value::Number(number)) => number.as_i64().ok_or_else(wrong),
        Some(Value::String(text)) if text.trim().parse::<i64>().is_ok() => {
            Err(wrong().help(format!("remove the quotes: {}", text.trim())))
        }
        _ => Err(wrong()),
    }
}

pub fn volume(value: &At<'_>) -> Option<Finding> {
    let quantity = match quantity(value) {
        Ok(quantity) => quantity,
        Err(finding) => return Some(finding),
    };
    if quantity.is_negative() || quantity.is_zero() {
        return Some(value.error("bad-quantity", format!("`{}` must be above zero", value.field)));
    }
    small(value, &quantity)
}

pub fn cpu(value: &At<'_>) -> Option<Finding> {
    match quantity(value) {
        Err(finding) => Some(finding),
        Ok(quantity) => negative(value, &quantity),
    }
}

pub fn memory(value: &At<'_>) -> Option<Finding> {
    match quantity(value) {
        Err(finding) => Some(finding),
        Ok(quantity) => negative(value, &quantity).or_else(|| small(value, &quantity)),
    }
}

fn negative(value: &At<'_>, quantity: &Quantity) -> Option<Finding> {
    let message = || format!("`{}` must be greater than or equal to 0", value.field);
    quantity.is_negative().then(|| value.error("bad-quantity", message()))
}

/// A mebibyte: less memory or storage is a unit forgotten, or `m` written for `Mi`.
fn small(value: &At<'_>, quantity: &Quantity) -> Option<Finding> {
    if quantity.is_zero() || "1Mi".parse::<Quantity>().is_ok_and(|mebibyte| *quantity >= mebibyte) {
        return None;
    }
    let text = quantity.to_string();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = if text.ends_with(['m', 'M']) { "Mi" } else { "Gi" };
    let what = if quantity.is_whole() { "bytes, no more" } else { "a fraction of a byte" };
    let message = format!("`{}` is {text}: {what}", value.field);
    Some(value.warning("tiny-quantity", message).help(format!("did you mean {digits}{unit}?")))
}

fn quantity(value: &At<'_>) -> Result<Quantity, Finding> {
    let scalar = match value.scalar() {
        Some(scalar @ (Value::String(_) | Value::Number(_))) => scalar,
        _ => return Err(value.wrong_type("a quantity such as 500m, 4 or 20Gi")),
    };
    Quantity::try_from(scalar).map_err(|error| {
        let finding = value.error("bad-quantity", format!("`{}`: {error}", value.field));
        match scalar.as_str().and_then(repaired) {
            Some(better) => finding.help(format!("did you mean {better}?")),
            None => finding,
        }
    })
}

/// What a text that is no quantity was probably meant to be: `20GB` and `20 gi` for `20Gi`.
fn repaired(text: &str) -> Option<String> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (digits, unit) = text.split_at_checked(end)?;
    let unit = match unit.trim().to_lowercase().as_str() {
        "k" | "kb" | "ki" | "kib" => "Ki",
        "m" | "mb" | "mi" | "mib" => "Mi",
        "g" | "gb" | "gi" | "gib" => "Gi",
        "t" | "tb" | "ti" | "tib" => "Ti",
        _ => return None,
    };
    let better = format!("{digits}{unit}");
    better.parse::<Quantity>().ok().map(|_| better)
}

/// A retention: the syntax of Prometheus, each unit at most once and the larger first.
pub fn duration(value: &At<'_>) -> Option<Finding> {
    let text = match value.scalar() {
        Some(Value::String(text)) => text,
        Some(Value::Number(number)) => {
            return Some(value.wrong_type("a duration such as 7d").help(format!("did you mean {number}d?")));
        }
        _ => return Some(value.wrong_type("a duration such as 7d")),
    };
    match units(text) {
        Some(true) => None,
        Some(false) => Some(value.error("bad-duration", format!("`{}` must be longer than zero", value.field))),
        None => Some(
            value
                .error("bad-duration", format!("`{}`: {text:?} is no duration such as 7d, 12h or 1w2d", value.field))
                .help("the units are y, w, d, h, m, s and ms, the larger first"),
        ),
    }
}

/// Tells whether a duration is longer than zero; none when it is no duration.
fn units(text: &str) -> Option<bool> {
    let mut rest = text;
    let mut longer = false;
    let mut order = ["y", "w", "d", "h", "m", "s", "ms"].into_iter();
    while !rest.is_empty() {
        let (digits, tail) = rest.split_at_checked(rest.find(|c: char| !c.is_ascii_digit())?)?;
        let (unit, tail) = tail.split_at_checked(tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len()))?;
        longer |= digits.parse::<u64>().ok()? > 0;
        order.find(|it| *it == unit)?;
        rest = tail;
    }
    (!text.is_empty()).then_some(longer)
}
