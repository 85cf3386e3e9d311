//! The real API server behind the door.
//!
//! `connect` finds the cluster as kubectl does, `wire` sends one request with deadline and retries, `layers` watch over
//! what is sent, and one file per method of [`Cluster`] says what to ask and how to read the answer. The answers of the
//! server become a [`ClusterError`] in `errors`, and nowhere else.

mod address;
mod connect;
mod discover;
mod errors;
mod layers;
mod list;
mod log;
mod redact;
mod review;
mod version;
mod watch;
mod wire;
mod write;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::BoxStream;
use ks_model::{Manifest, ObjectRef, ServerVersion};
use serde_json::Value;

pub use self::connect::{ConnectOptions, Timeouts};
use self::wire::{Repeat, Wire};
use crate::cluster::{AccessReview, ApplyMode, Cluster, ListQuery, LogQuery, Page, RequestCount};
use crate::discovery::{Discovery, ServedKind};
use crate::error::ClusterError;

/// Reads and writes a cluster through its API server.
///
/// Every request has a deadline, faults that may pass are retried a few times, and in read-only mode nothing that could
/// change the cluster leaves the process. A clone shares connections, counts and warnings.
///
/// # Example
/// ```no_run
/// use ks_apply::{Cluster, ConnectOptions, KubeCluster};
///
/// # async fn example() -> Result<(), ks_apply::ClusterError> {
/// let cluster = KubeCluster::connect(ConnectOptions { read_only: true, ..ConnectOptions::default() }).await?;
/// let served = cluster.discover().await?;
/// assert!(served.preferred(&ks_model::GroupKind::new("apps", "Deployment")).is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct KubeCluster {
    wire: Wire,
    description: String,
}

impl KubeCluster {
    /// Finds the cluster as kubectl does and prepares to talk to it; no request is made yet.
    ///
    /// The cluster comes from the file of the options, else the files of `KUBECONFIG`, else `~/.kube/config`, else the
    /// service account of the pod. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`ClusterError::NoCluster`] when no configuration leads to a cluster, or it asks for what cannot be carried.
    pub async fn connect(options: ConnectOptions) -> Result<Self, ClusterError> {
        let (wire, description) = connect::connect(options).await?;
        Ok(Self { wire, description })
    }

    /// The warnings that the server has sent so far, each once, in the order of their first coming.
    pub fn warnings(&self) -> Vec<String> {
        self.wire.warnings.all()
    }
}

#[async_trait]
impl Cluster for KubeCluster {
    fn describe(&self) -> String {
        self.description.clone()
    }

    async fn version(&self) -> Result<ServerVersion, ClusterError> {
        version::version(&self.wire).await
    }

    async fn discover(&self) -> Result<Discovery, ClusterError> {
        discover::discover(&self.wire).await
    }

    async fn list(&self, kind: &ServedKind, query: &ListQuery) -> Result<Vec<Value>, ClusterError> {
        list::list(&self.wire, kind, query).await
    }

    fn pages<'a>(&'a self, kind: &'a ServedKind, query: &'a ListQuery) -> BoxStream<'a, Result<Page, ClusterError>> {
        list::pages(&self.wire, kind, query).boxed()
    }

    async fn get(&self, kind: &ServedKind, object: &ObjectRef) -> Result<Option<Value>, ClusterError> {
        let action = format!("get {object}");
        let request = address::of_object(&action, kind, object)?
            .get(&object.name, &kube::api::GetParams::default())
            .map_err(|error| errors::unsendable(&action, &error))?;
        match self.wire.send(&action, request, Repeat::Always).await {
            Ok(found) => Ok(Some(found)),
            Err(fault) if fault.is_absence_of(&object.name) => Ok(None),
            Err(fault) => Err(fault.explain(&action, Some(kind))),
        }
    }

    async fn apply(&self, kind: &ServedKind, manifest: &Manifest, mode: ApplyMode) -> Result<Value, ClusterError> {
        write::apply(&self.wire, kind, manifest, mode).await
    }

    async fn create(&self, kind: &ServedKind, manifest: &Manifest) -> Result<Value, ClusterError> {
        write::create(&self.wire, kind, manifest).await
    }

    async fn replace(&self, kind: &ServedKind, manifest: &Manifest) -> Result<Value, ClusterError> {
        write::replace(&self.wire, kind, manifest).await
    }

    async fn foretell(&self, kind: &ServedKind, object: &ObjectRef, patch: &Value) -> Result<Value, ClusterError> {
        write::foretell(&self.wire, kind, object, patch).await
    }

    async fn set_owners(
        &self,
        kind: &ServedKind,
        object: &ObjectRef,
        owners: &Value,
        revision: &str,
    ) -> Result<(), ClusterError> {
        write::set_owners(&self.wire, kind, object, owners, revision).await
    }

    async fn delete(&self, kind: &ServedKind, object: &ObjectRef, uid: Option<&str>) -> Result<(), ClusterError> {
        write::delete(&self.wire, kind, object, uid).await
    }

    fn watch(&self, kind: &ServedKind, object: &ObjectRef) -> BoxStream<'static, Result<Option<Value>, ClusterError>> {
        watch::watch(&self.wire, kind, object)
    }

    fn watch_all(&self, kind: &ServedKind, query: &ListQuery) -> BoxStream<'static, Result<Vec<Value>, ClusterError>> {
        watch::watch_all(&self.wire, kind, query)
    }

    async fn log(&self, pod: &ObjectRef, query: &LogQuery) -> Result<Vec<String>, ClusterError> {
        log::log(&self.wire, pod, query).await
    }

    async fn review(&self, review: &AccessReview) -> Result<Value, ClusterError> {
        review::review(&self.wire, review).await
    }

    fn requests(&self) -> RequestCount {
        self.wire.counts.so_far()
    }
}
