//! Applies, sent bare: each object as a server-side apply, and nothing else.

use std::path::Path;
use std::time::{Duration, Instant};

use futures::{StreamExt, stream};
use http::Request;
use http::header::CONTENT_TYPE;
use kube::client::Body;
use kube::{Client, Config};

/// How long it is tried to get everything taken.
const PATIENCE: Duration = Duration::from_secs(60);
/// The pause before what was refused is sent again.
const PAUSE: Duration = Duration::from_millis(5);

/// In which order objects are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Order {
    /// All of them, as they stand in the file.
    None,
    /// Namespaces, then everything whose kind is served from the beginning, then the rest.
    Needed,
}

/// Sends the applies of a file, so many at once. Each line is a stage, the path of an object and the object, parted by tabs.
///
/// What the server refuses because a namespace or a kind is not there yet is sent again until all is taken.
pub fn apply(applies: &Path, order: Order, concurrency: usize) {
    let text = std::fs::read_to_string(applies).unwrap();
    let lines = text.lines().map(|line| {
        let (stage, rest) = line.split_once('\t').unwrap();
        let (path, object) = rest.split_once('\t').unwrap();
        (stage, path, object)
    });
    let lines: Vec<(&str, &str, &str)> = lines.collect();
    let stages: Vec<Vec<(&str, &str)>> = match order {
        Order::None => vec![lines.iter().map(|(_, path, object)| (*path, *object)).collect()],
        Order::Needed => {
            let of = |stage: &str| lines.iter().filter(|it| it.0 == stage).map(|it| (it.1, it.2)).collect();
            ["0", "1", "2"].map(of).into()
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut config = Config::infer().await.unwrap();
        config.default_retry = false;
        let client = Client::try_from(config).unwrap();
        for stage in stages {
            send(&client, stage, concurrency).await;
        }
    });
}

async fn send(client: &Client, mut open: Vec<(&str, &str)>, concurrency: usize) {
    let began = Instant::now();
    while !open.is_empty() {
        assert!(began.elapsed() < PATIENCE, "not taken: {open:?}");
        let sent = stream::iter(open).map(|(path, object)| async move {
            let request = Request::patch(path).header(CONTENT_TYPE, "application/apply-patch+yaml");
            let answer = client.send(request.body(Body::from(object.as_bytes().to_vec())).unwrap()).await.unwrap();
            let code = answer.status().as_u16();
            let said = answer.into_body().collect_bytes().await.unwrap();
            assert!(matches!(code, 200 | 201 | 404), "{path}: {code} {}", String::from_utf8_lossy(&said));
            (code == 404).then_some((path, object))
        });
        open = sent.buffer_unordered(concurrency).filter_map(|it| async move { it }).collect().await;
        if !open.is_empty() {
            tokio::time::sleep(PAUSE).await;
        }
    }
}
