//! A door in front of the door, behind which reads begin before they are asked for.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use futures::stream::BoxStream;
use ks_model::{Manifest, ObjectRef, ServerVersion};
use ks_plan::Sieve;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::cluster::{AccessReview, ApplyMode, Cluster, ListQuery, LogQuery, RequestCount};
use crate::discovery::{Discovery, ServedKind};
use crate::error::ClusterError;
use crate::observe::CONCURRENCY;
use crate::sifting::{Members, Sifting};

/// Reads a cluster ahead: what is expected begins at once, on tasks of its own, and whoever asks for it later gets that
/// answer. So answers are parsed beside each other, and beside what goes on meanwhile.
///
/// An answer is given out once. It is as old as the expectation, so this door is for one plan, and writes go through
/// another one. Reads that nobody asked for end when it is dropped.
pub(crate) struct ReadAhead {
    inner: Arc<dyn Cluster>,
    lists: UnderWay<(ServedKind, ListQuery), Vec<Value>>,
    gets: UnderWay<(ServedKind, ObjectRef), Option<Value>>,
    members: UnderWay<ServedKind, Members>,
    sifting: Sifting,
    places: Arc<Semaphore>,
}

/// Reads of one sort, by what they read.
struct UnderWay<K, T>(Mutex<BTreeMap<K, Task<T>>>);

impl<K, T> Default for UnderWay<K, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Ord + Clone, T: Send + 'static> UnderWay<K, T> {
    fn begin<W>(&self, what: K, work: impl FnOnce(K) -> W)
    where
        W: Future<Output = Result<T, ClusterError>> + Send + 'static,
    {
        self.locked().entry(what).or_insert_with_key(|what| Task::begin(work(what.clone())));
    }

    fn take(&self, what: &K) -> Option<Task<T>> {
        self.locked().remove(what)
    }

    fn take_all(&self, is_meant: impl Fn(&K) -> bool) -> BTreeMap<K, Task<T>> {
        self.locked().extract_if(.., |it, _| is_meant(it)).collect()
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<K, Task<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Names one read.
#[derive(Clone, Debug)]
pub(crate) enum Read {
    /// [`Cluster::list`].
    List(ServedKind, ListQuery),
    /// The list of the members of a kind, which is sifted: [`ReadAhead::members`].
    Members(ServedKind),
    /// [`Cluster::get`].
    Get(ServedKind, ObjectRef),
}

/// Something on a task of its own, which ends with whoever waits for it.
pub(crate) struct Task<T>(JoinHandle<Result<T, ClusterError>>);

impl<T: Send + 'static> Task<T> {
    pub(crate) fn begin(work: impl Future<Output = Result<T, ClusterError>> + Send + 'static) -> Self {
        Self(tokio::spawn(work))
    }

    pub(crate) async fn end(mut self) -> Result<T, ClusterError> {
        match (&mut self.0).await {
            Ok(answer) => answer,
            Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
            Err(error) => Err(ClusterError::Transient {
                action: "read ahead".to_owned(),
                message: error.to_string(),
                retry_after: None,
            }),
        }
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl ReadAhead {
    /// Reads `cluster` ahead; nothing is read before it is expected.
    pub(crate) fn new(cluster: Arc<dyn Cluster>) -> Self {
        let (lists, gets, members) = (UnderWay::default(), UnderWay::default(), UnderWay::default());
        let (sifting, places) = (Sifting::default(), Arc::new(Semaphore::new(CONCURRENCY)));
        Self { inner: cluster, lists, gets, members, sifting, places }
    }

    /// Says what members are sifted with, or that they stay whole: they wait for it.
    pub(crate) fn sift(&self, sieve: Option<Sieve>) {
        self.sifting.begin(sieve);
    }

    /// Gives out those lists of members that were expected and are not given out yet.
    pub(crate) async fn members(
        &self,
        is_meant: impl Fn(&ServedKind) -> bool,
    ) -> Result<Vec<(ServedKind, Members)>, ClusterError> {
        let mut lists = Vec::new();
        for (kind, task) in self.members.take_all(is_meant) {
            lists.push((kind, task.end().await?));
        }
        Ok(lists)
    }

    /// Begins reads that will be asked for. What is under way already does not begin again.
    pub(crate) fn expect(&self, reads: Vec<Read>) {
        for read in reads {
            let (cluster, places) = (Arc::clone(&self.inner), Arc::clone(&self.places));
            match read {
                Read::List(kind, query) => self.lists.begin((kind, query), |(kind, query)| async move {
                    let _place = places.acquire().await;
                    cluster.list(&kind, &query).await
                }),
                Read::Members(kind) => {
                    let sifting = self.sifting.clone();
                    self.members.begin(kind, |kind| async move {
                        let place = places.acquire().await;
                        sifting.members(&*cluster, &kind, place).await
                    });
                }
                Read::Get(kind, object) => self.gets.begin((kind, object), |(kind, object)| async move {
                    let _place = places.acquire().await;
                    cluster.get(&kind, &object).await
                }),
            }
        }
    }
}

#[async_trait]
impl Cluster for ReadAhead {
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
        match self.lists.take(&(kind.clone(), query.clone())) {
            Some(task) => task.end().await,
            None => self.inner.list(kind, query).await,
        }
    }

    async fn get(&self, kind: &ServedKind, object: &ObjectRef) -> Result<Option<Value>, ClusterError> {
        match self.gets.take(&(kind.clone(), object.clone())) {
            Some(task) => task.end().await,
            None => self.inner.get(kind, object).await,
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

    async fn review(&self, review: &AccessReview) -> Result<Value, ClusterError> {
        self.inner.review(review).await
    }

    fn requests(&self) -> RequestCount {
        self.inner.requests()
    }
}
