//! Scalars: what a word of YAML means in JSON, by the rules of go-yaml v2.

use serde_json::{Number, Value};

/// Says why a scalar has no value in JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScalarError {
    /// Infinity and not-a-number.
    NoJson,
    /// The text does not fit its tag.
    Tag(String),
}

/// Resolves a plain scalar without a tag.
pub fn resolve(text: &str) -> Result<Value, ScalarError> {
    if let Some(word) = word(text)? {
        return Ok(word);
    }
    let number = match text.as_bytes().first() {
        Some(b'0'..=b'9' | b'+' | b'-') => int_or_float(&text.replace('_', "")),
        Some(b'.') => dotted_float(text),
        _ => None,
    };
    Ok(number.map_or_else(|| Value::from(text), Value::Number))
}

/// Resolves a scalar with a tag of the YAML namespace, such as `int` for `!!int`; unknown tags make strings.
pub fn resolve_tagged(tag: &str, text: &str) -> Result<Value, ScalarError> {
    let mismatch = || ScalarError::Tag(format!("`{text}` is no !!{tag}"));
    let value = match tag {
        "bool" | "int" | "float" | "null" => resolve(text)?,
        "binary" => return Err(ScalarError::Tag("binary values are not supported, write the base64 text".into())),
        _ => return Ok(Value::from(text)),
    };
    let fits = match tag {
        "bool" => value.is_boolean(),
        "null" => value.is_null(),
        "int" => is_int(text),
        _ => value.is_number(),
    };
    if fits { Ok(value) } else { Err(mismatch()) }
}

/// The key that a resolved scalar makes; none for null, as JSON has no such key.
pub fn key(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

fn word(text: &str) -> Result<Option<Value>, ScalarError> {
    Ok(Some(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Value::Bool(false),
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf"
        | "-.INF" => return Err(ScalarError::NoJson),
        _ => return Ok(None),
    }))
}

fn is_int(text: &str) -> bool {
    let plain = text.replace('_', "");
    integer(&plain).is_some()
}

fn int_or_float(plain: &str) -> Option<Number> {
    match integer(plain) {
        Some(int) => i64::try_from(int).ok().map(Number::from).or_else(|| number(decimal_float(&int.to_string())?)),
        None => number(decimal_float(plain)?),
    }
}

/// An integer that fits 64 bits, in the notation of Go: `0x1F`, `0o17`, `017`, `0b11`, `-5`.
fn integer(plain: &str) -> Option<i128> {
    let (sign, digits) = match plain.as_bytes().first()? {
        b'-' => (-1, plain.get(1..)?),
        b'+' => (1, plain.get(1..)?),
        _ => (1, plain),
    };
    let (radix, digits) = radix(digits);
    if !digits.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let int = sign * i128::from_str_radix(digits, radix).ok()?;
    (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&int).then_some(int)
}

fn radix(digits: &str) -> (u32, &str) {
    let prefixes = [("0x", 16), ("0X", 16), ("0o", 8), ("0O", 8), ("0b", 2), ("0B", 2)];
    for (prefix, radix) in prefixes {
        if let Some(rest) = digits.strip_prefix(prefix) {
            return (radix, rest);
        }
    }
    match digits.strip_prefix('0') {
        Some(rest) if !rest.is_empty() => (8, rest),
        _ => (10, digits),
    }
}

/// `.5`, and `.1_0` where each underscore separates two digits.
fn dotted_float(text: &str) -> Option<Number> {
    let bytes = text.as_bytes();
    let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let separates = |at: usize| is_digit(at.checked_sub(1)) && is_digit(at.checked_add(1));
    let well = bytes.iter().enumerate().all(|(at, byte)| *byte != b'_' || separates(at));
    if well { number(decimal_float(&text.replace('_', ""))?) } else { None }
}

/// A float as YAML writes it: no `inf`, no hexadecimal, at least one digit.
fn decimal_float(plain: &str) -> Option<f64> {
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(plain);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).map_or((unsigned, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|it| {
        let it = it.strip_prefix(['+', '-']).unwrap_or(it);
        !it.is_empty() && digits(it)
    });
    if whole.is_empty() && fraction.is_empty() || !digits(whole) || !digits(fraction) || !exponent_fits {
        return None;
    }
    plain.parse::<f64>().ok().filter(|float| float.is_finite())
}

/// Takes a float the way it comes out of JSON: whole numbers that fit 64 bits, in the shortest notation, are integers.
fn number(float: f64) -> Option<Number> {
    float.to_string().parse::<i64>().ok().map(Number::from).or_else(|| Number::from_f64(float))
}
