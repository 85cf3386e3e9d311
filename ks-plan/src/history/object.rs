//! A record as a Secret, and back.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use ks_model::{GroupKind, Manifest, ObjectRef};
use serde_json::{Value, json};

use super::packed::PackedRecord;
use super::record::{FORMAT_VERSION, Record};
use crate::inventory::Inventory;

/// The label that finds the records of an inventory; its value is the inventory's name.
pub const LABEL: &str = "ks.kubesphere.io/history";

/// The type of the Secrets.
const TYPE: &str = "ks.kubesphere.io/history";
/// What stands between the name of the inventory and the number.
const INFIX: &str = "-history-";
/// How many bytes are unpacked at most, whatever somebody wrote there.
const UNPACKED: u64 = 64 * 1024 * 1024;

/// Says why an object is no record that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// It was written in a form that this ks does not know.
    #[error("its format is {0}, and this ks reads {FORMAT_VERSION}")]
    Format(String),
    /// It is not in the form of a record.
    #[error("it is no record: {0}")]
    Malformed(String),
}

/// The label selector that finds the records of an inventory, in its namespace.
pub fn selector(inventory: &Inventory) -> String {
    format!("{LABEL}={}", inventory.parent().name)
}

/// The number of the record in an object of this name; nothing for other objects.
pub fn number_of(inventory: &Inventory, object: &ObjectRef) -> Option<u32> {
    let parent = inventory.parent();
    if !object.kind.is("", "Secret") || object.namespace != parent.namespace {
        return None;
    }
    let number = object.name.strip_prefix(parent.name.as_str())?.strip_prefix(INFIX)?;
    number.parse().ok().filter(|it: &u32| it.to_string() == number)
}

/// Whether a live object is a record of an inventory.
pub fn is_record(inventory: &Inventory, object: &ObjectRef, live: &Value) -> bool {
    let label = live.pointer("/metadata/labels").and_then(|it| it.get(LABEL)).and_then(Value::as_str);
    label == Some(&inventory.parent().name) && number_of(inventory, object).is_some()
}

impl PackedRecord {
    /// The Secret that holds this record.
    ///
    /// # Errors
    /// When it does not become JSON, which is a bug.
    pub fn secret(&self, inventory: &Inventory) -> Result<Manifest, RecordError> {
        let object = self.record.object(inventory);
        let secret = json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": object.name,
                "namespace": object.namespace,
                "labels": { LABEL: inventory.parent().name },
            },
            "type": TYPE,
            "data": { "record": STANDARD.encode(self.bytes()?) },
        });
        Manifest::parse(secret).map_err(malformed)
    }
}

impl Record {
    /// The object that holds this record.
    pub fn object(&self, inventory: &Inventory) -> ObjectRef {
        let ObjectRef { namespace, name, .. } = inventory.parent();
        let name = format!("{name}{INFIX}{}", self.number);
        ObjectRef { kind: GroupKind::new("", "Secret"), namespace: namespace.clone(), name }
    }

    /// Reads the record in a live Secret.
    ///
    /// # Errors
    /// When there is none, or one in another form.
    pub fn read(live: &Value) -> Result<Self, RecordError> {
        let data = live.pointer("/data/record").and_then(Value::as_str);
        let packed = STANDARD.decode(data.ok_or_else(|| malformed("it has no key `record`"))?).map_err(malformed)?;
        let mut bytes = Vec::new();
        GzDecoder::new(packed.as_slice()).take(UNPACKED).read_to_end(&mut bytes).map_err(malformed)?;
        let value: Value = serde_json::from_slice(&bytes).map_err(|_| malformed("it holds no JSON"))?;
        let version = value.get("formatVersion").and_then(Value::as_str).unwrap_or_default();
        if version.split('.').next() != FORMAT_VERSION.split('.').next() {
            return Err(RecordError::Format(version.to_owned()));
        }
        // What serde says may quote a value.
        serde_json::from_value(value).map_err(|_| malformed("a field of it has another type"))
    }
}

pub(super) fn malformed(why: impl ToString) -> RecordError {
    RecordError::Malformed(why.to_string())
}
