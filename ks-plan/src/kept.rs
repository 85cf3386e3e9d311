//! Live values that stay because the configuration is silent.

use ks_model::{Bundle, ComponentName, LiveField, Origin};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::desired::Desired;
use crate::sensitive::Mask;

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
pub(crate) fn kept(desired: &Desired, mask: &Mask) -> Vec<Kept> {
    let is_secret = |bundle: &Bundle, name: &str, field: &LiveField| {
        bundle.sensitive.contains(name) || desired.secrecy(&field.object).hides_pointer(&field.pointer)
    };
    let settings = desired.bundles().iter().flat_map(|it| it.settings.iter().map(move |setting| (it, setting)));
    let kept = settings.filter_map(|(bundle, (name, setting))| match &setting.origin {
        Origin::Kept { field } => Some(Kept {
            component: bundle.component.clone(),
            setting: name.clone(),
            value: if is_secret(bundle, name, field) { mask.mask(&setting.value) } else { setting.value.clone() },
            field: field.clone(),
        }),
        _ => None,
    });
    kept.collect()
}
