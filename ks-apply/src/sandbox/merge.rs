//! The types of the kinds that are served, and the merge of a write into an object.

use std::cmp::Ordering;

use ks_plan::structured::{
    self, ApplyError, ApplyRequest, Conflict, FieldPath, Operation, Schemas, StructuralSchema, crd,
};
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
        let live = live.cloned().map(without_nulls);
        let request = ApplyRequest {
            live: live.as_ref(),
            applied,
            manager: writer.manager,
            force: writer.force,
            time: Some(&time),
        };
        structured::apply(request, self.schemas.of(&kind.kind, &kind.version))
            .map_err(|error| refused(action, kind, error))
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

/// Nulls that the server only writes, such as the rules of a role without any, belong to nobody.
fn without_nulls(mut live: Value) -> Value {
    if let Some(map) = live.as_object_mut() {
        map.retain(|_, member| !member.is_null());
    }
    live
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

fn refused(action: &str, kind: &ServedKind, error: ApplyError) -> ClusterError {
    let action = action.to_owned();
    match error {
        ApplyError::Conflict(mut conflicts) => {
            conflicts.sort_by(|a, b| a.manager.cmp(&b.manager).then_with(|| server_order(&a.path, &b.path)));
            let message = conflict_message(kind, &conflicts);
            let field = |it: Conflict| FieldConflict { field: it.path.as_server_prints(), manager: it.manager };
            ClusterError::Conflict { action, message, fields: conflicts.into_iter().map(field).collect() }
        }
        ApplyError::Invalid { path, message } => {
            let cause = InvalidCause { field: path.to_string(), message: message.clone() };
            ClusterError::Invalid { action, message: format!("{path}: {message}"), causes: vec![cause] }
        }
        other => ClusterError::Invalid { action, message: other.to_string(), causes: Vec::new() },
    }
}

/// The order in which the server lists fields: at each level first those that end there.
fn server_order(a: &FieldPath, b: &FieldPath) -> Ordering {
    let is_last = |path: &FieldPath, index: usize| index + 1 == path.0.len();
    let steps = a.0.iter().zip(&b.0).enumerate();
    let differing = steps.map(|(index, (one, other))| {
        let ends = is_last(b, index).cmp(&is_last(a, index));
        if one == other && is_last(a, index) == is_last(b, index) { Ordering::Equal } else { ends.then(one.cmp(other)) }
    });
    differing.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// The words of the server, one manager after the other.
fn conflict_message(kind: &ServedKind, conflicts: &[Conflict]) -> String {
    if let [conflict] = conflicts {
        let manager = manager_name(kind, conflict);
        return format!("Apply failed with 1 conflict: conflict with {manager}: {}", conflict.path.as_server_prints());
    }
    let mut lines: Vec<String> = Vec::new();
    for conflict in conflicts {
        let heading = format!("conflicts with {}:", manager_name(kind, conflict));
        if !lines.contains(&heading) {
            lines.push(heading);
        }
        lines.push(format!("- {}", conflict.path.as_server_prints()));
    }
    format!("Apply failed with {} conflicts: {}", conflicts.len(), lines.join("\n"))
}

fn manager_name(kind: &ServedKind, conflict: &Conflict) -> String {
    match (conflict.operation, &conflict.time) {
        (Operation::Apply, _) => format!("{:?}", conflict.manager),
        (Operation::Update, None) => format!("{:?} using {}", conflict.manager, kind.api_version()),
        (Operation::Update, Some(time)) => format!("{:?} using {} at {time}", conflict.manager, kind.api_version()),
    }
}

#[cfg(test)]
mod tests {
    use ks_plan::structured::PathElement;

    use super::*;

    #[test]
    fn fields_that_end_come_before_those_that_go_on() {
        let path = |names: &[&str]| FieldPath(names.iter().map(|name| PathElement::field(*name)).collect());
        let mut paths = [path(&["a", "b", "c"]), path(&["a", "z"]), path(&["b"]), path(&["a", "b", "a", "x"])];
        paths.sort_by(server_order);
        let printed: Vec<String> = paths.iter().map(ToString::to_string).collect();
        assert_eq!(printed, [".b", ".a.z", ".a.b.c", ".a.b.a.x"]);
    }
}
