//! The answers of an API server that does not do what it is asked, in its words.

use ks_model::ObjectRef;

use crate::{ClusterError, InvalidCause, ServedKind};

/// The kind, or the version of it, is not served.
pub(in crate::sandbox) fn not_served(action: &str, kind: &ServedKind) -> ClusterError {
    ClusterError::NotServed { action: action.to_owned(), kind: format!("{} {}", kind.kind, kind.version) }
}

/// The namespace is not there.
pub(super) fn namespace_missing(action: &str, namespace: &str) -> ClusterError {
    let message = format!("namespaces \"{namespace}\" not found");
    let cause = InvalidCause { field: "metadata.namespace".to_owned(), message: message.clone() };
    ClusterError::Invalid { action: action.to_owned(), message, causes: vec![cause] }
}

/// The namespace is going away.
pub(super) fn namespace_terminating(action: &str, kind: &ServedKind, object: &ObjectRef) -> ClusterError {
    let namespace = object.namespace.as_deref().unwrap_or_default();
    let message = format!(
        "{} \"{}\" is forbidden: unable to create new content in namespace {namespace} because it is being terminated",
        resource(kind),
        object.name
    );
    ClusterError::Forbidden { action: action.to_owned(), message }
}

/// The object is sound, and is not let in.
pub(super) fn forbidden(action: &str, kind: &ServedKind, name: &str, why: &str) -> ClusterError {
    let message = format!("{} \"{name}\" is forbidden: {why}", resource(kind));
    ClusterError::Forbidden { action: action.to_owned(), message }
}

/// The request makes no sense.
pub(super) fn bad_request(action: &str, message: impl Into<String>) -> ClusterError {
    ClusterError::Invalid { action: action.to_owned(), message: message.into(), causes: Vec::new() }
}

/// Fields of the object are not as they must be.
pub(super) fn invalid(action: &str, object: &ObjectRef, causes: Vec<InvalidCause>) -> ClusterError {
    let mut faults: Vec<String> = causes.iter().map(|it| format!("{}: {}", it.field, it.message)).collect();
    let faults = if faults.len() == 1 { faults.remove(0) } else { format!("[{}]", faults.join(", ")) };
    let message = format!("{} \"{}\" is invalid: {faults}", object.kind, object.name);
    ClusterError::Invalid { action: action.to_owned(), message, causes }
}

/// The object is another one than meant.
pub(super) fn uid_differs(action: &str, kind: &ServedKind, name: &str, wanted: &str, found: &str) -> ClusterError {
    let message = format!(
        "Operation cannot be fulfilled on {} \"{name}\": the UID in the precondition ({wanted}) does not match the UID \
         in record ({found}). The object might have been deleted and then recreated",
        resource(kind)
    );
    ClusterError::Conflict { action: action.to_owned(), message, fields: Vec::new() }
}

/// An object of this name is there already.
pub(super) fn exists(action: &str, kind: &ServedKind, name: &str) -> ClusterError {
    let message = format!("{} \"{name}\" already exists", resource(kind));
    ClusterError::Conflict { action: action.to_owned(), message, fields: Vec::new() }
}

/// The object is not as it was.
pub(super) fn revision_differs(action: &str, kind: &ServedKind, name: &str) -> ClusterError {
    let message = format!(
        "Operation cannot be fulfilled on {} \"{name}\": the object has been modified; please apply your changes to the \
         latest version and try again",
        resource(kind)
    );
    ClusterError::Conflict { action: action.to_owned(), message, fields: Vec::new() }
}

/// `deployments.apps`, as an API server names a resource.
pub(in crate::sandbox) fn resource(kind: &ServedKind) -> String {
    if kind.kind.group.is_empty() { kind.plural.clone() } else { format!("{}.{}", kind.plural, kind.kind.group) }
}
