//! Where the objects of a kind live on the server.

use ks_model::ObjectRef;
use kube::api::ApiResource;
use kube::core::Request;

use super::errors;
use crate::discovery::ServedKind;
use crate::error::ClusterError;

/// The address of all objects of a kind, or of those in one namespace.
pub(super) fn of_collection(kind: &ServedKind, namespace: Option<&str>) -> Request {
    let root = if kind.kind.group.is_empty() { "/api" } else { "/apis" };
    let api_version = kind.api_version();
    let plural = &kind.plural;
    Request::new(match namespace.filter(|_| kind.namespaced) {
        Some(namespace) => format!("{root}/{api_version}/namespaces/{namespace}/{plural}"),
        None => format!("{root}/{api_version}/{plural}"),
    })
}

/// The address of the collection that holds `object`.
///
/// # Errors
/// When the name or the namespace would lead elsewhere, or a namespace is missing.
pub(super) fn of_object(action: &str, kind: &ServedKind, object: &ObjectRef) -> Result<Request, ClusterError> {
    check_segment(action, "metadata.name", &object.name)?;
    if kind.namespaced {
        match &object.namespace {
            Some(namespace) => check_segment(action, "metadata.namespace", namespace)?,
            None => return Err(errors::invalid(action, "metadata.namespace", "the kind lives in namespaces")),
        }
    }
    Ok(of_collection(kind, object.namespace.as_deref()))
}

/// The kind as kube's own loops want it.
pub(super) fn resource(kind: &ServedKind) -> ApiResource {
    ApiResource {
        group: kind.kind.group.clone(),
        version: kind.version.clone(),
        api_version: kind.api_version(),
        kind: kind.kind.kind.clone(),
        plural: kind.plural.clone(),
    }
}

/// Names come from manifests; one with a slash or a question mark would address another object or change the request.
fn check_segment(action: &str, field: &str, segment: &str) -> Result<(), ClusterError> {
    let odd = |it: char| matches!(it, '/' | '%' | '?' | '#' | '\\') || it.is_whitespace() || it.is_control();
    if segment.is_empty() || segment == "." || segment == ".." || segment.contains(odd) {
        return Err(errors::invalid(action, field, &format!("{segment:?} cannot be part of an address")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use ks_model::GroupKind;

    use super::*;

    fn served(group: &str, kind: &str, plural: &str, namespaced: bool) -> ServedKind {
        ServedKind { kind: GroupKind::new(group, kind), version: "v1".into(), plural: plural.into(), namespaced }
    }

    #[test]
    fn the_core_group_lives_under_api_and_the_others_under_apis() {
        let pods = served("", "Pod", "pods", true);
        assert_eq!(of_collection(&pods, Some("kube-system")).url_path, "/api/v1/namespaces/kube-system/pods");
        assert_eq!(of_collection(&pods, None).url_path, "/api/v1/pods");
        let deployments = served("apps", "Deployment", "deployments", true);
        assert_eq!(of_collection(&deployments, None).url_path, "/apis/apps/v1/deployments");
    }

    #[test]
    fn a_namespace_does_not_matter_to_a_cluster_scoped_kind() {
        let nodes = served("", "Node", "nodes", false);
        assert_eq!(of_collection(&nodes, Some("default")).url_path, "/api/v1/nodes");
    }

    #[test]
    fn a_name_cannot_smuggle_in_another_address() {
        let pods = served("", "Pod", "pods", true);
        for name in ["a/status", "a?dryRun=All", "..", "a b", "a%2fb", ""] {
            let object = ObjectRef::namespaced(pods.kind.clone(), "default", name);
            assert!(matches!(of_object("get", &pods, &object), Err(ClusterError::Invalid { .. })), "{name}");
        }
        let role = served("rbac.authorization.k8s.io", "ClusterRole", "clusterroles", false);
        assert!(of_object("get", &role, &ObjectRef::cluster(role.kind.clone(), "system:node")).is_ok());
    }

    #[test]
    fn an_object_of_a_namespaced_kind_needs_a_namespace() {
        let pods = served("", "Pod", "pods", true);
        let error = of_object("get Pod a", &pods, &ObjectRef::cluster(pods.kind.clone(), "a")).unwrap_err();
        assert_eq!(error.to_string(), "get Pod a: metadata.namespace: the kind lives in namespaces");
    }
}
