//! A record as a Secret, and back.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use ks_model::{GroupKind, Manifest, ObjectRef};
use serde_json::{Value, json};

use super::record::{FORMAT_VERSION, Record};
use crate::inventory::Inventory;

/// The label that finds the records of an inventory; its value is the inventory's name.
pub const LABEL: &str = "ks.kubesphere.io/history";

/// The type of the Secrets.
const TYPE: &str = "ks.kubesphere.io/history";
/// What stands between the name of the inventory and the number.
const INFIX: &str = "-history-";
/// How many bytes a record may have, compressed. An object may have a MiB or so, and base64 makes a third more of it.
const MOST: usize = 256 * 1024;
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

impl Record {
    /// The object that holds this record.
    pub fn object(&self, inventory: &Inventory) -> ObjectRef {
        let ObjectRef { namespace, name, .. } = inventory.parent();
        let name = format!("{name}{INFIX}{}", self.number);
        ObjectRef { kind: GroupKind::new("", "Secret"), namespace: namespace.clone(), name }
    }

    /// The Secret that holds this record. What is too large is left out, and said to be: the plan for programs first, then the
    /// plan for people, and only then the configuration.
    ///
    /// # Errors
    /// When it does not become JSON, which is a bug.
    pub fn secret(&self, inventory: &Inventory) -> Result<Manifest, RecordError> {
        let object = self.object(inventory);
        let secret = json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": object.name,
                "namespace": object.namespace,
                "labels": { LABEL: inventory.parent().name },
            },
            "type": TYPE,
            "data": { "record": STANDARD.encode(self.packed(MOST)?) },
        });
        Manifest::parse(secret).map_err(malformed)
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

    /// The bytes of the record, no more than `most` where leaving out helps.
    pub(super) fn packed(&self, most: usize) -> Result<Vec<u8>, RecordError> {
        let mut packed = self.pack(Compression::default())?;
        if packed.len() <= most {
            return Ok(packed);
        }
        let mut record = self.clone();
        packed = record.pack(Compression::best())?;
        let left_out = ["the plan for programs", "the plan", "the plan and the configuration"];
        for (step, words) in left_out.into_iter().enumerate() {
            if packed.len() <= most {
                break;
            }
            record.plan.document = None;
            if step > 0 {
                record.plan.text = None;
            }
            if step > 1 {
                record.configuration = None;
            }
            record.plan.left_out = Some(format!("{words}: too large for an object of a cluster"));
            packed = record.pack(Compression::best())?;
        }
        Ok(packed)
    }

    fn pack(&self, compression: Compression) -> Result<Vec<u8>, RecordError> {
        let text = serde_json::to_vec(self).map_err(malformed)?;
        // The header has no time, so that the same record has the same bytes.
        let mut encoder = GzEncoder::new(Vec::new(), compression);
        encoder.write_all(&text).map_err(malformed)?;
        encoder.finish().map_err(malformed)
    }
}

fn malformed(why: impl ToString) -> RecordError {
    RecordError::Malformed(why.to_string())
}
