//! Following one object.

use std::time::Duration;

use futures::StreamExt;
use ks_apply::{Cluster, ClusterError};
use ks_model::ObjectRef;
use serde_json::{Value, json};

use crate::server::{Answer, Server, deployments, ok, status};

fn deployment(version: &str) -> Value {
    json!({ "metadata": { "name": "n", "namespace": "ns", "resourceVersion": version } })
}

fn list(version: &str, items: Value) -> Answer {
    ok(
        json!({ "kind": "DeploymentList", "apiVersion": "apps/v1", "metadata": { "resourceVersion": version }, "items": items }),
    )
}

async fn first(server: &Server, count: usize) -> Vec<Result<Option<String>, ClusterError>> {
    let object = ObjectRef::namespaced(deployments().kind, "ns", "n");
    let items = server.connect().await.watch(&deployments(), &object).take(count).collect::<Vec<_>>();
    let items = tokio::time::timeout(Duration::from_secs(20), items).await.expect("too few items");
    let version = |it: Value| {
        assert_eq!((it["apiVersion"].as_str(), it["kind"].as_str()), (Some("apps/v1"), Some("Deployment")));
        it["metadata"]["resourceVersion"].as_str().unwrap().to_owned()
    };
    items.into_iter().map(|item| item.map(|object| object.map(version))).collect()
}

fn told(items: Vec<Result<Option<String>, ClusterError>>) -> Vec<Option<String>> {
    items.into_iter().map(Result::unwrap).collect()
}

fn some(version: &str) -> Option<String> {
    Some(version.into())
}

#[tokio::test]
async fn the_state_comes_first_and_then_each_change() {
    let server = Server::start(|asked, _| match asked.has("watch=true") {
        false => list("5", json!([deployment("3")])),
        true if asked.has("resourceVersion=5") => Answer::Lines(vec![
            json!({ "type": "MODIFIED", "object": deployment("6") }),
            json!({ "type": "DELETED", "object": deployment("7") }),
            json!({ "type": "ADDED", "object": deployment("8") }),
        ]),
        true => Answer::Silence,
    })
    .await;
    assert_eq!(told(first(&server, 4).await), [some("3"), some("6"), None, some("8")]);
    assert!(server.asked().iter().all(|it| it.has("fieldSelector=metadata.name%3Dn")));
}

#[tokio::test]
async fn absence_is_told_and_a_lost_watch_says_so_and_begins_anew() {
    let server = Server::start(|asked, before| match (asked.has("watch=true"), before) {
        (false, 0) => list("5", json!([])),
        (true, 1) => Answer::Drop,
        (true, 2) => status(500, "InternalError", "etcd"),
        (true, 3) => Answer::Lines(vec![json!({ "type": "ERROR", "object": { "code": 410, "reason": "Expired",
            "status": "Failure", "message": "too old resource version" } })]),
        (false, 4) => list("9", json!([])),
        (true, 5) => Answer::Lines(vec![json!({ "type": "ADDED", "object": deployment("10") })]),
        _ => Answer::Silence,
    })
    .await;
    let (heard, lost): (Vec<_>, Vec<_>) = first(&server, 6).await.into_iter().partition(Result::is_ok);
    assert_eq!(told(heard), [None, None, some("10")]);
    assert!(lost.len() == 3 && lost.iter().all(|it| it.as_ref().is_err_and(ClusterError::is_transient)), "{lost:?}");
}

#[tokio::test]
async fn what_retrying_cannot_mend_is_passed_on() {
    let server = Server::start(|_, before| match before {
        0 => status(503, "ServiceUnavailable", "later"),
        1 => status(403, "Forbidden", "deployments.apps is forbidden: User \"x\" cannot list resource"),
        2 => status(401, "Unauthorized", "Unauthorized"),
        3 => Answer::With(404, vec![], "404 page not found".into()),
        _ => list("5", json!([deployment("3")])),
    })
    .await;
    let mut items = first(&server, 5).await;
    assert!(items.remove(0).is_err_and(|it| it.is_transient()));
    assert!(matches!(&items[0], Err(ClusterError::Forbidden { action, .. }) if action == "watch Deployment.apps ns/n"));
    assert!(matches!(&items[1], Err(ClusterError::Unauthorized { .. })), "{items:?}");
    assert!(matches!(&items[2], Err(ClusterError::NotServed { .. })), "{items:?}");
    assert_eq!(items[3].as_ref().unwrap(), &some("3"));
}
