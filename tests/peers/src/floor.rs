//! The floor: what the requests of a plan take, with the same client, and nothing done with the answers.

use std::path::Path;

use futures::{StreamExt, stream};
use http::Request;
use http::header::ACCEPT;
use kube::{Client, Config};
use serde_json::Value;

/// Asks each line of a file, following the pages of lists, and reads the answers as JSON.
///
/// What says which kinds are served comes first: without it no client knows what to ask. The rest is asked at once.
pub fn ask(requests: &Path, concurrency: usize) {
    let text = std::fs::read_to_string(requests).unwrap();
    let (first, rest): (Vec<&str>, Vec<&str>) = text.lines().partition(|it| it.starts_with("discovery "));
    let path = |line: &&str| line.split_once(' ').unwrap().1.to_owned();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut config = Config::infer().await.unwrap();
        config.default_retry = false;
        let client = Client::try_from(config).unwrap();
        for lines in [first, rest] {
            let asked = stream::iter(lines.iter().map(path)).map(|it| follow(&client, it));
            asked.buffer_unordered(concurrency).collect::<Vec<()>>().await;
        }
    });
}

async fn follow(client: &Client, path: String) {
    let mut token: Option<String> = None;
    loop {
        let next = token.map_or_else(|| path.clone(), |it| format!("{path}&continue={it}"));
        let mut request = Request::get(next);
        if path == "/api" || path == "/apis" {
            request = request.header(ACCEPT, "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
        }
        // An object that is asked for and is not there is an answer as well.
        let answer = client.send(request.body(kube::client::Body::empty()).unwrap()).await.unwrap();
        let bytes = answer.into_body().collect_bytes().await.unwrap();
        let answer: Value = serde_json::from_slice(&bytes).unwrap();
        token =
            answer.pointer("/metadata/continue").and_then(Value::as_str).filter(|it| !it.is_empty()).map(str::to_owned);
        if token.is_none() {
            return;
        }
    }
}
