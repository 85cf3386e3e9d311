//! Finding the cluster, losing it, and telling why.

use std::time::{Duration, Instant};

use ks_apply::{Cluster, ClusterError, ConnectOptions, ListQuery, Timeouts};
use serde_json::json;

use crate::server::{Answer, Server, config_maps, connect_as, connect_to, ok, status};

fn version() -> Answer {
    ok(json!({ "major": "1", "minor": "34", "gitVersion": "v1.34.2+x" }))
}

#[tokio::test]
async fn the_token_is_sent_and_the_cluster_described() {
    let server = Server::start(|_, _| version()).await;
    let options =
        ConnectOptions { impersonate: Some("me".into()), impersonate_groups: vec!["a".into()], ..Default::default() };
    let cluster = server.connect_with(options).await;
    assert_eq!(cluster.describe(), format!("{} (context test)", server.address));
    assert_eq!(cluster.version().await.unwrap().to_string(), "v1.34.2");
    let asked = &server.asked()[0];
    assert_eq!(asked.header("authorization"), "Bearer sentinel-token");
    assert_eq!((asked.header("impersonate-user"), asked.header("impersonate-group")), ("me", "a"));
}

#[tokio::test]
async fn a_server_below_a_path_is_found_there() {
    let server = Server::start(|_, _| version()).await;
    let cluster = connect_to(&format!("{}/k8s/clusters/c-1", server.address), Default::default()).await.unwrap();
    cluster.version().await.unwrap();
    assert_eq!(server.lines(), ["GET /k8s/clusters/c-1/version"]);
}

#[tokio::test]
async fn a_refused_connection_names_the_server_and_is_not_tried_for_long() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let cluster = connect_to(&format!("http://{free}"), Default::default()).await.unwrap();
    let began = Instant::now();
    let error = cluster.version().await.unwrap_err();
    assert_eq!(error.to_string(), format!("reach http://{free}: connection refused"));
    assert!(began.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn an_unknown_host_is_recognisable() {
    let cluster = connect_to("https://ks.invalid:6443", Default::default()).await.unwrap();
    let error = cluster.version().await.unwrap_err().to_string();
    assert!(error.starts_with("reach https://ks.invalid:6443: the host name is not known ("), "{error}");
}

#[tokio::test]
async fn a_server_without_tls_is_recognisable() {
    let server = Server::start(|_, _| version()).await;
    let cluster = connect_to(&server.address.replace("http:", "https:"), Default::default()).await.unwrap();
    let error = cluster.version().await.unwrap_err().to_string();
    assert!(error.ends_with(" does not speak TLS"), "{error}");
}

#[tokio::test]
async fn a_silent_server_is_not_waited_for_without_end() {
    let server = Server::start(|_, _| Answer::Silence).await;
    let timeouts = Timeouts { request: Duration::from_secs(1), ..Timeouts::default() };
    let cluster = server.connect_with(ConnectOptions { timeouts, ..Default::default() }).await;
    let error = cluster.version().await.unwrap_err();
    assert_eq!(error.to_string(), "ask for the server version: no answer within 1 s");
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn a_lost_connection_and_a_busy_server_are_tried_again() {
    let server = Server::start(|_, before| match before {
        0 => Answer::Drop,
        1 => Answer::With(429, vec![("retry-after", "1".into())], "slow down".into()),
        2 => status(503, "ServiceUnavailable", "later"),
        _ => version(),
    })
    .await;
    let cluster = server.connect().await;
    let began = Instant::now();
    cluster.version().await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(1), "Retry-After was not heeded");
    assert_eq!(server.lines().len(), 4);
    assert_eq!(cluster.requests().reads, 4);
}

#[tokio::test]
async fn retries_end_and_a_long_wait_is_left_to_the_caller() {
    let server = Server::start(|asked, _| match asked.path.as_str() {
        "/version" => Answer::With(429, vec![("retry-after", "3600".into())], "slow down".into()),
        _ => status(500, "InternalError", "etcd is gone"),
    })
    .await;
    let cluster = server.connect().await;
    let error = cluster.version().await.unwrap_err();
    assert!(matches!(error, ClusterError::Transient { retry_after: Some(3600), .. }), "{error:?}");
    assert_eq!(server.lines().len(), 1);
    let error = cluster.list(&config_maps(), &ListQuery::default()).await.unwrap_err();
    assert_eq!(error.to_string(), "list ConfigMap: etcd is gone");
    assert_eq!(server.lines().len(), 1 + 5);
}

#[tokio::test]
async fn an_expired_token_is_told_and_never_shown() {
    let server = Server::start(|_, _| status(401, "Unauthorized", "Unauthorized")).await;
    let error = server.connect().await.version().await.unwrap_err().to_string();
    assert!(error.ends_with("(Unauthorized; the token may have expired)"), "{error}");
    assert!(!error.contains("sentinel"));
}

#[tokio::test]
async fn a_login_page_is_not_mistaken_for_an_answer() {
    let server = Server::start(|_, _| Answer::With(200, vec![], "<html>log in</html>".into())).await;
    let error = server.connect().await.version().await.unwrap_err();
    assert!(matches!(error, ClusterError::Protocol { .. }), "{error:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_credential_plugin_that_fails_is_named() {
    let user = |script: &str| {
        format!(
            "{{ exec: {{ apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, installHint: get it, \
             command: {script} }} }}"
        )
    };
    let plugin = "sh, args: [-c, 'echo sentinel-token; echo no session >&2; exit 3']";
    let connect = async |user: String| connect_as("http://127.0.0.1:1", &user, Default::default()).await.err().unwrap();
    let error = connect(user(plugin)).await.to_string();
    assert_eq!(error, "find a cluster: run credential plugin `sh`: exit status: 3: no session");
    let error = connect(user("ks-no-such-plugin")).await.to_string();
    assert!(error.contains("`ks-no-such-plugin`: No such file") && error.ends_with("; get it"), "{error}");
    let error = connect(user("sh, args: [-c, 'echo sentinel-token']")).await.to_string();
    assert_eq!(error, "find a cluster: run credential plugin `sh`: it printed no ExecCredential");
}

#[cfg(unix)]
#[tokio::test]
async fn a_credential_plugin_brings_the_token() {
    let server = Server::start(|_, _| version()).await;
    let credential =
        r#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"fresh"}}"#;
    let user = format!(
        "{{ exec: {{ apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: echo, \
         args: ['{credential}'] }} }}"
    );
    let cluster = connect_as(&server.address, &user, Default::default()).await.unwrap();
    cluster.version().await.unwrap();
    assert_eq!(server.asked()[0].header("authorization"), "Bearer fresh");
}

#[tokio::test]
async fn sixteen_requests_run_side_by_side() {
    let server = Server::start(|_, _| version()).await;
    let cluster = server.connect().await;
    let all = futures::future::join_all((0..64).map(|_| cluster.version())).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(cluster.requests().reads, 64);
}
