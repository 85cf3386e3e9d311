//! A door that lets writes through only while the lease is surely held.

use std::sync::Arc;

use async_trait::async_trait;
use futures::stream::BoxStream;
use ks_model::{Manifest, ObjectRef, ServerVersion};
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::held::State;
use crate::cluster::{AccessReview, ApplyMode, Cluster, ListQuery, LogQuery, RequestCount};
use crate::discovery::{Discovery, ServedKind};
use crate::error::ClusterError;

/// A cluster behind the lease.
pub(super) struct Fence {
    inner: Arc<dyn Cluster>,
    state: watch::Receiver<State>,
}

impl Fence {
    pub fn new(inner: Arc<dyn Cluster>, state: watch::Receiver<State>) -> Self {
        Self { inner, state }
    }

    /// Carries out a write, begun and ended while the lease is surely held.
    ///
    /// While the holder is not sure, nothing begins: it waits for the next renewal or the loss, of which one comes.
    async fn write<T>(
        &self,
        action: &str,
        work: impl Future<Output = Result<T, ClusterError>> + Send,
    ) -> Result<T, ClusterError> {
        let mut state = self.state.clone();
        let is_decided = |it: &State| it.lost.is_some() || Instant::now() < it.sure_until;
        let lost = match state.wait_for(is_decided).await {
            Ok(state) => state.lost.as_ref().map(ToString::to_string),
            Err(_) => Some("it was released".to_owned()),
        };
        if let Some(reason) = lost {
            return Err(ClusterError::LeaseLost { action: action.to_owned(), reason });
        }
        tokio::pin!(work);
        loop {
            let until = self.state.borrow().sure_until;
            tokio::select! {
                // An answer that is there counts, also at the last moment.
                biased;
                answer = &mut work => return answer,
                () = sleep_until(until) => {}
            }
            if self.state.borrow().sure_until <= until {
                return Err(ClusterError::Transient {
                    action: action.to_owned(),
                    message: "given up, because the lease could not be renewed in time".to_owned(),
                    retry_after: None,
                });
            }
        }
    }
}

#[async_trait]
impl Cluster for Fence {
    fn describe(&self) -> String {
        self.inner.describe()
    }

    async fn version(&self) -> Result<ServerVersion, ClusterError> {
        self.inner.version().await
    }

    async fn discover(&self) -> Result<Discovery, ClusterError> {
        self.inner.discover().await
    }

    async fn list(&self, kind: &ServedKind, query: &ListQuery) -> Result<Vec<Value>, ClusterError> {
        self.inner.list(kind, query).await
    }

    async fn get(&self, kind: &ServedKind, object: &ObjectRef) -> Result<Option<Value>, ClusterError> {
        self.inner.get(kind, object).await
    }

    async fn apply(&self, kind: &ServedKind, manifest: &Manifest, mode: ApplyMode) -> Result<Value, ClusterError> {
        let work = self.inner.apply(kind, manifest, mode);
        if mode.dry_run { work.await } else { self.write(&format!("apply {}", manifest.object()), work).await }
    }

    async fn create(&self, kind: &ServedKind, manifest: &Manifest) -> Result<Value, ClusterError> {
        self.write(&format!("create {}", manifest.object()), self.inner.create(kind, manifest)).await
    }

    async fn replace(&self, kind: &ServedKind, manifest: &Manifest) -> Result<Value, ClusterError> {
        self.write(&format!("replace {}", manifest.object()), self.inner.replace(kind, manifest)).await
    }

    async fn foretell(&self, kind: &ServedKind, object: &ObjectRef, patch: &Value) -> Result<Value, ClusterError> {
        self.inner.foretell(kind, object, patch).await
    }

    async fn set_owners(
        &self,
        kind: &ServedKind,
        object: &ObjectRef,
        owners: &Value,
        revision: &str,
    ) -> Result<(), ClusterError> {
        self.write(&format!("adopt {object}"), self.inner.set_owners(kind, object, owners, revision)).await
    }

    async fn delete(&self, kind: &ServedKind, object: &ObjectRef, uid: Option<&str>) -> Result<(), ClusterError> {
        self.write(&format!("delete {object}"), self.inner.delete(kind, object, uid)).await
    }

    fn watch(&self, kind: &ServedKind, object: &ObjectRef) -> BoxStream<'static, Result<Option<Value>, ClusterError>> {
        self.inner.watch(kind, object)
    }

    fn watch_all(&self, kind: &ServedKind, query: &ListQuery) -> BoxStream<'static, Result<Vec<Value>, ClusterError>> {
        self.inner.watch_all(kind, query)
    }

    async fn log(&self, pod: &ObjectRef, query: &LogQuery) -> Result<Vec<String>, ClusterError> {
        self.inner.log(pod, query).await
    }

    async fn review(&self, review: &AccessReview) -> Result<Value, ClusterError> {
        self.inner.review(review).await
    }

    fn requests(&self) -> RequestCount {
        self.inner.requests()
    }
}
