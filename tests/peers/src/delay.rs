//! A longer way to the API server: bytes in, the same bytes later.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use crate::stage::Stage;

/// How many bytes are read at once.
const PIECE: usize = 64 * 1024;

/// A way to the server on which everything takes longer, TLS as well: it passes bytes on and reads none of them.
pub struct Delay {
    folder: TempDir,
    _runtime: Runtime,
}

impl Delay {
    /// Opens the way; there and back together take `latency` longer.
    pub fn start(stage: &Stage, latency: Duration) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let text = std::fs::read_to_string(stage.cluster.kubeconfig()).unwrap();
        let mut config: Value = serde_json::from_str(&text).unwrap();
        if !latency.is_zero() {
            let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0))).unwrap();
            let port = listener.local_addr().unwrap().port();
            let server = stage.cluster.server().trim_start_matches("https://").to_owned();
            runtime.spawn(pass_on(listener, server, latency / 2));
            config["clusters"][0]["cluster"]["server"] = json!(format!("https://127.0.0.1:{port}"));
        }
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("kubeconfig"), config.to_string()).unwrap();
        Self { folder, _runtime: runtime }
    }

    /// The kubeconfig that leads this way.
    pub fn kubeconfig(&self) -> PathBuf {
        self.folder.path().join("kubeconfig")
    }
}

async fn pass_on(listener: TcpListener, server: String, later: Duration) {
    while let Ok((client, _)) = listener.accept().await {
        let Ok(server) = TcpStream::connect(&server).await else { continue };
        drop((client.set_nodelay(true), server.set_nodelay(true)));
        let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
        tokio::spawn(one_way(from_client, to_server, later));
        tokio::spawn(one_way(from_server, to_client, later));
    }
}

/// Reads on while earlier pieces are still on their way: the way is longer, and not narrower.
async fn one_way(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin + Send + 'static, later: Duration) {
    let (sender, mut pieces) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    tokio::spawn(async move {
        while let Some((at, piece)) = pieces.recv().await {
            sleep_until(at).await;
            if to.write_all(&piece).await.is_err() {
                return;
            }
        }
        drop(to.shutdown().await);
    });
    let mut piece = vec![0; PIECE];
    while let Ok(length) = from.read(&mut piece).await {
        if length == 0 || sender.send((Instant::now() + later, piece[..length].to_vec())).is_err() {
            return;
        }
    }
}
