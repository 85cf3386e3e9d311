//! From amount to the text that the API server prints.

use super::{Amount, Format};

pub(super) fn print(amount: &Amount, format: Format) -> String {
    if amount.digits.is_empty() {
        return "0".to_owned();
    }
    let (digits, suffix) = match (format, binary_digits(amount)) {
        (Format::Binary, Some(binary)) => binary,
        (Format::Exponent, _) => decimal(amount, |power| if power == 0 { String::new() } else { format!("e{power}") }),
        _ => decimal(amount, |power| si(power).map_or_else(|| format!("e{power}"), str::to_owned)),
    };
    format!("{}{digits}{suffix}", if amount.negative { "-" } else { "" })
}

/// The mantissa and the suffix of the largest power of a thousand that leaves no fraction.
fn decimal(amount: &Amount, suffix: impl Fn(i64) -> String) -> (String, String) {
    let power = amount.exponent.div_euclid(3) * 3;
    let zeros = usize::try_from(amount.exponent - power).unwrap_or_default();
    (format!("{}{}", amount.digits, "0".repeat(zeros)), suffix(power))
}

fn si(power: i64) -> Option<&'static str> {
    Some(match power {
        -9 => "n",
        -6 => "u",
        -3 => "m",
        0 => "",
        3 => "k",
        6 => "M",
        9 => "G",
        12 => "T",
        15 => "P",
        18 => "E",
        _ => return None,
    })
}

/// The mantissa and the binary suffix; none for fractions and for amounts below 1024, which print as decimals.
fn binary_digits(amount: &Amount) -> Option<(String, String)> {
    let zeros = usize::try_from(amount.exponent).ok().filter(|zeros| *zeros < 20)?;
    let mut number: u128 = format!("{}{}", amount.digits, "0".repeat(zeros)).parse().ok()?;
    if number < 1024 {
        return None;
    }
    let mut suffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].into_iter();
    let mut suffix = suffixes.next()?;
    while number.is_multiple_of(1024) {
        let Some(next) = suffixes.next() else { break };
        (number, suffix) = (number / 1024, next);
    }
    Some((number.to_string(), suffix.to_owned()))
}
