//! Quantities: `4`, `500m`, `20Gi`, `12e6`; read, compared and printed as Kubernetes does.

mod canonical;
mod parse;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// Holds an amount of a resource. Two quantities are equal when their amounts are: `1Gi` is `1024Mi`.
///
/// The syntax is that of `k8s.io/apimachinery`: a decimal number and a suffix, which is binary (`Ki` to `Ei`), decimal
/// (`n`, `u`, `m`, none, `k` to `E`) or an exponent (`e3`, `E3`). As there, what is finer than one `n` is rounded up, and
/// an amount with a binary suffix ends at 2^63-1. Unlike there, a suffix without a digit is refused.
///
/// # Example
/// ```
/// use ks_model::Quantity;
///
/// let asked: Quantity = "0.5Gi".parse()?;
/// let live: Quantity = "512Mi".parse()?;
/// assert_eq!(asked, live);
/// assert_eq!((asked.to_string(), asked.canonical()), ("0.5Gi".into(), "512Mi".into()));
/// assert!(asked < "1G".parse()?);
/// # Ok::<(), ks_model::QuantityError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Quantity {
    text: String,
    amount: Amount,
    format: Format,
}

/// The suffix family, which the canonical form keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Binary,
    Decimal,
    Exponent,
}

/// An exact decimal number: `digits` times ten to the `exponent`.
///
/// The digits have no leading and no trailing zero, and there are none for zero: one number, one form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Amount {
    negative: bool,
    digits: String,
    exponent: i64,
}

/// Says that a text is no quantity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no quantity such as 500m, 4 or 20Gi")]
pub struct QuantityError(String);

impl Quantity {
    /// The amount in the canonical form of the API server: `1500m` for `1.5`, `1Gi` for `1024Mi`.
    ///
    /// The API server itself leaves a few texts as they are, such as `+1`, `5.` and `12E6`; compare amounts, not texts.
    pub fn canonical(&self) -> String {
        canonical::print(&self.amount, self.format)
    }

    /// The amount rounded up to thousandths, as the API server rounds the amounts of resource lists (`limits`, `hard`).
    ///
    /// ```
    /// let little: ks_model::Quantity = "100u".parse()?;
    /// assert_eq!(little.in_thousandths().canonical(), "1m");
    /// # Ok::<(), ks_model::QuantityError>(())
    /// ```
    #[must_use]
    pub fn in_thousandths(&self) -> Self {
        let amount = parse::round_up(self.amount.clone(), 3);
        Self { text: canonical::print(&amount, self.format), amount, format: self.format }
    }

    /// Tells whether the amount is zero.
    pub fn is_zero(&self) -> bool {
        self.amount.digits.is_empty()
    }

    /// Tells whether the amount is below zero.
    pub fn is_negative(&self) -> bool {
        self.amount.negative
    }

    /// Tells whether the amount is a whole number.
    pub fn is_whole(&self) -> bool {
        self.amount.exponent >= 0
    }
}

impl Amount {
    /// How many digits stand before the decimal point; zero and below for fractions.
    fn magnitude(&self) -> i64 {
        i64::try_from(self.digits.len()).unwrap_or(i64::MAX).saturating_add(self.exponent)
    }

    fn cmp_absolute(&self, other: &Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            // Without leading zeros, equal magnitudes compare like words.
            (false, false) => self.magnitude().cmp(&other.magnitude()).then_with(|| self.digits.cmp(&other.digits)),
        }
    }
}

impl Ord for Amount {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.cmp_absolute(other),
            (true, true) => other.cmp_absolute(self),
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
        }
    }
}

impl PartialOrd for Amount {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.amount == other.amount
    }
}

impl Eq for Quantity {}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.amount.cmp(&other.amount)
    }
}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Quantity {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.amount.hash(state);
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let (amount, format) = parse::parse(text).ok_or_else(|| QuantityError(text.to_owned()))?;
        Ok(Self { text: text.to_owned(), amount, format })
    }
}

/// Reads a string, or a number as the API server does.
impl TryFrom<&Value> for Quantity {
    type Error = QuantityError;

    fn try_from(value: &Value) -> Result<Self, QuantityError> {
        match value {
            Value::String(text) => text.parse(),
            Value::Number(number) => number.to_string().parse(),
            other => Err(QuantityError(other.to_string())),
        }
    }
}

/// Prints the text that was read; see [`Quantity::canonical`] for the other form.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::try_from(&value).map_err(serde::de::Error::custom)
    }
}
