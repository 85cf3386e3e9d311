//! What is looked at when a wait fails: all pods of a workload, and what their containers wrote.

use std::time::Duration;

use futures::StreamExt;
use ks_apply::{Cluster, ClusterError, ListQuery, LogQuery, ServedKind};
use ks_model::{GroupKind, ObjectRef};
use serde_json::{Value, json};

use crate::server::{Answer, Server, ok, status};

fn pods() -> ServedKind {
    ServedKind { kind: GroupKind::new("", "Pod"), version: "v1".into(), plural: "pods".into(), namespaced: true }
}

fn pod(name: &str, version: &str) -> Value {
    json!({ "metadata": { "name": name, "namespace": "ns", "resourceVersion": version } })
}

#[tokio::test]
async fn all_that_a_query_picks_is_told_at_once_and_again_at_each_change() {
    let server = Server::start(|asked, _| match asked.has("watch=true") {
        false => ok(json!({ "kind": "PodList", "apiVersion": "v1", "metadata": { "resourceVersion": "5" },
            "items": [pod("a", "1"), pod("b", "2")] })),
        true if asked.has("resourceVersion=5") => Answer::Lines(vec![
            json!({ "type": "ADDED", "object": pod("c", "6") }),
            json!({ "type": "DELETED", "object": pod("a", "7") }),
        ]),
        true => Answer::Silence,
    })
    .await;
    let query =
        ListQuery { namespace: Some("ns".into()), label_selector: Some("app=x".into()), ..ListQuery::default() };
    let seen = server.connect().await.watch_all(&pods(), &query).take(3).collect::<Vec<_>>();
    let seen = tokio::time::timeout(Duration::from_secs(20), seen).await.expect("too few items");
    let names = |it: Result<Vec<Value>, ClusterError>| -> String {
        it.unwrap().iter().map(|it| it["metadata"]["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(seen.into_iter().map(names).collect::<Vec<_>>(), ["ab", "abc", "bc"]);
    let asked = server.asked();
    assert!(asked.iter().all(|it| it.has("labelSelector=app%3Dx") && it.path == "/api/v1/namespaces/ns/pods"));
}

#[tokio::test]
async fn the_end_of_a_log_is_read_line_by_line_and_the_request_is_made_once() {
    let server = Server::start(|asked, _| match asked.has("previous=true") {
        true => status(400, "BadRequest", "previous terminated container \"c\" in pod \"p\" not found"),
        false => Answer::With(200, vec![("content-type", "text/plain".into())], "one\ntwo\n".into()),
    })
    .await;
    let cluster = server.connect().await;
    let query = |previous| LogQuery { container: Some("c".into()), previous, lines: 10 };
    let pod = ObjectRef::namespaced(pods().kind, "ns", "p");
    assert_eq!(cluster.log(&pod, &query(false)).await.unwrap(), ["one", "two"]);
    let error = cluster.log(&pod, &query(true)).await.unwrap_err();
    assert!(error.to_string().starts_with("read the log of Pod ns/p: "), "{error}");
    let asked = server.asked();
    assert_eq!(server.lines(), ["GET /api/v1/namespaces/ns/pods/p/log"; 2]);
    assert!(asked[0].has("container=c") && asked[0].has("tailLines=10"), "{:?}", asked[0].query);
}

#[tokio::test]
async fn a_list_can_be_narrowed_by_fields() {
    let server =
        Server::start(|_, _| ok(json!({ "kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": [] }))).await;
    let query = ListQuery { field_selector: Some("spec.nodeName=n".into()), ..ListQuery::default() };
    server.connect().await.list(&pods(), &query).await.unwrap();
    assert!(server.asked()[0].has("fieldSelector=spec.nodeName%3Dn"), "{:?}", server.asked()[0].query);
}
