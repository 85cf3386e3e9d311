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
        Ok(number) if !(0..=MOST_REPLICAS).contains(&number) => {
            let message = format!("`{}` must be from 0 to {MOST_REPLICAS}, not {number}", value.field);
            Some(value.error("bad-number", message))
        }
        Ok(0) => Some(value.warning("no-replicas", format!("`{}` is 0: nothing will run", value.field))),
        Ok(_) => None,
    }
}

pub fn port(value: &At<'_>) -> Option<Finding> {
    match whole(value) {
        Err(finding) => Some(finding),
        Ok(1..=65535) => None,
        Ok(number) => {
            let message = format!("`{}` must be a port from 1 to 65535, not {number}", value.field);
            Some(value.error("bad-number", message))
        }
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
    let quantity = match quantity(value, Unit::Volume) {
        Ok(quantity) => quantity,
        Err(finding) => return Some(finding),
    };
    if quantity.is_negative() || quantity.is_zero() {
        return Some(value.error("bad-quantity", format!("`{}` must be above zero, not {quantity}", value.field)));
    }
    small(value, &quantity, "Gi")
}

pub fn cpu(value: &At<'_>) -> Option<Finding> {
    match quantity(value, Unit::Cpu) {
        Err(finding) => Some(finding),
        Ok(quantity) => negative(value, &quantity),
    }
}

pub fn memory(value: &At<'_>) -> Option<Finding> {
    match quantity(value, Unit::Memory) {
        Err(finding) => Some(finding),
        Ok(quantity) => negative(value, &quantity).or_else(|| small(value, &quantity, "Mi")),
    }
}

fn negative(value: &At<'_>, quantity: &Quantity) -> Option<Finding> {
    let message = || format!("`{}` must be greater than or equal to 0, not {quantity}", value.field);
    quantity.is_negative().then(|| value.error("bad-quantity", message()))
}

/// A mebibyte: less memory or storage is a unit forgotten, or `m` written for `Mi`.
fn small(value: &At<'_>, quantity: &Quantity, unit: &str) -> Option<Finding> {
    if quantity.is_zero() || "1Mi".parse::<Quantity>().is_ok_and(|mebibyte| *quantity >= mebibyte) {
        return None;
    }
    let text = quantity.to_string();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = if text.ends_with('m') { "Mi" } else { unit };
    let message = match quantity.is_whole() {
        true => format!("`{}` is less than a mebibyte: {text} counts bytes", value.field),
        false => format!("`{}` is no whole number of bytes: the m in {text} means a thousandth", value.field),
    };
    Some(value.warning("tiny-quantity", message).help(format!("did you mean {digits}{unit}?")))
}

/// What a quantity measures.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Cpu,
    Memory,
    Volume,
}

impl Unit {
    fn example(self) -> &'static str {
        match self {
            Self::Cpu => "an amount of CPU such as 500m or 4",
            Self::Memory => "an amount of memory such as 512Mi or 16Gi",
            Self::Volume => "a size such as 20Gi",
        }
    }
}

fn quantity(value: &At<'_>, unit: Unit) -> Result<Quantity, Finding> {
    let scalar = match value.scalar() {
        Some(scalar @ (Value::String(_) | Value::Number(_))) => scalar,
        _ => return Err(value.wrong_type(unit.example())),
    };
    Quantity::try_from(scalar).map_err(|_| {
        let message = format!("`{}`: {scalar} is not {}", value.field, unit.example());
        let finding = value.error("bad-quantity", message);
        match scalar.as_str().and_then(|text| repaired(text, unit)) {
            Some(better) => finding.help(format!("did you mean {better}?")),
            None => finding,
        }
    })
}

/// What a text that is no quantity was probably meant to be: `20GB` and `20 gi` for `20Gi`.
fn repaired(text: &str, unit: Unit) -> Option<String> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (digits, suffix) = text.split_at_checked(end)?;
    let suffix = match suffix.trim().to_lowercase().as_str() {
        "m" | "milli" | "millicores" | "millicpu" if unit == Unit::Cpu => "m",
        "c" | "core" | "cores" | "cpu" | "cpus" if unit == Unit::Cpu => "",
        _ if unit == Unit::Cpu => return None,
        "k" | "kb" | "ki" | "kib" => "Ki",
        "m" | "mb" | "mi" | "mib" => "Mi",
        "g" | "gb" | "gi" | "gib" => "Gi",
        "t" | "tb" | "ti" | "tib" => "Ti",
        _ => return None,
    };
    let better = format!("{digits}{suffix}");
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
        Some(0) => Some(value.error("bad-duration", format!("`{}` must be longer than zero", value.field))),
        Some(length) if length > LONGEST => {
            Some(value.error("bad-duration", format!("`{}`: {text} is longer than 292 years", value.field)))
        }
        Some(_) => None,
        None => Some(
            value
                .error("bad-duration", format!("`{}`: {text:?} is no duration such as 7d, 12h or 1w2d", value.field))
                .help("the units are y, w, d, h, m, s and ms, the larger first"),
        ),
    }
}

/// What Prometheus can hold: 2^63-1 nanoseconds, here in milliseconds.
const LONGEST: u128 = i64::MAX as u128 / 1_000_000;

/// The units of a duration, the longest first, in milliseconds.
const UNITS: [(&str, u128); 7] = [
    ("y", 365 * 86_400_000),
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1000),
    ("ms", 1),
];

/// The length of a duration in milliseconds; none when it is no duration.
fn units(text: &str) -> Option<u128> {
    let mut rest = text;
    let mut length = 0_u128;
    let mut order = UNITS.into_iter();
    while !rest.is_empty() {
        let (digits, tail) = rest.split_at_checked(rest.find(|c: char| !c.is_ascii_digit())?)?;
        let (unit, tail) = tail.split_at_checked(tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len()))?;
        let (_, milliseconds) = order.find(|(name, _)| *name == unit)?;
        length = length.saturating_add(digits.parse::<u128>().ok()?.saturating_mul(milliseconds));
        rest = tail;
    }
    (!text.is_empty()).then_some(length)
}
