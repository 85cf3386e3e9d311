//! Order and equality of JSON values as structured merge sees them: numbers by value, maps without order.

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// Tells whether two values are equal, with `1` equal to `1.0`.
pub fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => a == b,
        (Value::Number(a), Value::Number(b)) => order_numbers(a, b).is_eq(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        _ => a == b,
    }
}

/// Orders two values of any kind: numbers, strings, booleans, lists, maps, null.
pub fn order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => order_numbers(a, b),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Array(a), Value::Array(b)) => {
            let first = a.iter().zip(b).map(|(a, b)| order(a, b)).find(|order| order.is_ne());
            first.unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        (Value::Object(a), Value::Object(b)) => order_maps(a, b),
        _ => rank(a).cmp(&rank(b)),
    }
}

fn order_maps(a: &serde_json::Map<String, Value>, b: &serde_json::Map<String, Value>) -> Ordering {
    let sorted = |map: &serde_json::Map<String, Value>| {
        let mut names: Vec<String> = map.keys().cloned().collect();
        names.sort();
        names
    };
    for (a_name, b_name) in sorted(a).iter().zip(&sorted(b)) {
        let null = Value::Null;
        let (a_value, b_value) = (a.get(a_name).unwrap_or(&null), b.get(b_name).unwrap_or(&null));
        let first = a_name.cmp(b_name).then_with(|| order(a_value, b_value));
        if first.is_ne() {
            return first;
        }
    }
    a.len().cmp(&b.len())
}

/// By value, without rounding: large integers that are one to a float are still several, or there would be no order.
fn order_numbers(a: &Number, b: &Number) -> Ordering {
    match (whole(a), whole(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(a), None) => order_mixed(a, b),
        (None, Some(b)) => order_mixed(b, a).reverse(),
        // Finite by construction: JSON has no other numbers.
        (None, None) => a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal),
    }
}

fn whole(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the fraction is compared afterwards, and a cast keeps to the range"
)]
fn order_mixed(whole: i128, number: &Number) -> Ordering {
    let float = number.as_f64().unwrap_or_default();
    let fraction = 0.0_f64.partial_cmp(&float.fract()).unwrap_or(Ordering::Equal);
    whole.cmp(&(float.trunc() as i128)).then(fraction)
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Number(_) => 0,
        Value::String(_) => 1,
        Value::Bool(_) => 2,
        Value::Array(_) => 3,
        Value::Object(_) => 4,
        Value::Null => 5,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_is_one_point_zero() {
        assert!(equal(&json!({"a": [1, 2.5]}), &json!({"a": [1.0, 2.5]})));
        assert!(!equal(&json!(1), &json!("1")));
        assert!(!equal(&json!(null), &json!(false)));
    }

    #[test]
    fn kinds_have_an_order() {
        let sorted = [json!(2), json!(10), json!("a"), json!(true), json!([1]), json!({"a": 1}), json!(null)];
        for pair in sorted.windows(2) {
            assert!(order(&pair[0], &pair[1]).is_lt(), "{} before {}", pair[0], pair[1]);
        }
    }

    #[test]
    fn numbers_that_a_float_cannot_tell_apart_have_an_order() {
        let (low, high) = (json!(9_007_199_254_740_992_u64), json!(9_007_199_254_740_993_u64));
        assert!(equal(&low, &json!(9_007_199_254_740_992.0)) && !equal(&high, &json!(9_007_199_254_740_992.0)));
        let sorted = [json!(-1e300), json!(i64::MIN), json!(-1.5), json!(-1), json!(1), json!(1.5), low, high];
        let sorted = sorted.into_iter().chain([json!(u64::MAX), json!(1e300)]).collect::<Vec<_>>();
        for (place, number) in sorted.iter().enumerate() {
            assert!(sorted.iter().enumerate().all(|(at, other)| order(number, other) == place.cmp(&at)), "{number}");
        }
    }

    #[test]
    fn negative_zero_is_zero() {
        assert!(equal(&json!(0), &json!(-0.0)));
    }
}
