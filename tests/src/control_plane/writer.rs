//! Requests as any field manager, many at once.

use std::time::Duration;

use http::{Method, Request};
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::Value;

use super::{ControlPlane, Unavailable, keys};

/// How often a request is sent again that the server could not take yet, and the time between.
const PATIENCE: usize = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// Sends what other programs and people would send. A clone shares its connections.
#[derive(Clone)]
pub struct Writer {
    client: Client,
}

/// The answer of a server that refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The HTTP status; 0 when there was no answer.
    pub code: u16,
    /// The reason in a word, such as `Conflict`.
    pub reason: String,
    /// The words of the server.
    pub message: String,
}

/// The form of a patch.
#[derive(Clone, Copy, Debug)]
pub enum Patch {
    /// A server-side apply.
    Apply,
    /// A merge patch (RFC 7396).
    Merge,
}

impl ControlPlane {
    /// A client that acts as whichever field manager a request names, as the user whom the audit log leaves out.
    ///
    /// # Errors
    /// When the kubeconfig does not lead to a client.
    pub async fn writer(&self) -> Result<Writer, Unavailable> {
        Ok(Writer { client: self.connect(keys::HARNESS).await? })
    }

    /// A client of one of the users, for the runtime that it is awaited in.
    pub(crate) fn connect(&self, user: &str) -> impl Future<Output = Result<Client, Unavailable>> + Send + 'static {
        let unreachable = |error: &dyn std::error::Error| Unavailable::Unreachable(error.to_string());
        let kubeconfig = Kubeconfig::read_from(keys::kubeconfig(self.folder(), user));
        async move {
            let kubeconfig = kubeconfig.map_err(|error| unreachable(&error))?;
            let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await;
            let mut config = config.map_err(|error| unreachable(&error))?;
            config.default_retry = false;
            config.proxy_url = None;
            Client::try_from(config).map_err(|error| unreachable(&error))
        }
    }
}

impl Writer {
    /// Reads what is at a path; `None` when nothing is.
    ///
    /// # Errors
    /// Any answer other than success and not found.
    pub async fn get(&self, path: &str) -> Result<Option<Value>, Refused> {
        match self.send(Method::GET, path, "", "").await {
            Ok(value) => Ok(Some(value)),
            Err(refused) if refused.code == 404 => Ok(None),
            Err(refused) => Err(refused),
        }
    }

    /// Makes an object in a collection.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn create(&self, path: &str, object: &Value) -> Result<Value, Refused> {
        self.send(Method::POST, path, "application/json", &object.to_string()).await
    }

    /// Replaces the object at a path; the query goes into the path.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn replace(&self, path: &str, object: &Value) -> Result<Value, Refused> {
        self.send(Method::PUT, path, "application/json", &object.to_string()).await
    }

    /// Patches the object at a path; the query (`fieldManager`, `force`, `dryRun`) goes into the path.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn patch(&self, path: &str, form: Patch, patch: &Value) -> Result<Value, Refused> {
        let content = match form {
            Patch::Apply => "application/apply-patch+yaml",
            Patch::Merge => "application/merge-patch+json",
        };
        self.send(Method::PATCH, path, content, &patch.to_string()).await
    }

    /// Deletes the object at a path; nothing there is fine.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn delete(&self, path: &str) -> Result<(), Refused> {
        match self.send(Method::DELETE, path, "", "").await {
            Err(refused) if refused.code != 404 => Err(refused),
            _ => Ok(()),
        }
    }

    async fn send(&self, method: Method, path: &str, content: &str, body: &str) -> Result<Value, Refused> {
        let mut patience = PATIENCE;
        loop {
            match self.send_once(&method, path, content, body).await {
                // A kind whose definition is new, or a server that is busy: it says itself that it is worth another try.
                Err(refused) if refused.code == 429 && patience > 0 => patience -= 1,
                answer => return answer,
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn send_once(&self, method: &Method, path: &str, content: &str, body: &str) -> Result<Value, Refused> {
        let lost = |error: &dyn std::error::Error| Refused {
            code: 0,
            reason: "Unreachable".to_owned(),
            message: error.to_string(),
        };
        let mut request = Request::builder().method(method.clone()).uri(path).header("user-agent", "ks-tests");
        if !content.is_empty() {
            request = request.header("content-type", content);
        }
        let request = request.body(Body::from(body.as_bytes().to_vec())).map_err(|error| lost(&error))?;
        let answer = self.client.send(request).await.map_err(|error| lost(&error))?;
        let code = answer.status();
        let bytes = answer.into_body().collect_bytes().await.map_err(|error| lost(&error))?;
        let value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        if code.is_success() {
            return Ok(value);
        }
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        Err(Refused { code: code.as_u16(), reason: text("reason"), message: text("message") })
    }
}
