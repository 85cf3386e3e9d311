//! The harness's own requests: blocking, and callable from plain and from async tests alike.

use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use http::{Method, Request};
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use super::unavailable::Unavailable;

const PATIENCE: Duration = Duration::from_secs(60);
const APPLY: &str = "application/apply-patch+yaml";
const MERGE: &str = "application/merge-patch+json";

/// A client with a thread of its own.
pub(super) struct Api {
    client: Client,
    /// Always there until the drop, which needs it by value.
    runtime: Option<Runtime>,
}

impl Api {
    /// Reads the kubeconfig; sends nothing.
    pub(super) fn new(kubeconfig: &Path) -> Result<Self, Unavailable> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("control-plane-api")
            .enable_all()
            .build()
            .map_err(Unavailable::io("start the client's thread"))?;
        let kubeconfig = Kubeconfig::read_from(kubeconfig).map_err(|error| unreachable(&error))?;
        let client = wait_on(&runtime, async move {
            let mut config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
                .await
                .map_err(|error| unreachable(&error))?;
            config.default_retry = false;
            config.proxy_url = None;
            Client::try_from(config).map_err(|error| unreachable(&error))
        })?;
        Ok(Self { client, runtime: Some(runtime) })
    }

    pub(super) fn get(&self, path: &str) -> Result<Option<Value>, Unavailable> {
        match self.send(Method::GET, path, None, "") {
            Ok(value) => Ok(Some(value)),
            Err(Unavailable::Refused { code: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn apply(&self, path: &str, manager: &str, object: &str) -> Result<Value, Unavailable> {
        self.send(Method::PATCH, &format!("{path}?fieldManager={manager}&force=true"), Some(APPLY), object)
    }

    pub(super) fn merge(&self, path: &str, patch: &str) -> Result<Value, Unavailable> {
        self.send(Method::PATCH, path, Some(MERGE), patch)
    }

    pub(super) fn replace(&self, path: &str, object: &str) -> Result<Value, Unavailable> {
        self.send(Method::PUT, path, Some("application/json"), object)
    }

    pub(super) fn delete(&self, path: &str) -> Result<(), Unavailable> {
        match self.send(Method::DELETE, path, None, "") {
            Ok(_) | Err(Unavailable::Refused { code: 404, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The body of a successful answer; a body that is not JSON comes as a string.
    fn send(&self, method: Method, path: &str, content: Option<&str>, body: &str) -> Result<Value, Unavailable> {
        let mut request = Request::builder().method(method.clone()).uri(path).header("user-agent", "ks-tests");
        if let Some(content) = content {
            request = request.header("content-type", content);
        }
        let request = request.body(Body::from(body.as_bytes().to_vec())).map_err(|error| unreachable(&error))?;
        let client = self.client.clone();
        let Some(runtime) = &self.runtime else { return Err(Unavailable::Unreachable("stopped".to_owned())) };
        let (status, bytes) = wait_on(runtime, async move {
            let answer = client.send(request).await.map_err(|error| unreachable(&error))?;
            let status = answer.status();
            let bytes = answer.into_body().collect_bytes().await.map_err(|error| unreachable(&error))?;
            Ok((status, bytes.to_vec()))
        })?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let value = serde_json::from_str(&text).unwrap_or(Value::String(text));
        if status.is_success() {
            return Ok(value);
        }
        let message = value.get("message").and_then(Value::as_str).map_or_else(|| value.to_string(), str::to_owned);
        Err(Unavailable::Refused { method: method.to_string(), path: path.to_owned(), code: status.as_u16(), message })
    }
}

impl Drop for Api {
    fn drop(&mut self) {
        // A plain drop of a runtime panics inside an async test.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Like `block_on`, which panics where a test is async already.
fn wait_on<T: Send + 'static>(
    runtime: &Runtime,
    work: impl Future<Output = Result<T, Unavailable>> + Send + 'static,
) -> Result<T, Unavailable> {
    let (done, result) = mpsc::channel();
    runtime.spawn(async move {
        // Nobody listens any more when the patience is over.
        let _ = done.send(work.await);
    });
    result.recv_timeout(PATIENCE).map_err(|_| Unavailable::Unreachable("no answer in time".to_owned()))?
}

fn unreachable(error: &dyn std::error::Error) -> Unavailable {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message = format!("{message}: {error}");
        cause = error.source();
    }
    Unavailable::Unreachable(message)
}
