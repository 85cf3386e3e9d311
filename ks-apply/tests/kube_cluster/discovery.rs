//! Aggregated discovery, and what stands in for it.

use ks_apply::{Cluster, ClusterError};
use ks_model::GroupKind;
use serde_json::{Value, json};

use crate::server::{Answer, Server, ok, status};

fn resource(plural: &str, kind: &str, scope: &str) -> Value {
    json!({ "resource": plural, "responseKind": { "group": "", "version": "", "kind": kind }, "scope": scope,
        "verbs": ["create", "delete", "get", "list", "patch", "watch"],
        "subresources": [{ "subresource": "status", "verbs": ["get"] }] })
}

fn aggregated(items: Value) -> Answer {
    ok(
        json!({ "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items }),
    )
}

fn deployment() -> GroupKind {
    GroupKind::new("apps", "Deployment")
}

#[tokio::test]
async fn two_requests_tell_all_kinds_in_the_order_of_the_server() {
    let server = Server::start(|asked, _| match asked.path.as_str() {
        "/api" => aggregated(json!([{ "metadata": { "name": "" }, "versions": [
            { "version": "v1", "freshness": "Current", "resources": [resource("pods", "Pod", "Namespaced"),
                resource("namespaces", "Namespace", "Cluster")] }] }])),
        _ => aggregated(json!([
            { "metadata": { "name": "apps" }, "versions": [
                { "version": "v1", "resources": [resource("deployments", "Deployment", "Namespaced")] },
                { "version": "v1beta1", "resources": [resource("deployments", "Deployment", "Namespaced")] }] },
            { "metadata": { "name": "metrics.k8s.io" }, "versions": [{ "version": "v1beta1", "freshness": "Stale" }] },
            { "metadata": { "name": "twice" }, "versions": [{ "version": "v1", "resources": [
                { "resource": "reviews", "responseKind": { "kind": "Thing" }, "scope": "Cluster", "verbs": ["create"] },
                resource("things", "Thing", "Cluster"),
                { "resource": "hollow", "responseKind": { "kind": "Hollow" }, "scope": "Cluster" }] }] },
        ])),
    })
    .await;
    let cluster = server.connect().await;
    let served = cluster.discover().await.unwrap();
    assert_eq!(served.versions(&deployment()).collect::<Vec<_>>(), ["v1", "v1beta1"]);
    assert!(served.preferred(&GroupKind::new("", "Pod")).unwrap().namespaced);
    assert!(!served.preferred(&GroupKind::new("", "Namespace")).unwrap().namespaced);
    assert_eq!(served.preferred(&GroupKind::new("twice", "Thing")).unwrap().plural, "things");
    assert!(served.preferred(&GroupKind::new("twice", "Hollow")).is_none());
    assert_eq!(cluster.requests().total(), 2);
    assert!(server.asked()[0].header("accept").starts_with("application/json;g=apidiscovery.k8s.io;v=v2;as="));
    assert_eq!(cluster.warnings(), ["the kinds of metrics.k8s.io/v1beta1 are not known: its server does not answer"]);
}

/// An older server: asked for the aggregated form, it answers with its lists of groups.
fn older(asked: &crate::server::Asked) -> Answer {
    let things = |kind: &str, plural: &str| {
        ok(json!({ "kind": "APIResourceList", "resources": [
            { "name": plural, "namespaced": true, "kind": kind, "verbs": ["get", "list", "patch"] },
            { "name": format!("{plural}/status"), "namespaced": true, "kind": kind, "verbs": ["get"] }] }))
    };
    match asked.path.as_str() {
        "/api" => ok(json!({ "kind": "APIVersions", "versions": ["v1"] })),
        "/api/v1" => things("Pod", "pods"),
        "/apis" => ok(json!({ "kind": "APIGroupList", "groups": [
            { "name": "policy", "versions": [{ "version": "v1beta1" }, { "version": "v1" }],
                "preferredVersion": { "version": "v1" } },
            { "name": "metrics.k8s.io", "versions": [{ "version": "v1beta1" }],
                "preferredVersion": { "version": "v1beta1" } }] })),
        "/apis/policy/v1" | "/apis/policy/v1beta1" => things("PodDisruptionBudget", "poddisruptionbudgets"),
        _ => status(503, "ServiceUnavailable", "the server is currently unable to handle the request"),
    }
}

#[tokio::test]
async fn an_older_server_is_asked_group_by_group_and_a_dead_group_is_a_warning() {
    let server = Server::start(|asked, _| older(asked)).await;
    let cluster = server.connect().await;
    let served = cluster.discover().await.unwrap();
    let budget = GroupKind::new("policy", "PodDisruptionBudget");
    assert_eq!(served.versions(&budget).collect::<Vec<_>>(), ["v1", "v1beta1"]);
    assert_eq!(served.preferred(&GroupKind::new("", "Pod")).unwrap().plural, "pods");
    assert_eq!(
        cluster.warnings(),
        ["the kinds of metrics.k8s.io/v1beta1 are not known: the server is currently unable to handle the request"]
    );
}

#[tokio::test]
async fn an_older_server_that_rejects_the_credentials_is_an_error() {
    let server = Server::start(|asked, _| match asked.path.as_str() {
        "/apis/policy/v1" => status(401, "Unauthorized", "Unauthorized"),
        _ => older(asked),
    })
    .await;
    let error = server.connect().await.discover().await.unwrap_err();
    assert!(matches!(error, ClusterError::Unauthorized { .. }), "{error:?}");
}

#[tokio::test]
async fn an_answer_of_another_form_is_an_error() {
    let server = Server::start(|_, _| ok(json!({ "paths": [] }))).await;
    let error = server.connect().await.discover().await.unwrap_err().to_string();
    assert!(error.starts_with("discover the served kinds: the answer of /api"), "{error}");
}
