//! Servers that do not come to an end: every request does.

use std::time::{Duration, Instant};

use futures::StreamExt;
use ks_apply::{Cluster, ClusterError, ConnectOptions, KubeCluster, ListQuery, Timeouts};
use ks_model::{Manifest, ObjectRef};
use serde_json::json;

use crate::server::{Answer, Asked, Server, config_maps, connect_to, deployments, ok};

fn second() -> ConnectOptions {
    let second = Duration::from_secs(1);
    ConnectOptions { timeouts: Timeouts { connect: second, request: second, silence: second }, ..Default::default() }
}

/// Asks for one thing of each kind; the answer is how each ended, and all of them do.
async fn all(cluster: &KubeCluster) -> Vec<Result<(), ClusterError>> {
    let object = ObjectRef::namespaced(config_maps().kind, "ns", "n");
    let manifest = Manifest::parse(json!({ "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "namespace": "ns", "name": "n", "resourceVersion": "1" } }))
    .unwrap();
    let kind = config_maps();
    let began = Instant::now();
    let ends = vec![
        cluster.version().await.map(drop),
        cluster.discover().await.map(drop),
        cluster.list(&kind, &ListQuery::default()).await.map(drop),
        cluster.get(&kind, &object).await.map(drop),
        cluster.apply(&kind, &manifest, Default::default()).await.map(drop),
        cluster.create(&kind, &manifest).await.map(drop),
        cluster.replace(&kind, &manifest).await.map(drop),
        cluster.foretell(&kind, &object, &json!({})).await.map(drop),
        cluster.set_owners(&kind, &object, &json!([]), "1").await,
        cluster.delete(&kind, &object, Some("u")).await,
    ];
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    ends
}

fn is_late(end: &Result<(), ClusterError>) -> bool {
    matches!(end, Err(ClusterError::TimedOut { .. }))
}

#[tokio::test]
async fn a_server_that_accepts_and_says_nothing_is_late() {
    let server = Server::start(|_, _| Answer::Silence).await;
    let ends = all(&server.connect_with(second()).await).await;
    assert!(ends.iter().all(is_late), "{ends:#?}");
}

#[tokio::test]
async fn an_answer_that_comes_one_byte_at_a_time_is_late() {
    let server = Server::start(|_, _| Answer::Crumbs).await;
    let ends = all(&server.connect_with(second()).await).await;
    assert!(ends.iter().all(is_late), "{ends:#?}");
}

#[tokio::test]
async fn a_connection_that_nobody_accepts_is_late() {
    // The backlog of a listener that accepts nothing answers SYNs, and nobody answers a TLS handshake.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    let began = Instant::now();
    let error = connect_to(&address, second()).await.unwrap().version().await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}

#[tokio::test]
async fn half_an_answer_is_asked_for_again() {
    let whole = || json!({ "kind": "ConfigMapList", "metadata": {}, "items": [{ "metadata": { "name": "a" } }] });
    let server = Server::start(move |_, before| if before == 0 { Answer::Half(whole()) } else { ok(whole()) }).await;
    let cluster = server.connect().await;
    assert_eq!(cluster.list(&config_maps(), &ListQuery::default()).await.unwrap().len(), 1);
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn half_an_answer_every_time_is_no_answer() {
    let server = Server::start(|_, _| Answer::Half(json!({ "gitVersion": "v1.34.0", "rest": "of it" }))).await;
    let error = server.connect().await.version().await.unwrap_err();
    assert!(matches!(error, ClusterError::Transient { .. }), "{error:?}");
}

#[tokio::test]
async fn a_list_that_goes_round_in_a_circle_ends() {
    let page = || ok(json!({ "kind": "ConfigMapList", "metadata": { "continue": "again" }, "items": [] }));
    let server = Server::start(move |_, _| page()).await;
    let error = server.connect().await.list(&config_maps(), &ListQuery::default()).await.unwrap_err();
    assert_eq!(error.to_string(), "list ConfigMap: the list goes round in a circle");
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn a_list_whose_place_is_always_forgotten_ends() {
    let server = Server::start(|asked, _| match asked.has("continue=x") {
        true => crate::server::status(410, "Expired", "too old"),
        false => ok(json!({ "kind": "ConfigMapList", "metadata": { "continue": "x" }, "items": [] })),
    })
    .await;
    let error = server.connect().await.list(&config_maps(), &ListQuery::default()).await.unwrap_err();
    assert_eq!(error.to_string(), "list ConfigMap: too old");
    assert_eq!(server.lines().len(), 8, "it begins three times anew");
}

#[tokio::test]
async fn a_server_is_left_alone_until_the_date_that_it_names() {
    let server = Server::start(|_, before| match before {
        0 => {
            let retry = ("retry-after", "Sat, 31 Jan 2026 12:00:02 GMT".to_owned());
            Answer::With(429, vec![("date", "Sat, 31 Jan 2026 12:00:00 GMT".to_owned()), retry], String::new())
        }
        _ => ok(json!({ "gitVersion": "v1.34.0" })),
    })
    .await;
    let began = Instant::now();
    server.connect().await.version().await.unwrap();
    assert!((2000..4000).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
}

/// What a watch tells of a server that falls silent in one way or another before it answers.
async fn watched(silent: impl Fn(&Asked, usize) -> Option<Answer> + Send + Sync + 'static) -> Vec<Option<String>> {
    let item = |version: &str| json!({ "metadata": { "name": "n", "namespace": "ns", "resourceVersion": version } });
    let lists = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start(move |asked, before| {
        if let Some(answer) = silent(asked, before) {
            return answer;
        }
        if asked.has("watch=true") {
            return Answer::Silence;
        }
        let version = (1 + lists.fetch_add(1, std::sync::atomic::Ordering::SeqCst)).to_string();
        let items = json!([item(&version)]);
        ok(json!({ "kind": "DeploymentList", "metadata": { "resourceVersion": version }, "items": items }))
    })
    .await;
    let cluster = server.connect_with(second()).await;
    let object = ObjectRef::namespaced(deployments().kind, "ns", "n");
    let items = cluster.watch(&deployments(), &object).take(2).collect::<Vec<_>>();
    let items = tokio::time::timeout(Duration::from_secs(20), items).await.expect("the watch hangs");
    let version = |it: serde_json::Value| it["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
    items.into_iter().map(|it| it.unwrap().map(version)).collect()
}

#[tokio::test]
async fn a_watch_that_dies_silently_is_begun_anew() {
    assert_eq!(watched(|_, _| None).await, [Some("1".into()), Some("2".into())]);
}

#[tokio::test]
async fn a_watch_of_crumbs_is_begun_anew() {
    let crumbs = |asked: &Asked, _| asked.has("watch=true").then_some(Answer::Crumbs);
    assert_eq!(watched(crumbs).await, [Some("1".into()), Some("2".into())]);
}

#[tokio::test]
async fn a_watch_whose_first_list_hangs_is_begun_anew() {
    let hangs = |_: &Asked, before| match before {
        0 => Some(Answer::Silence),
        1 => Some(Answer::Crumbs),
        _ => None,
    };
    assert_eq!(watched(hangs).await, [Some("1".into()), Some("2".into())]);
}
