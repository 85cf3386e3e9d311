//! Asks the authorizer of the server what the user may do.

use http::Request;
use serde_json::{Value, json};

use super::errors;
use super::wire::{Repeat, Wire};
use crate::cluster::AccessReview;
use crate::error::ClusterError;

/// Asks, and gives the `status` of the review.
///
/// A review stores nothing whatever it is asked with. It is sent as a dry run all the same, so that the guard of read-only mode
/// needs to know nothing of it: that lets pass what is a dry run, and nothing else. Servers take that from 1.24 on at least.
pub(super) async fn review(wire: &Wire, review: &AccessReview) -> Result<Value, ClusterError> {
    let action = "ask what the user may do";
    let (resource, body) = body(review);
    let path = format!("/apis/authorization.k8s.io/v1/{resource}?dryRun=All");
    let request = Request::post(path).header(http::header::CONTENT_TYPE, "application/json");
    let request = request.body(body.to_string().into_bytes()).map_err(|error| errors::unsendable(action, &error))?;
    let answer: Value =
        wire.send(action, request, Repeat::Always).await.map_err(|fault| fault.explain(action, None))?;
    answer.get("status").cloned().ok_or_else(|| errors::protocol(action, "the answer holds no status"))
}

fn body(review: &AccessReview) -> (&'static str, Value) {
    let (resource, kind, spec) = match review {
        AccessReview::Rules { namespace } => {
            ("selfsubjectrulesreviews", "SelfSubjectRulesReview", json!({ "namespace": namespace }))
        }
        AccessReview::Everything => {
            let attributes = json!({ "verb": "*", "group": "*", "resource": "*" });
            ("selfsubjectaccessreviews", "SelfSubjectAccessReview", json!({ "resourceAttributes": attributes }))
        }
        AccessReview::Access(rule) => {
            let (resource, subresource) = rule.resource.split_once('/').unwrap_or((rule.resource.as_str(), ""));
            let attributes = json!({ "verb": rule.verb, "group": rule.group, "resource": resource,
                "subresource": subresource, "name": rule.name, "namespace": rule.namespace });
            ("selfsubjectaccessreviews", "SelfSubjectAccessReview", json!({ "resourceAttributes": attributes }))
        }
    };
    (resource, json!({ "apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": spec }))
}

#[cfg(test)]
mod tests {
    use ks_plan::rbac::MissingRule;

    use super::*;

    #[test]
    fn a_subresource_is_asked_for_by_its_own_name() {
        let words = r#"cannot get resource "pods/log" in API group "" in the namespace "b""#;
        let (resource, body) = body(&AccessReview::Access(MissingRule::read(words).unwrap()));
        assert_eq!(resource, "selfsubjectaccessreviews");
        let attributes = &body["spec"]["resourceAttributes"];
        assert_eq!((attributes["resource"].as_str(), attributes["subresource"].as_str()), (Some("pods"), Some("log")));
        assert_eq!((attributes["namespace"].as_str(), attributes["name"].as_str()), (Some("b"), None));
    }
}
