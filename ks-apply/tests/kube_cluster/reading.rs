//! Lists and gets.

use ks_apply::{Cluster, ClusterError, ListQuery};
use ks_model::ObjectRef;
use serde_json::{Value, json};

use crate::server::{Answer, Server, config_maps, deployments, ok, status};

fn page(names: &[&str], token: &str) -> Answer {
    let items: Vec<Value> =
        names.iter().map(|name| json!({ "metadata": { "name": name }, "data": { "a": "b" } })).collect();
    ok(json!({ "kind": "ConfigMapList", "apiVersion": "v1", "metadata": { "continue": token }, "items": items }))
}

fn names(items: &[Value]) -> Vec<&str> {
    items.iter().filter_map(|it| it["metadata"]["name"].as_str()).collect()
}

#[tokio::test]
async fn a_list_follows_its_pages_and_completes_its_items() {
    let server = Server::start(|asked, _| match asked.has("continue=next%2Fpage") {
        false => page(&["a", "b"], "next/page"),
        true => page(&["c"], ""),
    })
    .await;
    let cluster = server.connect().await;
    let query = ListQuery {
        namespace: Some("ns".into()),
        label_selector: Some("app in (x,y),!z".into()),
        ..ListQuery::default()
    };
    let items = cluster.list(&config_maps(), &query).await.unwrap();
    assert_eq!(names(&items), ["a", "b", "c"]);
    assert_eq!(
        items[0],
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "a" }, "data": { "a": "b" } })
    );
    assert_eq!(items[0].as_object().unwrap().keys().next().unwrap(), "apiVersion");
    let asked = server.asked();
    assert!(asked.iter().all(|it| it.line() == "GET /api/v1/namespaces/ns/configmaps" && it.has("limit=500")));
    assert!(asked.iter().all(|it| it.has("labelSelector=app+in+%28x%2Cy%29%2C%21z")), "{:?}", asked[0].query);
    assert_eq!(cluster.requests().reads, 2);
}

#[tokio::test]
async fn a_list_begins_anew_when_its_place_is_forgotten() {
    let server = Server::start(|asked, before| match (asked.has("continue=x"), before) {
        (false, 0) => page(&["old"], "x"),
        (true, _) => status(410, "Expired", "the provided continue parameter is too old"),
        _ => page(&["a"], ""),
    })
    .await;
    let items = server.connect().await.list(&config_maps(), &ListQuery::default()).await.unwrap();
    assert_eq!(names(&items), ["a"]);
    assert_eq!(server.lines().len(), 3, "a forgotten place is not asked for again");
}

#[tokio::test]
async fn metadata_alone_is_asked_for_and_a_server_that_sends_more_is_cut_short() {
    let server = Server::start(|_, _| page(&["a"], "")).await;
    let query = ListQuery { metadata_only: true, ..Default::default() };
    let items = server.connect().await.list(&deployments(), &query).await.unwrap();
    assert_eq!(items, [json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "a" } })]);
    let asked = &server.asked()[0];
    assert_eq!(asked.line(), "GET /apis/apps/v1/deployments");
    assert!(asked.header("accept").starts_with("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"));
}

#[tokio::test]
async fn an_empty_list_may_be_null_and_anything_else_is_no_list() {
    let server = Server::start(|asked, _| match asked.path.ends_with("configmaps") {
        true => ok(json!({ "kind": "ConfigMapList", "metadata": {}, "items": null })),
        false => ok(json!({ "kind": "Deployment" })),
    })
    .await;
    let cluster = server.connect().await;
    assert!(cluster.list(&config_maps(), &ListQuery::default()).await.unwrap().is_empty());
    let error = cluster.list(&deployments(), &ListQuery::default()).await.unwrap_err();
    assert_eq!(error.to_string(), "list Deployment.apps: the answer is no list");
}

#[tokio::test]
async fn a_list_of_an_unknown_kind_is_not_an_empty_list() {
    let server = Server::start(|_, _| Answer::With(404, vec![], "404 page not found\n".into())).await;
    let error = server.connect().await.list(&deployments(), &ListQuery::default()).await.unwrap_err();
    assert_eq!(error.to_string(), "list Deployment.apps: the server does not serve Deployment.apps v1");
}

#[tokio::test]
async fn absent_objects_are_answers_and_unknown_kinds_are_errors() {
    let server = Server::start(|asked, _| match asked.path.rsplit('/').next() {
        Some("here") => ok(json!({ "kind": "Deployment", "metadata": { "name": "here", "managedFields": [{}] } })),
        Some("gone") => Answer::Json(
            404,
            json!({ "kind": "Status", "code": 404, "reason": "NotFound",
            "message": "deployments.apps \"gone\" not found", "details": { "name": "gone", "kind": "deployments" } }),
        ),
        _ => status(404, "NotFound", "the server could not find the requested resource"),
    })
    .await;
    let cluster = server.connect().await;
    let get = async |name: &str| {
        let object = ObjectRef::namespaced(deployments().kind, "ns", name);
        cluster.get(&deployments(), &object).await
    };
    assert_eq!(get("here").await.unwrap().unwrap()["metadata"]["managedFields"], json!([{}]));
    assert_eq!(get("gone").await.unwrap(), None);
    assert!(matches!(get("odd").await, Err(ClusterError::NotServed { .. })));
    assert_eq!(server.lines()[0], "GET /apis/apps/v1/namespaces/ns/deployments/here");
}
