//! Live values that stay because the configuration is silent.

use ks_model::{ComponentName, LiveField, Origin};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::desired::Desired;

/// Tells one setting that takes its value from the live object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Kept {
    /// The component.
    pub component: ComponentName,
    /// The setting.
    pub setting: String,
    /// Its value.
    pub value: Value,
    /// Where the value was found.
    pub field: LiveField,
}

/// Lists the settings that are kept, component by component.
pub fn kept(desired: &Desired) -> Vec<Kept> {
    let settings = desired.bundles().iter().flat_map(|it| it.settings.iter().map(|setting| (&it.component, setting)));
    let kept = settings.filter_map(|(component, (name, setting))| match &setting.origin {
        Origin::Kept { field } => Some(Kept {
            component: component.clone(),
            setting: name.clone(),
            value: setting.value.clone(),
            field: field.clone(),
        }),
        _ => None,
    });
    kept.collect()
}
