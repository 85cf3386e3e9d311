//! A door that writes down who knocks.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::stream::{BoxStream, StreamExt};
use ks_apply::sandbox::Sandbox;
use ks_apply::{
    AccessReview, ApplyMode, Cluster, ClusterError, Discovery, ListQuery, LogQuery, RequestCount, ServedKind,
};
use ks_model::{Manifest, ObjectRef, ServerVersion};
use serde_json::Value;

/// A sandbox that notes each request in the order in which it comes, and runs a hook at each write.
#[derive(Clone)]
pub struct Recorder {
    pub sandbox: Sandbox,
    requests: Arc<Mutex<Vec<String>>>,
    at_write: Arc<dyn Fn(&str) + Send + Sync>,
    /// Watches of these names end without an answer.
    pub ended_watches: Vec<String>,
}

impl Recorder {
    pub fn new(sandbox: Sandbox) -> Self {
        Self { sandbox, requests: Arc::default(), at_write: Arc::new(|_| ()), ended_watches: Vec::new() }
    }

    pub fn at_write(mut self, hook: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.at_write = Arc::new(hook);
        self
    }

    /// Takes what was noted so far.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.requests.lock().unwrap())
    }

    fn note(&self, request: String) {
        self.requests.lock().unwrap().push(request);
    }
}

#[async_trait]
impl Cluster for Recorder {
    fn describe(&self) -> String {
        self.sandbox.describe()
    }

    async fn version(&self) -> Result<ServerVersion, ClusterError> {
        self.note("version".into());
        self.sandbox.version().await
    }

    async fn discover(&self) -> Result<Discovery, ClusterError> {
        self.note("discover".into());
        self.sandbox.discover().await
    }

    async fn list(&self, kind: &ServedKind, query: &ListQuery) -> Result<Vec<Value>, ClusterError> {
        self.note(format!("list {}", kind.kind));
        self.sandbox.list(kind, query).await
    }

    async fn get(&self, kind: &ServedKind, object: &ObjectRef) -> Result<Option<Value>, ClusterError> {
        self.note(format!("get {object}"));
        self.sandbox.get(kind, object).await
    }

    async fn apply(&self, kind: &ServedKind, manifest: &Manifest, mode: ApplyMode) -> Result<Value, ClusterError> {
        let request = if mode.dry_run { "dry run" } else { "apply" };
        let request = format!("{request} {}", manifest.object());
        self.note(request.clone());
        if !mode.dry_run {
            (self.at_write)(&request);
        }
        // Let others have a turn, as a request over a wire does.
        tokio::task::yield_now().await;
        self.sandbox.apply(kind, manifest, mode).await
    }

    async fn create(&self, kind: &ServedKind, manifest: &Manifest) -> Result<Value, ClusterError> {
        self.note(format!("create {}", manifest.object()));
        self.sandbox.create(kind, manifest).await
    }

    async fn replace(&self, kind: &ServedKind, manifest: &Manifest) -> Result<Value, ClusterError> {
        self.note(format!("replace {}", manifest.object()));
        self.sandbox.replace(kind, manifest).await
    }

    async fn foretell(&self, kind: &ServedKind, object: &ObjectRef, patch: &Value) -> Result<Value, ClusterError> {
        self.note(format!("foretell {object}"));
        self.sandbox.foretell(kind, object, patch).await
    }

    async fn set_owners(
        &self,
        kind: &ServedKind,
        object: &ObjectRef,
        owners: &Value,
        revision: &str,
    ) -> Result<(), ClusterError> {
        let request = format!("adopt {object}");
        self.note(request.clone());
        (self.at_write)(&request);
        self.sandbox.set_owners(kind, object, owners, revision).await
    }

    async fn delete(&self, kind: &ServedKind, object: &ObjectRef, uid: Option<&str>) -> Result<(), ClusterError> {
        let request = format!("delete {object}{}", if uid.is_some() { " of its UID" } else { "" });
        self.note(request.clone());
        (self.at_write)(&request);
        tokio::task::yield_now().await;
        self.sandbox.delete(kind, object, uid).await
    }

    fn watch(&self, kind: &ServedKind, object: &ObjectRef) -> BoxStream<'static, Result<Option<Value>, ClusterError>> {
        self.note(format!("watch {object}"));
        if self.ended_watches.contains(&object.name) {
            return futures::stream::empty().boxed();
        }
        self.sandbox.watch(kind, object)
    }

    fn watch_all(&self, kind: &ServedKind, query: &ListQuery) -> BoxStream<'static, Result<Vec<Value>, ClusterError>> {
        self.note(format!("watch {}", kind.kind));
        self.sandbox.watch_all(kind, query)
    }

    async fn log(&self, pod: &ObjectRef, query: &LogQuery) -> Result<Vec<String>, ClusterError> {
        self.note(format!("log {pod}{}", if query.previous { " before its restart" } else { "" }));
        self.sandbox.log(pod, query).await
    }

    async fn review(&self, review: &AccessReview) -> Result<Value, ClusterError> {
        self.note("review".into());
        self.sandbox.review(review).await
    }

    fn requests(&self) -> RequestCount {
        self.sandbox.requests()
    }
}
