//! What a refusal of the server means: a field that cannot change in place, or an object that is wrong in itself.

use crate::error::InvalidCause;

/// How API servers say that a field cannot change. There is no code for it, only these words.
const WORDS: &[&str] = &[
    "immutable",
    "may not change once set",
    "may not be changed in an update",
    "cannot change roleRef",
    "can not be less than status.capacity",
    "can not be less than previous value",
];

/// The fields that cannot change in place, when that is all that is wrong with the object: making it anew would help.
pub(crate) fn immutable_fields(causes: &[InvalidCause]) -> Vec<String> {
    if !causes.iter().all(is_immutable) {
        return Vec::new();
    }
    let mut fields: Vec<String> = causes.iter().map(|it| format!(".{}", it.field.trim_start_matches('.'))).collect();
    fields.sort();
    fields.dedup();
    fields
}

fn is_immutable(cause: &InvalidCause) -> bool {
    let says = |words: &str| cause.message.contains(words);
    // `updates to statefulset spec for fields other than ... are forbidden`, `updates to parameters are forbidden`.
    WORDS.iter().any(|it| says(it)) || (says("updates to ") && says("forbidden"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(field: &str, message: &str) -> InvalidCause {
        InvalidCause { field: field.to_owned(), message: message.to_owned() }
    }

    #[test]
    fn the_words_of_each_kind_are_understood() {
        let refusals = [
            ("spec.selector", "Invalid value: {}: field is immutable"),
            ("spec", "Forbidden: spec is immutable after creation except resources.requests for bound claims"),
            ("spec", "Forbidden: updates to statefulset spec for fields other than 'replicas' are forbidden"),
            ("roleRef", "Invalid value: {}: cannot change roleRef"),
            ("spec.clusterIPs[0]", "Invalid value: [\"1.2.3.4\"]: may not change once set"),
            ("parameters", "Forbidden: updates to parameters are forbidden."),
            ("spec.resources.requests.storage", "Forbidden: field can not be less than status.capacity"),
            ("data", "Forbidden: field is immutable when `immutable` is set"),
        ];
        for (field, message) in refusals {
            assert_eq!(immutable_fields(&[cause(field, message)]), [format!(".{field}")], "{message}");
        }
    }

    #[test]
    fn an_object_that_is_also_wrong_in_itself_is_not_made_anew() {
        let causes = [cause("spec.selector", "field is immutable"), cause("spec.replicas", "must be greater than 0")];
        assert!(immutable_fields(&causes).is_empty());
        assert!(immutable_fields(&[]).is_empty());
    }
}
