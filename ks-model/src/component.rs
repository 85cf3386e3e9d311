//! Components: the units that a configuration switches on and off.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The name of a component: the name of its folder under `manifests/<module>/`, unique over all modules.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct ComponentName(String);

/// Says that a text is no component name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no component name: lower-case letters, digits and dashes, starting with a letter")]
pub struct ComponentNameError(String);

impl ComponentName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ComponentName {
    type Err = ComponentNameError;

    fn from_str(text: &str) -> Result<Self, ComponentNameError> {
        let starts_well = text.starts_with(|c: char| c.is_ascii_lowercase());
        let fits = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if starts_well && fits { Ok(Self(text.to_owned())) } else { Err(ComponentNameError(text.to_owned())) }
    }
}

impl TryFrom<String> for ComponentName {
    type Error = ComponentNameError;

    fn try_from(text: String) -> Result<Self, ComponentNameError> {
        text.parse()
    }
}

impl From<ComponentName> for String {
    fn from(name: ComponentName) -> Self {
        name.0
    }
}

impl fmt::Display for ComponentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
