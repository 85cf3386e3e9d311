//! The only door to a cluster. Behind it stands a real API server or the embedded sandbox.

use async_trait::async_trait;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use ks_model::{Manifest, ObjectRef, ServerVersion};
use ks_plan::rbac::MissingRule;
use serde_json::Value;

use crate::discovery::{Discovery, ServedKind};
use crate::error::ClusterError;

/// The name under which ks owns fields in `managedFields`.
pub const FIELD_MANAGER: &str = "ks";

/// Reads and writes the objects of one cluster.
///
/// An implementation carries out; it decides nothing. Absent objects are answers, not errors.
#[async_trait]
pub trait Cluster: Send + Sync {
    /// Names the cluster for people: `https://127.0.0.1:6443 (context kind)` or `sandbox .ks/sandbox.json`.
    fn describe(&self) -> String;

    /// Asks for the version of the API server.
    async fn version(&self) -> Result<ServerVersion, ClusterError>;

    /// Asks which kinds are served, anew at every call.
    async fn discover(&self) -> Result<Discovery, ClusterError>;

    /// Lists objects of a kind, all pages of them, in the order of the server.
    async fn list(&self, kind: &ServedKind, query: &ListQuery) -> Result<Vec<Value>, ClusterError>;

    /// Lists objects as [`Cluster::list`] does, a page at a time, so that whoever needs little of them need not hold them all.
    ///
    /// The next page is asked for when it is waited for. Where pages are unknown, all of them come as one.
    fn pages<'a>(&'a self, kind: &'a ServedKind, query: &'a ListQuery) -> BoxStream<'a, Result<Page, ClusterError>> {
        stream::once(self.list(kind, query)).map_ok(Page::Objects).boxed()
    }

    /// Reads one object; `None` when it, or its namespace, does not exist.
    async fn get(&self, kind: &ServedKind, object: &ObjectRef) -> Result<Option<Value>, ClusterError>;

    /// Applies by server-side apply with strict field validation and answers with the merged object.
    async fn apply(&self, kind: &ServedKind, manifest: &Manifest, mode: ApplyMode) -> Result<Value, ClusterError>;

    /// Makes an object; one that is there already is [`ClusterError::Conflict`] without fields.
    async fn create(&self, kind: &ServedKind, manifest: &Manifest) -> Result<Value, ClusterError>;

    /// Replaces an object that is as it was in the `resourceVersion` of the manifest.
    ///
    /// One that has changed since, or has gone, is [`ClusterError::Conflict`] without fields. A manifest without a
    /// `resourceVersion` is [`ClusterError::Invalid`]: nothing is replaced unseen.
    async fn replace(&self, kind: &ServedKind, manifest: &Manifest) -> Result<Value, ClusterError>;

    /// Asks what a merge patch (RFC 7396) would make of an object; nothing is stored.
    async fn foretell(&self, kind: &ServedKind, object: &ObjectRef, patch: &Value) -> Result<Value, ClusterError>;

    /// Writes down who owns which fields of an object (`metadata.managedFields`), and changes nothing else.
    ///
    /// The object must be as it was in `revision`, its `resourceVersion`; else the answer is [`ClusterError::Conflict`]
    /// without fields. An object that has gone is success.
    async fn set_owners(
        &self,
        kind: &ServedKind,
        object: &ObjectRef,
        owners: &Value,
        revision: &str,
    ) -> Result<(), ClusterError>;

    /// Deletes one object in the background; absent already is success.
    ///
    /// With `uid`, an object of another UID is left alone and the answer is [`ClusterError::Conflict`].
    async fn delete(&self, kind: &ServedKind, object: &ObjectRef, uid: Option<&str>) -> Result<(), ClusterError>;

    /// Follows one object: its state now, then at every change, `None` while it is absent.
    ///
    /// The stream never ends by itself and re-establishes a lost watch. An error that may pass
    /// ([`ClusterError::is_transient`]) says that nothing is heard just now; any other that retrying cannot mend it.
    fn watch(&self, kind: &ServedKind, object: &ObjectRef) -> BoxStream<'static, Result<Option<Value>, ClusterError>>;

    /// Follows all objects that a query picks: all of them now, and again at every change. As [`Cluster::watch`] otherwise, but that
    /// errors that may pass are not told.
    fn watch_all(&self, kind: &ServedKind, query: &ListQuery) -> BoxStream<'static, Result<Vec<Value>, ClusterError>>;

    /// Reads the last lines that a container of a pod wrote; none when it wrote nothing.
    async fn log(&self, pod: &ObjectRef, query: &LogQuery) -> Result<Vec<String>, ClusterError>;

    /// Asks what the user may do; answers with the `status` of the review. Nothing is stored.
    async fn review(&self, review: &AccessReview) -> Result<Value, ClusterError>;

    /// Counts the requests made so far.
    fn requests(&self) -> RequestCount;
}

/// Says how a server-side apply is to be made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ApplyMode {
    /// Let the server compute the result and store nothing (`dryRun=All`).
    pub dry_run: bool,
    /// Take over fields that other managers own.
    pub force: bool,
}

/// Narrows a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListQuery {
    /// Only this namespace; all of them when absent.
    pub namespace: Option<String>,
    /// Only objects with these labels, as kubectl's `-l`.
    pub label_selector: Option<String>,
    /// Only objects with these fields, as kubectl's `--field-selector`; the server knows few of them.
    pub field_selector: Option<String>,
    /// Only `apiVersion`, `kind` and `metadata` of each object, where the server can do that.
    pub metadata_only: bool,
}

/// One step of a list.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Page {
    /// The next objects.
    Objects(Vec<Value>),
    /// The next objects, each as the JSON that the server wrote, which may leave out version and kind: so what little is needed of an
    /// object can be read without a tree of all of it.
    Texts(Vec<Box<str>>),
    /// The server has forgotten where it was, and the list begins anew: what came so far counts no more.
    Anew,
}

/// Says which log of a pod is read, and how much of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogQuery {
    /// The container; absent for the only one of a pod.
    pub container: Option<String>,
    /// What the container wrote before its last restart.
    pub previous: bool,
    /// How many of the last lines.
    pub lines: u32,
}

/// Asks an API server what the user may do who asks (`authorization.k8s.io/v1`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessReview {
    /// Every verb on every resource of every group.
    Everything,
    /// Everything in a namespace, as far as the authorizer can list it: a SelfSubjectRulesReview. The namespace need not exist.
    Rules {
        /// The namespace.
        namespace: String,
    },
    /// One thing, with certainty: a SelfSubjectAccessReview.
    Access(MissingRule),
}

/// Counts requests by what they can do to a cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestCount {
    /// Requests that cannot change anything: GET, LIST, WATCH, discovery.
    pub reads: u64,
    /// Applies with `dryRun=All`, and reviews of access.
    pub dry_runs: u64,
    /// Requests that may change the cluster.
    pub writes: u64,
}

impl RequestCount {
    /// All requests together.
    pub fn total(&self) -> u64 {
        self.reads + self.dry_runs + self.writes
    }

    /// The requests made since `earlier`.
    pub fn since(&self, earlier: Self) -> Self {
        Self {
            reads: self.reads - earlier.reads,
            dry_runs: self.dry_runs - earlier.dry_runs,
            writes: self.writes - earlier.writes,
        }
    }
}
