//! Which fields are in conflict, and with whom.

use kube::core::Status;

use crate::error::FieldConflict;

/// The conflicts that the server lists, or else those that its text names.
pub(super) fn of(status: &Status) -> Vec<FieldConflict> {
    let causes = status.details.iter().flat_map(|it| &it.causes);
    let listed: Vec<_> = causes
        .filter(|it| it.reason == "FieldManagerConflict")
        .filter_map(|it| {
            let (manager, rest) = manager_in(&it.message)?;
            let field = if it.field.is_empty() { field_after(rest)? } else { it.field.clone() };
            Some(FieldConflict { field, manager })
        })
        .collect();
    if listed.is_empty() { in_text(&status.message) } else { listed }
}

/// Reads `Apply failed with 1 conflict: conflict with "a" using v1: .data.x`, and the longer form in which the fields of
/// each manager stand below it, one to a line.
fn in_text(text: &str) -> Vec<FieldConflict> {
    let mut conflicts = Vec::new();
    let mut owner = None;
    for line in text.lines() {
        if let Some((manager, rest)) = manager_in(line) {
            if let Some(field) = field_after(rest) {
                conflicts.push(FieldConflict { field, manager: manager.clone() });
            }
            owner = Some(manager);
        } else if let (Some(manager), Some(field)) = (&owner, line.trim().strip_prefix("- ")) {
            conflicts.push(FieldConflict { field: field.to_owned(), manager: manager.clone() });
        }
    }
    conflicts
}

/// The manager's name, printed as Go quotes strings, and what follows it.
fn manager_in(text: &str) -> Option<(String, &str)> {
    let start = text.find("conflict with \"").map(|at| at + 14).or(text.find("conflicts with \"").map(|at| at + 15))?;
    let quoted = &text[start..];
    let mut escaped = false;
    let end = quoted.char_indices().skip(1).find_map(|(at, letter)| {
        let closes = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        closes.then_some(at + 1)
    })?;
    let (quoted, rest) = quoted.split_at(end);
    let manager = serde_json::from_str(quoted).unwrap_or_else(|_| quoted.trim_matches('"').to_owned());
    Some((manager, rest))
}

/// The field stands behind the last colon that a path follows; times have colons too.
fn field_after(text: &str) -> Option<String> {
    let at = text.find(": .")?;
    Some(text[at + 2..].trim().to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of_text(text: &str) -> Vec<(String, String)> {
        in_text(text).into_iter().map(|it| (it.manager, it.field)).collect()
    }

    fn pair(manager: &str, field: &str) -> (String, String) {
        (manager.into(), field.into())
    }

    #[test]
    fn one_conflict_stands_on_one_line() {
        let text = "Apply failed with 1 conflict: conflict with \"kubectl\" using apps/v1: .spec.replicas";
        assert_eq!(of_text(text), [pair("kubectl", ".spec.replicas")]);
        let text = "Apply failed with 1 conflict: conflict with \"kube-controller-manager\" with subresource \"status\" \
                    using apps/v1 at 2024-05-06T07:08:09Z: .status.replicas";
        assert_eq!(of_text(text), [pair("kube-controller-manager", ".status.replicas")]);
        let text = "Apply failed with 1 conflict: conflict with \"helm\": .data.a";
        assert_eq!(of_text(text), [pair("helm", ".data.a")]);
    }

    #[test]
    fn several_conflicts_stand_below_their_managers() {
        let text = "Apply failed with 3 conflicts: conflicts with \"a \\\"b\\\"\" using v1 at 2024-05-06T07:08:09Z:\n\
                    - .data.x\n- .data.y\nconflicts with \"c\" with subresource \"scale\" using apps/v1:\n\
                    - .spec.containers[name=\"n\"].image";
        assert_eq!(
            of_text(text),
            [pair("a \"b\"", ".data.x"), pair("a \"b\"", ".data.y"), pair("c", ".spec.containers[name=\"n\"].image")]
        );
    }

    #[test]
    fn listed_causes_win_over_the_text() {
        let status: Status = serde_json::from_value(json!({
            "code": 409, "reason": "Conflict", "message": "Apply failed with 1 conflict: conflict with \"a\": .x",
            "details": { "causes": [
                { "reason": "FieldManagerConflict", "message": "conflict with \"kubectl\" using apps/v1", "field": ".spec.replicas" },
                { "reason": "FieldManagerConflict", "message": "conflict with \"helm\" with subresource \"status\" using apps/v1", "field": ".status.x" },
            ] },
        }))
        .unwrap();
        let found: Vec<_> = of(&status).into_iter().map(|it| (it.manager, it.field)).collect();
        assert_eq!(found, [pair("kubectl", ".spec.replicas"), pair("helm", ".status.x")]);
    }

    #[test]
    fn a_conflict_of_the_object_names_no_field() {
        assert!(of_text("Precondition failed: UID in precondition: a, UID in object meta: b").is_empty());
        assert!(of_text("Operation cannot be fulfilled on x: the object has been modified").is_empty());
    }
}
