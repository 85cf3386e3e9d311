//! The types of the kinds that are served, and the merge of a write into an object.

use ks_plan::structured::{self, ApplyError, ApplyRequest, Schemas, StructuralSchema, crd};
use serde_json::Value;

use super::api::apply::Writer;
use super::kinds;
use super::state::State;
use crate::{ClusterError, FieldConflict, InvalidCause, ServedKind};

/// Knows the types of all kinds that are served.
#[derive(Clone, Debug)]
pub(super) struct Types {
    schemas: Schemas,
}

impl Types {
    /// The types of the built-in kinds and of the kinds that definitions in `state` add.
    pub fn of(state: &State) -> Self {
        let mut schemas = Schemas::builtin();
        for definition in kinds::definitions(state) {
            // A definition without group, kind or versions serves nothing, so it lends no type either.
            let _ = schemas.register_crd(definition);
        }
        Self { schemas }
    }

    /// Merges a server-side apply.
    pub fn apply(
        &self,
        kind: &ServedKind,
        live: Option<&Value>,
        applied: &Value,
        writer: Writer<'_>,
        action: &str,
    ) -> Result<Value, ClusterError> {
        let time = writer.at.rfc3339();
        let request = ApplyRequest { live, applied, manager: writer.manager, force: writer.force, time: Some(&time) };
        structured::apply(request, self.schemas.of(&kind.kind, &kind.version)).map_err(|error| refused(action, &error))
    }

    /// Notes who wrote what in a write that is no apply.
    pub fn update(&self, kind: &ServedKind, old: Option<&Value>, new: &Value, writer: Writer<'_>) -> Value {
        let time = writer.at.rfc3339();
        structured::update(old, new, writer.manager, self.schemas.of(&kind.kind, &kind.version), Some(&time))
    }

    /// Writes the status of an object and notes who did.
    pub fn update_status(&self, kind: &ServedKind, old: &Value, new: &Value, writer: Writer<'_>) -> Value {
        let time = writer.at.rfc3339();
        structured::update_status(old, new, writer.manager, self.schemas.of(&kind.kind, &kind.version), Some(&time))
    }
}

/// The fields of a custom resource that its definition does not know.
pub(super) fn unknown_fields(state: &State, kind: &ServedKind, value: &Value) -> Vec<String> {
    let Some(schema) = schema_of(state, kind) else { return Vec::new() };
    crd::prune(&mut value.clone(), schema)
        .iter()
        .map(|path| path.to_string().trim_start_matches('.').to_owned())
        .collect()
}

/// Makes a custom resource what its definition makes of it, and tells what does not fit.
pub(super) fn conform(state: &State, kind: &ServedKind, value: &mut Value) -> Vec<InvalidCause> {
    let Some(schema) = schema_of(state, kind) else { return Vec::new() };
    crd::prune(value, schema);
    crd::default(value, schema);
    let cause = |problem: structured::SchemaProblem| InvalidCause {
        field: problem.path.to_string().trim_start_matches('.').to_owned(),
        message: problem.message,
    };
    crd::validate(value, schema).into_iter().map(cause).collect()
}

fn schema_of<'a>(state: &'a State, kind: &ServedKind) -> Option<StructuralSchema<'a>> {
    StructuralSchema::of(kinds::definition(state, &kind.kind)?, &kind.version).ok()
}

fn refused(action: &str, error: &ApplyError) -> ClusterError {
    let action = action.to_owned();
    match error {
        ApplyError::Conflict(conflicts) => {
            let fields: Vec<FieldConflict> = conflicts
                .iter()
                .map(|it| FieldConflict { field: it.path.to_string(), manager: it.manager.clone() })
                .collect();
            ClusterError::Conflict { action, message: conflict_message(&fields), fields }
        }
        ApplyError::Invalid { path, message } => {
            let cause = InvalidCause { field: path.to_string(), message: message.clone() };
            ClusterError::Invalid { action, message: format!("{path}: {message}"), causes: vec![cause] }
        }
        other => ClusterError::Invalid { action, message: other.to_string(), causes: Vec::new() },
    }
}

fn conflict_message(fields: &[FieldConflict]) -> String {
    let (count, noun) = (fields.len(), if fields.len() == 1 { "conflict" } else { "conflicts" });
    let each: Vec<String> = fields.iter().map(|it| format!("conflict with {:?}: {}", it.manager, it.field)).collect();
    format!("Apply failed with {count} {noun}: {}", each.join(", "))
}
