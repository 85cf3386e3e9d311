//! The sandbox behind the door to a cluster.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use futures::stream::BoxStream;
use ks_model::{Manifest, ObjectRef, ServerVersion};
use ks_plan::FIELD_MANAGER;
use serde_json::{Value, json};

use super::api::apply::Writer;
use super::api::{self, refusal};
use super::clock::{Clock, SystemClock};
use super::core::Core;
use super::error::SandboxError;
use super::fault::{Effect, FaultPlan, Request, Verb};
use super::options::SandboxOptions;
use super::state::State;
use super::{kinds, watch};
use crate::retry;
use crate::{AccessReview, ApplyMode, Cluster, ClusterError, Discovery, ListQuery, LogQuery, RequestCount, ServedKind};

/// An embedded cluster, in a file or in memory. Clones are the same cluster.
///
/// # Example
/// ```
/// use ks_apply::sandbox::{Sandbox, SandboxOptions};
/// use ks_apply::{ApplyMode, Cluster};
/// use ks_model::{GroupKind, Manifest};
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(async {
/// let sandbox = Sandbox::in_memory(SandboxOptions::instant());
/// let kinds = sandbox.discover().await?;
/// let manifest = Manifest::parse(serde_json::json!({
///     "apiVersion": "v1", "kind": "ConfigMap",
///     "metadata": { "name": "greeting", "namespace": "default" },
///     "data": { "hello": "world" },
/// }))?;
/// let kind = kinds.find(&GroupKind::new("", "ConfigMap"), "v1").expect("served by every cluster");
/// sandbox.apply(kind, &manifest, ApplyMode::default()).await?;
/// let live = sandbox.get(kind, manifest.object()).await?;
/// assert_eq!(live.expect("just applied")["data"]["hello"], "world");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Sandbox {
    core: Arc<Mutex<Core>>,
    requests: Arc<Mutex<RequestCount>>,
    name: Arc<str>,
}

impl Sandbox {
    /// Opens the sandbox in a file, and creates it when absent.
    ///
    /// # Errors
    /// When the file cannot be read or written, or is not the file of a sandbox that this ks knows.
    ///
    /// # Example
    /// ```no_run
    /// use ks_apply::Cluster;
    /// use ks_apply::sandbox::Sandbox;
    ///
    /// let sandbox = Sandbox::open(".ks/sandbox.json")?;
    /// assert_eq!(sandbox.describe(), "sandbox .ks/sandbox.json");
    /// # Ok::<(), ks_apply::sandbox::SandboxError>(())
    /// ```
    pub fn open(path: impl AsRef<Path>) -> Result<Self, SandboxError> {
        Self::open_with(path, SandboxOptions::default(), Arc::new(SystemClock))
    }

    /// Opens the sandbox in a file by a given clock, and creates it as `options` say when absent.
    ///
    /// # Errors
    /// As for [`Sandbox::open`].
    pub fn open_with(
        path: impl AsRef<Path>,
        options: SandboxOptions,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SandboxError> {
        Core::open(path.as_ref(), options, clock).map(Self::around)
    }

    /// Makes a sandbox that is gone with the process.
    pub fn in_memory(options: SandboxOptions) -> Self {
        Self::in_memory_with(options, Arc::new(SystemClock))
    }

    /// Makes a sandbox that is gone with the process and lives by a given clock.
    pub fn in_memory_with(options: SandboxOptions, clock: Arc<dyn Clock>) -> Self {
        Self::around(Core::in_memory(options, clock))
    }

    /// Replaces what goes wrong from now on.
    pub fn set_faults(&self, faults: FaultPlan) {
        let mut core = self.core();
        core.earlier = faults.tells_old_news().then(|| core.state.clone());
        core.faults = faults;
    }

    /// Applies as another field manager, as `kubectl apply --server-side --field-manager` does. Not counted as a request.
    ///
    /// # Errors
    /// As for [`Cluster::apply`].
    pub fn apply_as(&self, manager: &str, manifest: &Manifest, mode: ApplyMode) -> Result<Value, ClusterError> {
        let kind = self.served(manifest)?;
        self.apply_now(&kind, manifest, mode, manager)
    }

    /// Replaces or creates an object without server-side apply, as `kubectl edit` does. Not counted as a request.
    ///
    /// # Errors
    /// As for [`Cluster::apply`], but never a conflict of fields.
    pub fn update_as(&self, manager: &str, manifest: &Manifest) -> Result<Value, ClusterError> {
        let kind = self.served(manifest)?;
        let done = self.core().write(|core, at| {
            let writer = Writer { manager, force: true, at };
            let written = api::apply::update(&core.state, &core.types, &kind, manifest, writer)?;
            Ok(written.store(&mut core.state))
        });
        done.map_err(|error| broken("update", &error))?
    }

    /// Writes the whole state down, as it is now. Equal texts are equal states.
    ///
    /// # Errors
    /// When the file of the sandbox cannot be read.
    pub fn export(&self) -> Result<String, SandboxError> {
        self.core().read(|core| serde_json::to_string(&core.state).unwrap_or_default())
    }

    fn around(core: Core) -> Self {
        let name = core.describe().into();
        Self { core: Arc::new(Mutex::new(core)), requests: Arc::default(), name }
    }

    fn core(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn served(&self, manifest: &Manifest) -> Result<ServedKind, ClusterError> {
        let action = format!("apply {}", manifest.object());
        let discovery =
            self.core().read(|core| kinds::discovery(&core.state)).map_err(|error| broken(&action, &error))?;
        let kind = &manifest.object().kind;
        discovery
            .find(kind, manifest.version())
            .cloned()
            .ok_or_else(|| ClusterError::NotServed { action, kind: format!("{kind} {}", manifest.version()) })
    }

    fn apply_now(
        &self,
        kind: &ServedKind,
        manifest: &Manifest,
        mode: ApplyMode,
        manager: &str,
    ) -> Result<Value, ClusterError> {
        let done = self.core().write(|core, at| {
            let writer = Writer { manager, force: mode.force, at };
            let written = api::apply::apply(&core.state, &core.types, kind, manifest, writer)?;
            Ok(if mode.dry_run { written.into_value() } else { written.store(&mut core.state) })
        });
        done.map_err(|error| broken(&format!("apply {}", manifest.object()), &error))?
    }

    /// Makes or replaces an object, as the verb says.
    fn put_now(&self, verb: &str, kind: &ServedKind, manifest: &Manifest) -> Result<Value, ClusterError> {
        let done = self.core().write(|core, at| {
            api::replace::check(&core.state, verb, kind, manifest)?;
            let writer = Writer { manager: FIELD_MANAGER, force: true, at };
            let written = api::apply::update(&core.state, &core.types, kind, manifest, writer)?;
            Ok(written.store(&mut core.state))
        });
        done.map_err(|error| broken(&format!("{verb} {}", manifest.object()), &error))?
    }

    pub(super) fn read_now<T>(
        &self,
        action: &str,
        question: impl FnOnce(&Core) -> Result<T, ClusterError>,
    ) -> Result<T, ClusterError> {
        self.core().read(question).map_err(|error| broken(action, &error))?
    }

    /// Asks for something, and again where a fault may pass, as the client of an API server does. Writes are told to whoever
    /// writes: it has a patience of its own.
    async fn ask<T: Send>(
        &self,
        request: Request<'_>,
        work: impl Fn() -> Result<T, ClusterError> + Send + Sync,
    ) -> Result<T, ClusterError> {
        retry::persist("ask the sandbox", || self.request(request, &work), ClusterError::passing).await
    }

    /// Counts a request, lets it do its work, and lets the faults strike.
    async fn request<T: Send>(
        &self,
        request: Request<'_>,
        work: impl FnOnce() -> Result<T, ClusterError> + Send,
    ) -> Result<T, ClusterError> {
        let effect = self.struck(&request);
        self.under(effect, work).await
    }

    /// Counts a request; says what strikes it.
    pub(super) fn struck(&self, request: &Request<'_>) -> Option<Effect> {
        self.count(request.verb);
        self.core().faults.next(request)
    }

    /// Does what a request asks for as the effect of a fault leaves it.
    pub(super) async fn under<T: Send>(
        &self,
        effect: Option<Effect>,
        work: impl FnOnce() -> Result<T, ClusterError> + Send,
    ) -> Result<T, ClusterError> {
        match effect {
            // The faults of running watches are none of other requests.
            None | Some(Effect::Deaf(_) | Effect::Old) => work(),
            Some(Effect::Fail(error)) => Err(error),
            Some(Effect::LoseAnswer(error)) => work().and(Err(error)),
            Some(Effect::Late(pause)) => {
                let answer = work();
                tokio::time::sleep(pause).await;
                answer
            }
            Some(Effect::Hang) => std::future::pending().await,
        }
    }

    /// Reads the state as it was when the faults were set.
    pub(super) fn earlier<T>(&self, read: impl FnOnce(&State) -> Result<T, ClusterError>) -> Result<T, ClusterError> {
        let core = self.core();
        read(core.earlier.as_ref().unwrap_or(&core.state))
    }

    fn count(&self, verb: Verb) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        match verb {
            Verb::DryRun => requests.dry_runs += 1,
            Verb::Apply | Verb::Create | Verb::Replace | Verb::Delete => requests.writes += 1,
            Verb::Discover | Verb::List | Verb::Get | Verb::Watch | Verb::Log => requests.reads += 1,
        }
    }
}

#[async_trait]
impl Cluster for Sandbox {
    fn describe(&self) -> String {
        self.name.to_string()
    }

    async fn version(&self) -> Result<ServerVersion, ClusterError> {
        let request = Request { verb: Verb::Discover, kind: None, name: None };
        self.ask(request, || self.read_now("ask for the version", |core| Ok(core.state.version()))).await
    }

    async fn discover(&self) -> Result<Discovery, ClusterError> {
        let request = Request { verb: Verb::Discover, kind: None, name: None };
        self.ask(request, || self.read_now("discover kinds", |core| Ok(kinds::discovery(&core.state)))).await
    }

    async fn list(&self, kind: &ServedKind, query: &ListQuery) -> Result<Vec<Value>, ClusterError> {
        let request = Request { verb: Verb::List, kind: Some(&kind.kind.kind), name: None };
        let action = format!("list {}", refusal::resource(kind));
        self.ask(request, || self.read_now(&action, |core| api::read::list(&core.state, kind, query))).await
    }

    async fn get(&self, kind: &ServedKind, object: &ObjectRef) -> Result<Option<Value>, ClusterError> {
        let request = Request { verb: Verb::Get, kind: Some(&kind.kind.kind), name: Some(&object.name) };
        let action = format!("get {object}");
        self.ask(request, || self.read_now(&action, |core| api::read::get(&core.state, kind, object))).await
    }

    async fn apply(&self, kind: &ServedKind, manifest: &Manifest, mode: ApplyMode) -> Result<Value, ClusterError> {
        let verb = if mode.dry_run { Verb::DryRun } else { Verb::Apply };
        let request = Request { verb, kind: Some(&kind.kind.kind), name: Some(&manifest.object().name) };
        let apply = || self.apply_now(kind, manifest, mode, FIELD_MANAGER);
        if mode.dry_run { self.ask(request, apply).await } else { self.request(request, apply).await }
    }

    async fn create(&self, kind: &ServedKind, manifest: &Manifest) -> Result<Value, ClusterError> {
        let request = Request { verb: Verb::Create, kind: Some(&kind.kind.kind), name: Some(&manifest.object().name) };
        self.request(request, || self.put_now("create", kind, manifest)).await
    }

    async fn replace(&self, kind: &ServedKind, manifest: &Manifest) -> Result<Value, ClusterError> {
        let request = Request { verb: Verb::Replace, kind: Some(&kind.kind.kind), name: Some(&manifest.object().name) };
        self.request(request, || self.put_now("replace", kind, manifest)).await
    }

    async fn foretell(&self, kind: &ServedKind, object: &ObjectRef, patch: &Value) -> Result<Value, ClusterError> {
        let request = Request { verb: Verb::DryRun, kind: Some(&kind.kind.kind), name: Some(&object.name) };
        let foretell = || {
            let done = self.core().write(|core, at| {
                let writer = Writer { manager: FIELD_MANAGER, force: true, at };
                api::apply::patched(&core.state, &core.types, kind, object, patch, writer)
            });
            done.map_err(|error| broken(&format!("adopt {object}"), &error))?
        };
        self.ask(request, foretell).await
    }

    async fn set_owners(
        &self,
        kind: &ServedKind,
        object: &ObjectRef,
        owners: &Value,
        revision: &str,
    ) -> Result<(), ClusterError> {
        let request = Request { verb: Verb::Apply, kind: Some(&kind.kind.kind), name: Some(&object.name) };
        let write = || {
            let done = self.core().write(|core, _| api::owners::set(&mut core.state, kind, object, owners, revision));
            done.map_err(|error| broken(&format!("adopt {object}"), &error))?
        };
        self.request(request, write).await
    }

    async fn delete(&self, kind: &ServedKind, object: &ObjectRef, uid: Option<&str>) -> Result<(), ClusterError> {
        let request = Request { verb: Verb::Delete, kind: Some(&kind.kind.kind), name: Some(&object.name) };
        let delete = || {
            let done = self.core().write(|core, at| {
                let linger = core.pace().shortest;
                api::delete::delete(&mut core.state, kind, object, uid, at, linger)
            });
            done.map_err(|error| broken(&format!("delete {object}"), &error))?
        };
        self.request(request, delete).await
    }

    fn watch(&self, kind: &ServedKind, object: &ObjectRef) -> BoxStream<'static, Result<Option<Value>, ClusterError>> {
        watch::object(self.clone(), kind.clone(), object.clone())
    }

    fn watch_all(&self, kind: &ServedKind, query: &ListQuery) -> BoxStream<'static, Result<Vec<Value>, ClusterError>> {
        watch::all(self.clone(), kind.clone(), query.clone())
    }

    async fn log(&self, pod: &ObjectRef, query: &LogQuery) -> Result<Vec<String>, ClusterError> {
        let request = Request { verb: Verb::Log, kind: Some("Pod"), name: Some(&pod.name) };
        let lines = self.core().faults.of_log(query.container.as_deref().unwrap_or_default()).to_vec();
        let first = lines.len().saturating_sub(usize::try_from(query.lines).unwrap_or(usize::MAX));
        self.ask(request, || Ok(lines[first..].to_vec())).await
    }

    /// The sandbox has no users: whoever asks may do everything.
    async fn review(&self, review: &AccessReview) -> Result<Value, ClusterError> {
        let rule = json!({ "verbs": ["*"], "apiGroups": ["*"], "resources": ["*"] });
        let answer = match review {
            AccessReview::Rules { .. } => json!({ "resourceRules": [rule], "incomplete": false }),
            AccessReview::Everything | AccessReview::Access(_) => json!({ "allowed": true }),
        };
        let request = Request { verb: Verb::DryRun, kind: None, name: None };
        self.ask(request, || Ok(answer.clone())).await
    }

    fn requests(&self) -> RequestCount {
        *self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The file of the sandbox fails a request.
fn broken(action: &str, error: &SandboxError) -> ClusterError {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    ClusterError::Protocol { action: action.to_owned(), message: format!("{error}{cause}") }
}
