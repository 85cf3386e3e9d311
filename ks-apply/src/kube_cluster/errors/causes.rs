//! Which fields of a refused object are at fault.

use kube::core::Status;

use crate::error::InvalidCause;

/// The faults that the server lists, or else those that its text names.
pub(super) fn of(status: &Status) -> Vec<InvalidCause> {
    let listed = status.details.iter().flat_map(|it| &it.causes);
    let listed: Vec<_> =
        listed.map(|it| InvalidCause { field: it.field.clone(), message: it.message.clone() }).collect();
    if listed.is_empty() { in_text(&status.message) } else { listed }
}

/// Server-side apply reports a patch that does not fit the schema as an internal error; asking again mends nothing.
pub(super) fn is_schema_fault(status: &Status) -> bool {
    let words = ["failed to create typed patch object", "unable to convert unstructured object"];
    words.iter().any(|it| status.message.contains(it))
}

/// A webhook that denies answers 403 like a missing permission does.
pub(super) fn is_denial(status: &Status) -> bool {
    status.message.starts_with("admission webhook ") && status.message.contains(" denied the request")
}

fn in_text(text: &str) -> Vec<InvalidCause> {
    let mut causes = unknown_fields(text);
    causes.extend(text.lines().filter_map(undeclared_field));
    causes
}

/// Strict decoding: `unknown field "spec.foo", duplicate field "spec.bar"`.
fn unknown_fields(text: &str) -> Vec<InvalidCause> {
    let mut causes = Vec::new();
    for message in ["unknown field", "duplicate field"] {
        for rest in text.split(message).skip(1) {
            if let Some((field, _)) = rest.strip_prefix(" \"").and_then(|it| it.split_once('"')) {
                causes.push(InvalidCause { field: field.to_owned(), message: message.to_owned() });
            }
        }
    }
    causes
}

/// Structured merge: `…: .spec.foo: field not declared in schema`, one to a line.
fn undeclared_field(line: &str) -> Option<InvalidCause> {
    let at = if line.trim_start().starts_with('.') { 0 } else { line.find(": .")? + 2 };
    let (field, message) = line[at..].trim().split_once(": ")?;
    Some(InvalidCause { field: field.to_owned(), message: message.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<String> {
        in_text(text).into_iter().map(|it| format!("{} | {}", it.field, it.message)).collect()
    }

    #[test]
    fn fields_are_found_in_the_text_of_strict_decoding() {
        let text = r#"strict decoding error: unknown field "spec.foo", unknown field "spec.a[0].b""#;
        assert_eq!(fields(text), ["spec.foo | unknown field", "spec.a[0].b | unknown field"]);
    }

    #[test]
    fn fields_are_found_in_the_text_of_structured_merge() {
        let one = "failed to create typed patch object (n/x; apps/v1, Kind=Deployment): .spec.foo: field not declared in schema";
        assert_eq!(fields(one), [".spec.foo | field not declared in schema"]);
        let two = "failed to create typed patch object (n/x; v1, Kind=Pod): errors:\n  .spec.a: field not declared in schema\n  .b: field not declared in schema";
        assert_eq!(fields(two).len(), 2);
    }
}
