//! From text to amount.

use super::{Amount, Format};

/// Decimal places that an amount may have; the rest is rounded up.
const PLACES: i64 = 9;
/// Where amounts with a binary suffix end: 2^63-1.
const BINARY_END: &str = "9223372036854775807";

pub(super) fn parse(text: &str) -> Option<(Amount, Format)> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at_checked(end)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let (format, kibis, exponent) = scale(suffix)?;
    let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|byte| byte - b'0').collect();
    let places = i64::try_from(fraction.len()).ok()?;
    let digits = (0..kibis).fold(digits, |digits, _| times_1024(&digits));
    let amount = round_up(normal(negative, &digits, exponent - places), PLACES);
    Some((if format == Format::Binary { capped(amount) } else { amount }, format))
}

/// The format of a suffix, the power of 1024 and the power of ten that it stands for.
fn scale(suffix: &str) -> Option<(Format, u32, i64)> {
    let decimal = |exponent| Some((Format::Decimal, 0, exponent));
    let binary = |kibis| Some((Format::Binary, kibis, 0));
    match suffix {
        "n" => decimal(-9),
        "u" => decimal(-6),
        "m" => decimal(-3),
        "" => decimal(0),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        "Ki" => binary(1),
        "Mi" => binary(2),
        "Gi" => binary(3),
        "Ti" => binary(4),
        "Pi" => binary(5),
        "Ei" => binary(6),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            Some((Format::Exponent, 0, i64::from(exponent.parse::<i32>().ok()?)))
        }
    }
}

/// Multiplies a decimal number, its highest digit first.
fn times_1024(digits: &[u8]) -> Vec<u8> {
    let mut product = Vec::with_capacity(digits.len() + 4);
    let mut carry = 0_u32;
    for digit in digits.iter().rev() {
        carry += u32::from(*digit) * 1024;
        product.push(last_digit(carry));
        carry /= 10;
    }
    while carry > 0 {
        product.push(last_digit(carry));
        carry /= 10;
    }
    product.reverse();
    product
}

fn last_digit(number: u32) -> u8 {
    u8::try_from(number % 10).unwrap_or_default()
}

/// Strips the zeros at both ends.
fn normal(negative: bool, digits: &[u8], exponent: i64) -> Amount {
    let text: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
    let text = text.trim_start_matches('0');
    let kept = text.trim_end_matches('0');
    if kept.is_empty() {
        return Amount { negative: false, digits: String::new(), exponent: 0 };
    }
    let stripped = i64::try_from(text.len() - kept.len()).unwrap_or_default();
    Amount { negative, digits: kept.to_owned(), exponent: exponent.saturating_add(stripped) }
}

/// Rounds away from zero to some decimal places: who asks for a little gets a little.
pub(super) fn round_up(amount: Amount, places: i64) -> Amount {
    let surplus = -places - amount.exponent;
    if surplus <= 0 {
        return amount;
    }
    let keep = usize::try_from(surplus).map_or(0, |surplus| amount.digits.len().saturating_sub(surplus));
    let mut digits: Vec<u8> = amount.digits.bytes().take(keep).map(|byte| byte - b'0').collect();
    // There is no trailing zero, so what is cut off is never zero.
    match digits.iter().rposition(|digit| *digit < 9) {
        Some(at) => {
            digits.truncate(at + 1);
            if let Some(digit) = digits.last_mut() {
                *digit += 1;
            }
            let cut = i64::try_from(keep - at - 1).unwrap_or_default();
            normal(amount.negative, &digits, cut - places)
        }
        None => normal(amount.negative, &[1], i64::try_from(keep).unwrap_or_default() - places),
    }
}

fn capped(amount: Amount) -> Amount {
    let end = Amount { negative: false, digits: BINARY_END.to_owned(), exponent: 0 };
    if amount.cmp_absolute(&end).is_gt() { Amount { negative: amount.negative, ..end } } else { amount }
}
