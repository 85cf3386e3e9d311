//! `metadata.managedFields`: who owns which fields of an object.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::field_set::{FieldSet, FieldsV1Error};

/// How a manager wrote its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum Operation {
    /// Server-side apply.
    Apply,
    /// Any other write: create, update, patch.
    Update,
}

impl Operation {
    /// Gives the word that the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Apply => "Apply",
            Self::Update => "Update",
        }
    }
}

/// One entry of `metadata.managedFields`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagerEntry {
    /// The field manager, such as `ks` or `kube-controller-manager`.
    pub manager: String,
    /// How it wrote.
    pub operation: Operation,
    /// The version in which the paths of `fields` are meant, such as `apps/v1`.
    pub api_version: String,
    /// When it last changed the object or the set, as RFC 3339.
    pub time: Option<String>,
    /// The subresource it wrote through, such as `status`; empty for the object itself.
    pub subresource: String,
    /// What it owns.
    pub fields: FieldSet,
}

impl ManagerEntry {
    /// Tells whether this is what `manager` owns by server-side apply on the object itself.
    pub fn is_applier(&self, manager: &str) -> bool {
        self.operation == Operation::Apply && self.subresource.is_empty() && self.manager == manager
    }

    /// Tells whether two entries stand for the same writer. An applier stays the same when it moves to another version.
    pub(super) fn is_same_writer(&self, other: &Self) -> bool {
        self.manager == other.manager
            && self.operation == other.operation
            && self.subresource == other.subresource
            && (self.operation == Operation::Apply || self.api_version == other.api_version)
    }

    fn to_value(&self) -> Value {
        let mut entry = Map::new();
        let mut put = |name: &str, value: Value| entry.insert(name.to_owned(), value);
        if !self.manager.is_empty() {
            put("manager", self.manager.as_str().into());
        }
        put("operation", self.operation.as_str().into());
        put("apiVersion", self.api_version.as_str().into());
        if let Some(time) = &self.time {
            put("time", time.as_str().into());
        }
        put("fieldsType", "FieldsV1".into());
        put("fieldsV1", self.fields.to_fields_v1());
        if !self.subresource.is_empty() {
            put("subresource", self.subresource.as_str().into());
        }
        Value::Object(entry)
    }
}

/// All entries of an object.
///
/// ```
/// use ks_plan::structured::ManagedFields;
/// use serde_json::json;
///
/// let live = json!({"metadata": {"managedFields": [{"manager": "ks", "operation": "Apply", "apiVersion": "v1",
///     "fieldsType": "FieldsV1", "fieldsV1": {"f:data": {"f:a": {}}}}]}});
/// let managers = ManagedFields::of(&live).expect("well-formed");
/// assert_eq!(managers.entries[0].fields.len(), 1);
/// assert_eq!(&managers.to_value(), live.pointer("/metadata/managedFields").expect("present"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ManagedFields {
    /// The entries, one for each writer.
    pub entries: Vec<ManagerEntry>,
}

/// Tells why `metadata.managedFields` cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManagedFieldsError {
    /// An entry lacks a field or has one that is malformed.
    #[error("entry {index} of metadata.managedFields has a bad {field}")]
    BadEntry {
        /// The position of the entry.
        index: usize,
        /// The field of the entry.
        field: &'static str,
    },
    /// The fields of an entry cannot be read.
    #[error("read the fields of entry {index} of metadata.managedFields")]
    BadFields {
        /// The position of the entry.
        index: usize,
        /// Why.
        #[source]
        source: FieldsV1Error,
    },
}

impl ManagedFields {
    /// Reads `metadata.managedFields` of an object; none is an empty list.
    ///
    /// # Errors
    /// When an entry is malformed.
    pub fn of(object: &Value) -> Result<Self, ManagedFieldsError> {
        let entries = raw_entries(object).iter().enumerate().map(|(index, entry)| read_entry(index, entry));
        let mut managed = Self::default();
        for entry in entries {
            managed.put(entry?);
        }
        Ok(managed)
    }

    /// Writes the entries in the API server's order: appliers first, then by time, then by name.
    pub fn to_value(&self) -> Value {
        let mut entries: Vec<&ManagerEntry> = self.entries.iter().collect();
        entries.sort_by_key(|entry| {
            (entry.operation, &entry.time, &entry.manager, &entry.api_version, &entry.subresource)
        });
        Value::Array(entries.into_iter().map(ManagerEntry::to_value).collect())
    }

    /// Puts an entry in the place of the one of the same writer.
    pub(super) fn put(&mut self, entry: ManagerEntry) {
        match self.entries.iter_mut().find(|known| known.is_same_writer(&entry)) {
            Some(known) => *known = entry,
            None => self.entries.push(entry),
        }
    }

    /// Takes out the entry of the same writer.
    pub(super) fn take(&mut self, writer: &ManagerEntry) -> Option<ManagerEntry> {
        let place = self.entries.iter().position(|known| known.is_same_writer(writer))?;
        Some(self.entries.remove(place))
    }

    /// Writes the entries into an object, in the place of those it has.
    pub(super) fn write_to(&self, object: &mut Value) {
        let Some(object) = object.as_object_mut() else { return };
        let metadata = object.entry("metadata").or_insert_with(|| Value::Object(Map::new()));
        if let Some(metadata) = metadata.as_object_mut() {
            if self.entries.is_empty() {
                metadata.shift_remove("managedFields");
            } else {
                metadata.insert("managedFields".to_owned(), self.to_value());
            }
        }
    }
}

fn raw_entries(object: &Value) -> &[Value] {
    object.pointer("/metadata/managedFields").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn read_entry(index: usize, entry: &Value) -> Result<ManagerEntry, ManagedFieldsError> {
    let bad = |field| ManagedFieldsError::BadEntry { index, field };
    let text = |field: &str| entry.get(field).and_then(Value::as_str);
    let operation = match text("operation") {
        Some("Apply") => Operation::Apply,
        Some("Update") => Operation::Update,
        _ => return Err(bad("operation")),
    };
    if text("fieldsType") != Some("FieldsV1") {
        return Err(bad("fieldsType"));
    }
    let fields = match entry.get("fieldsV1") {
        None | Some(Value::Null) => FieldSet::default(),
        Some(fields) => {
            FieldSet::from_fields_v1(fields).map_err(|source| ManagedFieldsError::BadFields { index, source })?
        }
    };
    Ok(ManagerEntry {
        manager: text("manager").unwrap_or_default().to_owned(),
        operation,
        api_version: text("apiVersion")
            .filter(|version| !version.is_empty())
            .ok_or_else(|| bad("apiVersion"))?
            .to_owned(),
        time: text("time").map(str::to_owned),
        subresource: text("subresource").unwrap_or_default().to_owned(),
        fields,
    })
}

/// Gives what `manager` owns by server-side apply on the object itself; absent when it never applied it, or when its entry is
/// malformed.
pub fn owned_by(live: &Value, manager: &str) -> Option<FieldSet> {
    applier_entry(live, manager).map(|entry| entry.fields)
}

/// Reads the one entry that [`owned_by`] is about, and no other.
pub(crate) fn applier_entry(live: &Value, manager: &str) -> Option<ManagerEntry> {
    read_entry(0, raw_applier_entry(live, manager)?).ok()
}

/// Gives the version and the `FieldsV1` value of the same entry as they stand there, without reading what is in them.
pub(super) fn applier_fields<'a>(live: &'a Value, manager: &str) -> Option<(&'a str, &'a Value)> {
    let entry = raw_applier_entry(live, manager)?;
    let is_read = entry.get("fieldsType").and_then(Value::as_str) == Some("FieldsV1");
    Some((entry.get("apiVersion")?.as_str()?, entry.get("fieldsV1")?)).filter(|_| is_read)
}

fn raw_applier_entry<'a>(live: &'a Value, manager: &str) -> Option<&'a Value> {
    let is_manager = |entry: &&Value| {
        let text = |field: &str| entry.get(field).and_then(Value::as_str).unwrap_or_default();
        text("manager") == manager && text("operation") == "Apply" && text("subresource").is_empty()
    };
    raw_entries(live).iter().rfind(is_manager)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(manager: &str, operation: &str, time: &str) -> Value {
        json!({"manager": manager, "operation": operation, "apiVersion": "v1", "time": time,
            "fieldsType": "FieldsV1", "fieldsV1": {"f:data": {"f:a": {}}}})
    }

    #[test]
    fn appliers_come_first_then_the_oldest() {
        let entries = json!([
            entry("c", "Update", "2026-01-01T00:00:00Z"),
            entry("b", "Apply", "2026-01-02T00:00:00Z"),
            entry("a", "Apply", "2026-01-02T00:00:00Z"),
            entry("z", "Apply", "2026-01-01T00:00:00Z")
        ]);
        let managed = ManagedFields::of(&json!({"metadata": {"managedFields": entries}})).unwrap();
        let written = managed.to_value();
        let names: Vec<_> =
            written.as_array().unwrap().iter().map(|entry| entry["manager"].as_str().unwrap()).collect();
        assert_eq!(names, ["z", "a", "b", "c"]);
    }

    #[test]
    fn an_update_is_no_apply_and_status_is_not_the_object() {
        let mut status = entry("ks", "Apply", "2026-01-01T00:00:00Z");
        status["subresource"] = json!("status");
        let live = json!({"metadata": {"managedFields": [entry("ks", "Update", "2026-01-01T00:00:00Z"), status]}});
        assert_eq!(owned_by(&live, "ks"), None);
    }

    #[test]
    fn a_malformed_entry_is_an_error_with_its_place() {
        let live = json!({"metadata": {"managedFields": [{"manager": "ks"}]}});
        assert_eq!(ManagedFields::of(&live), Err(ManagedFieldsError::BadEntry { index: 0, field: "operation" }));
        assert_eq!(owned_by(&live, "ks"), None);
    }
}
