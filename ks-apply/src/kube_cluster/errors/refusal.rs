//! An answer that is a refusal.

use http::StatusCode;
use kube::core::Status;

use super::{Credential, causes, conflicts};
use crate::discovery::ServedKind;
use crate::error::{ClusterError, InvalidCause};

/// What the API server says when it does not do what it was asked.
#[derive(Debug)]
pub(in crate::kube_cluster) struct Refusal {
    code: u16,
    status: Status,
    retry_after: Option<u64>,
}

impl Refusal {
    /// Reads an answer; proxies on the way answer in other forms than the API server.
    pub(in crate::kube_cluster) fn read(
        code: StatusCode,
        body: &[u8],
        retry_after: Option<u64>,
        credential: &Credential,
    ) -> Self {
        let status = serde_json::from_slice::<Status>(body).unwrap_or_default();
        let mut refusal = Self::from_status(Status { code: code.as_u16(), ..status }, credential);
        if refusal.status.message.is_empty() {
            refusal.status.message = words_of(code, body);
        }
        refusal.retry_after = retry_after.or(refusal.retry_after);
        refusal
    }

    /// Takes over a status that came inside a watch.
    pub(in crate::kube_cluster) fn from_status(mut status: Status, credential: &Credential) -> Self {
        if status.code == 401 {
            let words = if status.message.is_empty() { "Unauthorized" } else { status.message.as_str() };
            status.message = format!("{words}; {}", credential.suspicion());
        }
        let wanted = status.details.as_ref().map_or(0, |it| it.retry_after_seconds);
        Self { code: status.code, retry_after: (wanted > 0).then(|| wanted.into()), status }
    }

    /// Rewrites every text of the server, as to keep a secret value in.
    pub(in crate::kube_cluster) fn rewrite(&mut self, rewrite: impl Fn(&str) -> String) {
        self.status.message = rewrite(&self.status.message);
        for cause in self.status.details.iter_mut().flat_map(|it| it.causes.iter_mut()) {
            cause.message = rewrite(&cause.message);
        }
    }

    pub(super) fn code(&self) -> u16 {
        self.code
    }

    pub(super) fn retry_after(&self) -> Option<u64> {
        self.retry_after
    }

    /// Whether the same request may be answered otherwise later; what is gone (410) has to be asked for in another way.
    pub(super) fn is_transient(&self) -> bool {
        matches!(self.code, 429 | 500 | 502 | 503 | 504) && !causes::is_schema_fault(&self.status)
    }

    /// Whether the server said no before it began.
    pub(super) fn left_untouched(&self) -> bool {
        self.code == 429
    }

    pub(super) fn is_absence_of(&self, name: &str) -> bool {
        let details = self.status.details.as_ref();
        self.code == 404 && details.is_some_and(|it| it.name == name) || self.is_absence_of_namespace()
    }

    pub(super) fn is_absence_of_namespace(&self) -> bool {
        self.code == 404 && self.status.details.as_ref().is_some_and(|it| it.kind == "namespaces")
    }

    /// Turns the refusal into the error to tell.
    pub(super) fn explain(self, action: &str, kind: Option<&ServedKind>) -> ClusterError {
        let action = action.to_owned();
        let message = self.status.message.clone();
        match self.code {
            400 | 413 | 422 => ClusterError::Invalid { action, causes: causes::of(&self.status), message },
            500 if causes::is_schema_fault(&self.status) => {
                ClusterError::Invalid { action, causes: causes::of(&self.status), message }
            }
            401 => ClusterError::Unauthorized { action, message },
            403 if causes::is_denial(&self.status) => ClusterError::Invalid { action, causes: Vec::new(), message },
            403 => ClusterError::Forbidden { action, message },
            404 => self.explain_absence(action, kind),
            409 => ClusterError::Conflict { action, fields: conflicts::of(&self.status), message },
            410 | 429 | 500..=599 => ClusterError::Transient { action, message, retry_after: self.retry_after },
            415 => ClusterError::Protocol { action, message: format!("{message} (is the server older than v1.16?)") },
            code => ClusterError::Protocol { action, message: format!("status {code}: {message}") },
        }
    }

    /// A missing namespace is a fault of the object. Who may not `bind` a role gets to write the binding when they hold all that the
    /// role grants, and is told that the binding is not found where the role is not there. Any other absence means that the kind itself is
    /// not there.
    fn explain_absence(self, action: String, kind: Option<&ServedKind>) -> ClusterError {
        let details = self.status.details.as_ref();
        let is_binding = kind.is_some_and(|it| matches!(it.plural.as_str(), "rolebindings" | "clusterrolebindings"));
        match kind {
            Some(_) if details.is_some_and(|it| it.kind == "namespaces" && !it.name.is_empty()) => {
                let message = self.status.message;
                let cause = InvalidCause { field: "metadata.namespace".to_owned(), message: message.clone() };
                ClusterError::Invalid { action, message, causes: vec![cause] }
            }
            Some(_) if is_binding && details.is_some_and(|it| !it.name.is_empty()) => {
                ClusterError::Forbidden { action, message: self.status.message }
            }
            Some(kind) => ClusterError::NotServed { action, kind: format!("{} {}", kind.kind, kind.version) },
            None => ClusterError::Protocol { action, message: format!("status 404: {}", self.status.message) },
        }
    }
}

/// The first line of a plain text, or what the code means; a page of HTML says nothing to a person.
fn words_of(code: StatusCode, body: &[u8]) -> String {
    let meaning = code.canonical_reason().unwrap_or("unknown status");
    let text = String::from_utf8_lossy(body);
    let line = text.trim().lines().next().unwrap_or_default().trim();
    if line.is_empty() || line.starts_with(['<', '{', '[']) || line.chars().any(char::is_control) {
        return meaning.to_owned();
    }
    line.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use ks_model::GroupKind;
    use serde_json::{Value, json};

    use super::*;

    fn explain(code: u16, body: &str) -> ClusterError {
        let code = StatusCode::from_u16(code).unwrap();
        let kind = GroupKind::new("apps", "Deployment");
        let kind = ServedKind { kind, version: "v1".into(), plural: "deployments".into(), namespaced: true };
        Refusal::read(code, body.as_bytes(), None, &Credential::Token).explain("apply it", Some(&kind))
    }

    fn status(code: u16, body: &Value) -> ClusterError {
        explain(code, &body.to_string())
    }

    #[test]
    fn an_expired_token_is_recognisable() {
        let error = status(401, &json!({ "kind": "Status", "message": "Unauthorized", "code": 401 }));
        assert_eq!(
            error.to_string(),
            "apply it: the server does not accept the credentials (Unauthorized; the token may have expired)"
        );
    }

    #[test]
    fn an_unknown_kind_is_not_an_absent_namespace() {
        assert!(matches!(explain(404, "404 page not found\n"), ClusterError::NotServed { .. }));
        let body = json!({ "message": "the server could not find the requested resource", "details": {} });
        assert_eq!(status(404, &body).to_string(), "apply it: the server does not serve Deployment.apps v1");
        let body = json!({ "message": "namespaces \"x\" not found", "details": { "name": "x", "kind": "namespaces" } });
        assert_eq!(status(404, &body).to_string(), "apply it: namespaces \"x\" not found");
    }

    #[test]
    fn a_role_that_is_not_there_is_a_matter_of_who_binds_it() {
        let kind = GroupKind::new("rbac.authorization.k8s.io", "RoleBinding");
        let kind = ServedKind { kind, version: "v1".into(), plural: "rolebindings".into(), namespaced: true };
        let body = json!({ "message": "rolebindings.rbac.authorization.k8s.io \"b\" not found",
            "details": { "name": "b", "group": "rbac.authorization.k8s.io", "kind": "rolebindings" } });
        let read = Refusal::read(StatusCode::NOT_FOUND, body.to_string().as_bytes(), None, &Credential::Token);
        assert!(matches!(read.explain("apply it", Some(&kind)), ClusterError::Forbidden { .. }));
    }

    #[test]
    fn a_webhook_that_denies_is_about_the_object_and_not_about_the_user() {
        let body = json!({ "message": "admission webhook \"a.b\" denied the request: no", "reason": "Forbidden" });
        assert!(matches!(status(403, &body), ClusterError::Invalid { .. }));
        let body = json!({ "message": "deployments.apps is forbidden: User \"x\" cannot patch resource" });
        assert!(matches!(status(403, &body), ClusterError::Forbidden { .. }));
    }

    #[test]
    fn a_page_of_html_is_reduced_to_what_the_code_means() {
        assert_eq!(explain(502, "<html><body>nginx</body></html>").to_string(), "apply it: Bad Gateway");
        assert_eq!(explain(503, "no healthy upstream").to_string(), "apply it: no healthy upstream");
    }

    #[test]
    fn what_does_not_fit_the_schema_is_invalid_although_the_server_calls_it_internal() {
        let refusal = |message: &str| {
            let body = json!({ "message": message }).to_string();
            Refusal::read(StatusCode::INTERNAL_SERVER_ERROR, body.as_bytes(), None, &Credential::Nothing)
        };
        let undeclared = "failed to create typed patch object (ns/n; apps/v1, Kind=Deployment): .spec.foo: field not declared in schema";
        assert!(!refusal(undeclared).is_transient());
        let told = refusal(undeclared).explain("apply it", None);
        let names = |field: &str| matches!(&told, ClusterError::Invalid { causes, .. } if causes[0].field == field);
        assert!(names(".spec.foo"), "{told:?}");
        let undecodable = "failed to convert new object (ns/n; /v1, Kind=Secret) to proper version: unable to convert unstructured object to /v1, Kind=Secret: error decoding from json: illegal base64 data at input byte 8";
        assert!(matches!(refusal(undecodable).explain("apply it", None), ClusterError::Invalid { .. }));
        let hook = "failed to convert new object (ns/n; a.b/v1, Kind=X) to proper version: conversion webhook for a.b/v1, Kind=X failed";
        assert!(refusal(hook).is_transient());
    }
}
