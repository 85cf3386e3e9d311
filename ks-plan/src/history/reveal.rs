//! Secret values of a recorded configuration: where they may be found again, and putting them back.

use std::collections::BTreeMap;

use ks_model::{LiveField, ObjectRef};
use serde_json::Value;

use super::RecordedConfiguration;
use crate::catalogue::Catalogue;
use crate::compile::Lookups;
use crate::sensitive::{Mask, is_fingerprint};

/// Names the secret fields of a recorded configuration whose values are nowhere to be found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the record holds no secret value, and no other place has that of {}", fields.join(", "))]
pub struct Masked {
    /// The fields, such as `monitoring.prometheus.remoteWrite[0].url`.
    pub fields: Vec<String>,
}

/// What to look up where secret values of a configuration may stand: the objects in which components mark secret fields, each as
/// a whole.
pub fn sources(catalogue: &Catalogue) -> Lookups {
    let marked = catalogue.components().flat_map(|it| &it.sensitive);
    let whole = |it: &LiveField| LiveField { pointer: String::new(), ..it.clone() };
    let mut by_object: BTreeMap<ObjectRef, LiveField> = BTreeMap::new();
    marked.for_each(|it| drop(by_object.insert(it.object.clone(), whole(it))));
    Lookups { kept: by_object.into_values().collect(), ..Lookups::default() }
}

impl RecordedConfiguration {
    /// Whether something in it is a fingerprint.
    pub fn is_masked(&self) -> bool {
        self.reveal(&[], None).is_err()
    }

    /// The spec with its secret values: each is taken from wherever in `sources` a value stands that fits the fingerprint.
    ///
    /// # Errors
    /// When a value stands nowhere; all such fields are named.
    pub fn reveal(&self, sources: &[&Value], cluster_uid: Option<&str>) -> Result<Value, Masked> {
        let mask = Mask::keyed(cluster_uid);
        let mut known = BTreeMap::new();
        sources.iter().for_each(|it| learn(it, &mask, &mut known));
        let (mut spec, mut fields) = (self.spec.clone(), Vec::new());
        put_back("", &mut spec, &known, &mut fields);
        if fields.is_empty() { Ok(spec) } else { Err(Masked { fields }) }
    }
}

/// Takes note of every single value.
fn learn(value: &Value, mask: &Mask, known: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(members) => members.values().for_each(|it| learn(it, mask, known)),
        Value::Array(items) => items.iter().for_each(|it| learn(it, mask, known)),
        Value::Null => {}
        value if is_fingerprint(value) => {}
        value => {
            if let Value::String(fingerprint) = mask.mask(value) {
                known.insert(fingerprint, value.clone());
            }
        }
    }
}

fn put_back(at: &str, value: &mut Value, known: &BTreeMap<String, Value>, missing: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let below = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
                put_back(&below, member, known, missing);
            }
        }
        Value::Array(items) => {
            for (place, item) in items.iter_mut().enumerate() {
                put_back(&format!("{at}[{place}]"), item, known, missing);
            }
        }
        value if is_fingerprint(value) => match value.as_str().and_then(|it| known.get(it)) {
            Some(found) => *value = found.clone(),
            None => missing.push(at.to_owned()),
        },
        _ => {}
    }
}
