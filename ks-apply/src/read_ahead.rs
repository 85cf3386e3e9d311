//! A door in front of the door, behind which reads begin before they are asked for.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures::stream::BoxStream;
use ks_model::{Manifest, ObjectRef, ServerVersion};
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::cluster::{ApplyMode, Cluster, ListQuery, LogQuery, Read, RequestCount};
use crate::discovery::{Discovery, ServedKind};
use crate::error::ClusterError;
use crate::observe::CONCURRENCY;

/// Reads a cluster ahead: whatever [`Cluster::expect`] announces begins at once, on tasks of its own, and whoever asks for
/// it later gets that answer. So planning waits for its longest chain of questions, not for one after the other, and
/// answers are parsed beside each other.
///
/// An answer is given out once. It is as old as the announcement, so this door is for one plan, and writes go through
/// another one. Reads that nobody asked for end when it is dropped.
///
/// # Example
/// ```no_run
/// use std::sync::Arc;
/// use ks_apply::{Cluster, ConnectOptions, KubeCluster, PlanOptions, ReadAhead, plan};
///
/// # async fn example(catalogue: &ks_plan::Catalogue, config: &ks_model::ClusterConfiguration) -> Result<(), Box<dyn std::error::Error>> {
/// let cluster: Arc<dyn Cluster> = Arc::new(KubeCluster::connect(ConnectOptions::default()).await?);
/// let planned = plan(&ReadAhead::new(cluster), catalogue, config, &PlanOptions::default()).await?;
/// # Ok(())
/// # }
/// ```
pub struct ReadAhead {
    inner: Arc<dyn Cluster>,
    under_way: Mutex<BTreeMap<Read, UnderWay>>,
    places: Arc<Semaphore>,
}

/// A read on its task, which ends with whoever waits for it.
struct UnderWay(JoinHandle<Result<Answer, ClusterError>>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.abort();
    }
}

enum Answer {
    Version(ServerVersion),
    Discovery(Discovery),
    List(Vec<Value>),
    Get(Option<Value>),
}

impl ReadAhead {
    /// Reads `cluster` ahead; no read begins before it is announced.
    pub fn new(cluster: Arc<dyn Cluster>) -> Self {
        Self { inner: cluster, under_way: Mutex::default(), places: Arc::new(Semaphore::new(CONCURRENCY)) }
    }

    fn begin(&self, read: Read) -> UnderWay {
        let (cluster, places) = (Arc::clone(&self.inner), Arc::clone(&self.places));
        UnderWay(tokio::spawn(async move {
            let _place = places.acquire().await;
            answer(&*cluster, &read).await
        }))
    }

    /// The answer to a read: of the one that is under way, else of one that begins now.
    async fn ask(&self, read: Read) -> Result<Answer, ClusterError> {
        let under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&read);
        let Some(mut under_way) = under_way else { return answer(&*self.inner, &read).await };
        match (&mut under_way.0).await {
            Ok(answer) => answer,
            Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
            // The runtime ends.
            Err(_) => answer(&*self.inner, &read).await,
        }
    }
}

async fn answer(cluster: &dyn Cluster, read: &Read) -> Result<Answer, ClusterError> {
    Ok(match read {
        Read::Version => Answer::Version(cluster.version().await?),
        Read::Discovery => Answer::Discovery(cluster.discover().await?),
        Read::List(kind, query) => Answer::List(cluster.list(kind, query).await?),
        Read::Get(kind, object) => Answer::Get(cluster.get(kind, object).await?),
    })
}

#[async_trait]
impl Cluster for ReadAhead {
    fn describe(&self) -> String {
        self.inner.describe()
    }

    async fn version(&self) -> Result<ServerVersion, ClusterError> {
        match self.ask(Read::Version).await? {
            Answer::Version(found) => Ok(found),
            _ => self.inner.version().await,
        }
    }

    async fn discover(&self) -> Result<Discovery, ClusterError> {
        match self.ask(Read::Discovery).await? {
            Answer::Discovery(found) => Ok(found),
            _ => self.inner.discover().await,
        }
    }

    async fn list(&self, kind: &ServedKind, query: &ListQuery) -> Result<Vec<Value>, ClusterError> {
        match self.ask(Read::List(kind.clone(), query.clone())).await? {
            Answer::List(found) => Ok(found),
            _ => self.inner.list(kind, query).await,
        }
    }

    async fn get(&self, kind: &ServedKind, object: &ObjectRef) -> Result<Option<Value>, ClusterError> {
        match self.ask(Read::Get(kind.clone(), object.clone())).await? {
            Answer::Get(found) => Ok(found),
            _ => self.inner.get(kind, object).await,
        }
    }

    async fn apply(&self, kind: &ServedKind, manifest: &Manifest, mode: ApplyMode) -> Result<Value, ClusterError> {
        self.inner.apply(kind, manifest, mode).await
    }

    async fn create(&self, kind: &ServedKind, manifest: &Manifest) -> Result<Value, ClusterError> {
        self.inner.create(kind, manifest).await
    }

    async fn replace(&self, kind: &ServedKind, manifest: &Manifest) -> Result<Value, ClusterError> {
        self.inner.replace(kind, manifest).await
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
        self.inner.set_owners(kind, object, owners, revision).await
    }

    async fn delete(&self, kind: &ServedKind, object: &ObjectRef, uid: Option<&str>) -> Result<(), ClusterError> {
        self.inner.delete(kind, object, uid).await
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

    fn requests(&self) -> RequestCount {
        self.inner.requests()
    }

    fn expect(&self, reads: Vec<Read>) -> bool {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        for read in reads {
            under_way.entry(read).or_insert_with_key(|read| self.begin(read.clone()));
        }
        true
    }
}
