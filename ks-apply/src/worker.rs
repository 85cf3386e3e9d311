//! One step of a plan, carried out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use ks_model::{Manifest, ObjectRef};
use ks_plan::diagnosis::Patience;
use ks_plan::edges::crd::defined_kind;
use ks_plan::sensitive::KnownSecrets;
use ks_plan::volumes::{ClaimTemplates, Replica};
use ks_plan::{Action, Adoption, Change, Plan, Risk, StepId, Task};
use serde_json::Value;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::Instant;

use crate::certificates::Made;
use crate::cluster::{ApplyMode, Cluster};
use crate::discovery::{Discovery, ServedKind};
use crate::error::ClusterError;
use crate::event::{ApplyEvent, Outcome, StepError};
use crate::examine::Examiner;
use crate::executor::ApplyOptions;
use crate::revision::Revision;
use crate::wait::{self, Wanted};
use crate::{left_out, taking, volumes};

/// How long a write that meets a passing fault is tried again.
const PATIENCE: Duration = Duration::from_secs(30);

/// The same while nobody answers at all: an API server that is upgraded is back after a minute or two.
const ABSENCE: Duration = Duration::from_secs(150);

/// Everything that a step needs; cheap to clone, so that each step is a task of its own.
#[derive(Clone)]
pub(crate) struct Worker {
    cluster: Arc<dyn Cluster>,
    discovered: Arc<Discovery>,
    /// The kinds that definitions in this plan will serve.
    defined: Arc<Discovery>,
    /// The certificates that this run makes, the same for every object.
    made: Arc<Result<Made, ClusterError>>,
    plan: Arc<Plan>,
    options: ApplyOptions,
    left_out: Arc<BTreeSet<StepId>>,
    writes: Arc<Semaphore>,
    /// The revision that each object got by its write.
    written: Arc<Mutex<BTreeMap<ObjectRef, Revision>>>,
    interrupt: watch::Receiver<bool>,
    /// The end of the time for the whole apply.
    deadline: Option<Instant>,
    events: mpsc::UnboundedSender<ApplyEvent>,
}

impl Worker {
    pub(crate) fn new(
        cluster: Arc<dyn Cluster>,
        discovery: Discovery,
        plan: Arc<Plan>,
        options: ApplyOptions,
        interrupt: watch::Receiver<bool>,
        deadline: Option<Instant>,
        events: mpsc::UnboundedSender<ApplyEvent>,
    ) -> Self {
        let defined = Arc::new(defined(&plan));
        let made = Arc::new(Made::for_all(plan.changes.iter().filter_map(|it| it.manifest.as_ref())));
        let writes = Arc::new(Semaphore::new(options.concurrency.max(1)));
        let left_out = Arc::new(left_out::waits(&plan.steps, options.wait));
        Self {
            cluster,
            discovered: Arc::new(discovery),
            defined,
            made,
            plan,
            options,
            left_out,
            writes,
            written: Arc::default(),
            interrupt,
            deadline,
            events,
        }
    }

    /// Carries out a step; says how it ended and how long it took.
    pub(crate) async fn step(self, id: StepId) -> (StepId, Outcome, Duration) {
        let Some(step) = self.plan.steps.get(id) else { return (id, Outcome::Reached, Duration::ZERO) };
        if self.left_out.contains(&id) {
            return (id, Outcome::NotAwaited, Duration::ZERO);
        }
        let permit = if step.task.is_write() { self.writes.acquire().await.ok() } else { None };
        let started = Instant::now();
        if step.task.is_write() && self.is_over() {
            return (id, Outcome::Interrupted, Duration::ZERO);
        }
        self.tell(ApplyEvent::StepStarted(id));
        let outcome = self.carry_out(id, &step.task).await.unwrap_or_else(|error| Outcome::Failed(error.into()));
        drop(permit);
        (id, outcome, started.elapsed())
    }

    async fn carry_out(&self, id: StepId, task: &Task) -> Result<Outcome, ClusterError> {
        match task {
            Task::GrowInventory => self.write(id, self.plan.grown_inventory.as_ref(), None).await,
            Task::ShrinkInventory => {
                let parent = self.plan.grown_inventory.as_ref().and_then(|it| self.plan.change(it.object()));
                self.write(id, parent.and_then(|it| it.manifest.as_ref()), None).await
            }
            Task::Write(object) => {
                let change = self.plan.change(object);
                if let Some(change) = change.filter(|it| !it.adopts.is_empty()) {
                    self.adopt(id, change).await?;
                }
                self.write(id, change.and_then(|it| it.manifest.as_ref()), change).await
            }
            Task::Delete(object) => self.delete(id, object).await,
            Task::AwaitReady(object) => self.await_ready(id, object).await,
            Task::AwaitAbsent(object) => self.await_absent(id, object).await,
            Task::AwaitClaimTemplate(templates) => self.await_template(id, templates).await,
            Task::FreeClaim { claim, pod } => self.free(id, claim, pod).await,
            Task::AwaitReplica(replica) => self.await_replica(id, replica).await,
            // What is left only marks that something is reached.
            _ => Ok(Outcome::Reached),
        }
    }

    /// Applies an object; without a change it is the inventory, which is nobody else's. A kind that this plan makes is
    /// served a moment after its definition says so: that is waited for.
    async fn write(
        &self,
        id: StepId,
        manifest: Option<&Manifest>,
        change: Option<&Change>,
    ) -> Result<Outcome, ClusterError> {
        let Some(manifest) = manifest else { return Ok(Outcome::Applied) };
        let manifest = &*self.made.as_ref().as_ref().map_err(Clone::clone)?.fill(manifest);
        let cluster = &*self.cluster;
        let kind = self.kind(manifest.object(), Some(manifest.version()))?;
        let is_new = self.discovered.find(&kind.kind, &kind.version).is_none();
        let may_pass = |error: &ClusterError| match error {
            ClusterError::NotServed { .. } => is_new,
            // The object changed between two looks of the server; no field of another manager is at stake. One that is
            // meant by its UID has gone.
            ClusterError::Conflict { fields, .. } => fields.is_empty() && !manifest.is_pinned(),
            error => error.is_transient(),
        };
        let kind = &kind;
        let attempt = || async move {
            match change {
                Some(change) => taking::apply(cluster, kind, manifest, change, self.options.force_conflicts).await,
                None => cluster.apply(kind, manifest, ApplyMode { dry_run: false, force: true }).await,
            }
        };
        match self.persist(id, may_pass, attempt).await {
            // An object of others that has gone needs nothing any more.
            Err(ClusterError::Conflict { fields, .. })
                if fields.is_empty()
                    && manifest.is_pinned()
                    && cluster.get(kind, manifest.object()).await?.is_none() =>
            {
                Ok(Outcome::Applied)
            }
            answer => {
                self.note(manifest.object(), Revision::of(&answer?));
                Ok(Outcome::Applied)
            }
        }
    }

    fn note(&self, object: &ObjectRef, revision: Option<Revision>) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.extend(revision.map(|it| (object.clone(), it)));
    }

    /// Makes ks the owner of what earlier tools own of an object, as it is now.
    async fn adopt(&self, id: StepId, change: &Change) -> Result<(), ClusterError> {
        let object = &change.object;
        let kind = self.kind(object, change.manifest.as_ref().map(Manifest::version))?;
        let may_pass = |error: &ClusterError| match error {
            // Somebody wrote the object between the two requests.
            ClusterError::Conflict { fields, .. } => fields.is_empty(),
            error => error.is_transient(),
        };
        let attempt = || async {
            let Some(live) = self.cluster.get(&kind, object).await? else { return Ok(()) };
            let Some(adoption) = Adoption::of(&live) else { return Ok(()) };
            let planned = change.before.as_ref().and_then(Adoption::of);
            if !planned.is_some_and(|it| it.takes_the_same(&adoption)) {
                let message = "others have set or given up fields of it since it was planned; plan again".to_owned();
                return Err(ClusterError::Invalid { action: format!("adopt {object}"), message, causes: Vec::new() });
            }
            let revision = live.pointer("/metadata/resourceVersion").and_then(Value::as_str).unwrap_or_default();
            self.cluster.set_owners(&kind, object, &adoption.managed_fields(), revision).await
        };
        self.persist(id, may_pass, attempt).await
    }

    async fn delete(&self, id: StepId, object: &ObjectRef) -> Result<Outcome, ClusterError> {
        let kind = self.kind(object, self.live_version(object).as_deref())?;
        let uid = self.plan.change(object).and_then(Change::uid);
        self.is_as_empty_as_planned(&kind, object).await?;
        let attempt = || self.cluster.delete(&kind, object, uid);
        self.persist(id, ClusterError::is_transient, attempt).await.map(|()| Outcome::Deleted)
    }

    /// Refuses to delete a claim that got its volume only after it was planned: nobody agreed to lose that.
    async fn is_as_empty_as_planned(&self, kind: &ServedKind, object: &ObjectRef) -> Result<(), ClusterError> {
        let is_agreed = self.plan.change(object).is_none_or(|it| it.risk == Risk::DataLoss);
        if is_agreed || !object.kind.is("", "PersistentVolumeClaim") {
            return Ok(());
        }
        let live = self.cluster.get(kind, object).await?;
        let volume = live.as_ref().and_then(|it| it.pointer("/spec/volumeName")?.as_str());
        if volume.is_none_or(str::is_empty) {
            return Ok(());
        }
        let message = "it has a volume by now, whose data would go; plan again".to_owned();
        Err(ClusterError::Invalid { action: format!("delete {object}"), message, causes: Vec::new() })
    }

    /// Repeats a write as long as its fault may pass, the patience lasts and the apply is not over.
    async fn persist<T, F: Future<Output = Result<T, ClusterError>>>(
        &self,
        id: StepId,
        may_pass: impl Fn(&ClusterError) -> bool,
        attempt: impl Fn() -> F,
    ) -> Result<T, ClusterError> {
        let started = Instant::now();
        let mut answered = started;
        let pauses = ExponentialBuilder::default().with_min_delay(Duration::from_millis(200));
        let mut pauses = pauses.with_max_delay(Duration::from_secs(3)).without_max_times().with_jitter().build();
        loop {
            let error = match attempt().await {
                Err(error) if may_pass(&error) => error,
                answer => return answer,
            };
            let wanted = match &error {
                ClusterError::Transient { retry_after: Some(seconds), .. } => Duration::from_secs(*seconds),
                _ => Duration::ZERO,
            };
            let pause = pauses.next().unwrap_or_default().max(wanted);
            // What a server says that has just come back counts from then on.
            let (since, patience) = match &error {
                ClusterError::Unreachable { .. } => (started, ABSENCE),
                _ => (answered, PATIENCE),
            };
            // A server may want to be left alone for longer than any clock goes.
            if since.elapsed().saturating_add(pause) > patience || self.is_over() {
                return Err(error);
            }
            if matches!(error, ClusterError::Unreachable { .. }) {
                answered = Instant::now();
            }
            self.tell(ApplyEvent::Retried(id, error.to_string()));
            self.unless_interrupted(tokio::time::sleep(pause)).await;
            if self.is_over() {
                return Err(error);
            }
        }
    }

    async fn await_ready(&self, id: StepId, object: &ObjectRef) -> Result<Outcome, ClusterError> {
        let version = self.plan.change(object).and_then(|it| it.manifest.as_ref()).map(|it| it.version().to_owned());
        let kind = self.kind(object, version.as_deref())?;
        let companion = match ks_plan::readiness::companion(object) {
            Some(companion) => Some((self.kind(&companion, None)?, companion)),
            None => None,
        };
        let progress = |readiness| self.tell(ApplyEvent::Progress(id, readiness));
        let examiner = self.examiner(object);
        let written = self.written.lock().unwrap_or_else(PoisonError::into_inner).get(object).copied();
        let wanted = Wanted { kind: &kind, object, companion, rules: &self.plan.readiness, written };
        let ready = wait::until_ready(&examiner, wanted, self.timeout(), progress);
        Ok(self.unless_interrupted(ready).await.map_or(Outcome::Interrupted, |it| self.without_secrets(it)))
    }

    fn examiner(&self, object: &ObjectRef) -> Examiner<'_> {
        let grace = u64::try_from(self.options.grace.as_millis()).unwrap_or(u64::MAX);
        let is_unchanged = self.plan.change(object).is_some_and(|it| it.action == Action::NoOp);
        let patience = Patience::new(grace);
        let patience = if is_unchanged { patience.with_second_look() } else { patience };
        Examiner { cluster: &*self.cluster, discovery: &self.discovered, patience }
    }

    /// Hides the secret values of this plan in what others wrote.
    fn without_secrets(&self, mut outcome: Outcome) -> Outcome {
        let (Outcome::Failed(StepError::Stuck(cause)) | Outcome::TimedOut { cause: Some(cause), .. }) = &mut outcome
        else {
            return outcome;
        };
        let mut known = KnownSecrets::default();
        for change in self.plan.changes.iter().filter(|it| !it.secrecy.is_empty()) {
            change.before.iter().chain(&change.after).for_each(|it| known.learn(&change.secrecy, it));
            if let (Some(manifest), Ok(made)) = (&change.manifest, &*self.made) {
                known.learn(&change.secrecy, made.fill(manifest).value());
            }
        }
        cause.rewrite(|it| known.hide(it));
        outcome
    }

    async fn await_absent(&self, id: StepId, object: &ObjectRef) -> Result<Outcome, ClusterError> {
        let kind = self.kind(object, self.live_version(object).as_deref())?;
        let uid = self.plan.change(object).and_then(Change::uid);
        let progress = |readiness| self.tell(ApplyEvent::Progress(id, readiness));
        let absent = wait::until_absent(&*self.cluster, &kind, object, uid, self.timeout(), progress);
        Ok(self.unless_interrupted(absent).await.unwrap_or(Outcome::Interrupted))
    }

    async fn await_template(&self, id: StepId, templates: &ClaimTemplates) -> Result<Outcome, ClusterError> {
        let kind = self.kind(&templates.set, None)?;
        let progress = |readiness| self.tell(ApplyEvent::Progress(id, readiness));
        let seen = volumes::until_template(&*self.cluster, &kind, templates, self.timeout(), progress);
        Ok(self.unless_interrupted(seen).await.unwrap_or(Outcome::Interrupted))
    }

    /// Makes a claim go by letting its pod go; an interrupt ends the wait, and what was asked for goes on without ks.
    async fn free(&self, id: StepId, claim: &ObjectRef, pod: &ObjectRef) -> Result<Outcome, ClusterError> {
        let uid = self.plan.change(claim).and_then(Change::uid);
        let (claim, pod) = ((self.kind(claim, None)?, claim), (self.kind(pod, None)?, pod));
        let progress = |readiness| self.tell(ApplyEvent::Progress(id, readiness));
        let freed = volumes::free(&*self.cluster, claim, pod, uid, self.timeout(), progress);
        self.unless_interrupted(freed).await.unwrap_or(Ok(Outcome::Interrupted))
    }

    async fn await_replica(&self, id: StepId, replica: &Replica) -> Result<Outcome, ClusterError> {
        let pod = (self.kind(&replica.pod, None)?, &replica.pod);
        let claim = match &replica.claim {
            Some(claim) => Some((self.kind(claim, None)?, claim)),
            None => None,
        };
        let progress = |readiness| self.tell(ApplyEvent::Progress(id, readiness));
        let examiner = self.examiner(&replica.pod);
        let running = volumes::until_running(&examiner, pod, claim, self.timeout(), progress);
        Ok(self.unless_interrupted(running).await.map_or(Outcome::Interrupted, |it| self.without_secrets(it)))
    }

    async fn unless_interrupted<T>(&self, wait: impl Future<Output = T>) -> Option<T> {
        let mut interrupt = self.interrupt.clone();
        tokio::select! {
            outcome = wait => Some(outcome),
            Ok(_) = interrupt.wait_for(|it| *it) => None,
        }
    }

    /// Whether nothing new may begin: somebody interrupted, or the time for the whole apply is up.
    fn is_over(&self) -> bool {
        *self.interrupt.borrow() || self.deadline.is_some_and(|it| Instant::now() >= it)
    }

    /// How long a wait that begins now may take.
    fn timeout(&self) -> Duration {
        let left = self.deadline.map(|it| it.saturating_duration_since(Instant::now()));
        left.map_or(self.options.timeout, |it| it.min(self.options.timeout))
    }

    /// A reader that went away does not stop an apply.
    fn tell(&self, event: ApplyEvent) {
        drop(self.events.send(event));
    }

    fn live_version(&self, object: &ObjectRef) -> Option<String> {
        let before = self.plan.change(object)?.before.as_ref()?;
        let api_version = before.get("apiVersion")?.as_str()?;
        api_version.rsplit('/').next().map(str::to_owned)
    }

    /// How a kind is served: as discovered, or as a definition in this plan says that it will be.
    fn kind(&self, object: &ObjectRef, version: Option<&str>) -> Result<ServedKind, ClusterError> {
        let discovered = match version {
            Some(version) => self.discovered.find(&object.kind, version),
            None => self.discovered.preferred(&object.kind),
        };
        let served = discovered.or_else(|| self.defined.find(&object.kind, version?));
        served
            .cloned()
            .ok_or_else(|| ClusterError::NotServed { action: format!("find {object}"), kind: object.kind.to_string() })
    }
}

/// The kinds that the definitions among the objects of a plan serve.
fn defined(plan: &Plan) -> Discovery {
    let definitions =
        plan.changes.iter().filter(|it| it.object.kind.is_definition()).filter_map(|it| it.manifest.as_ref());
    definitions.flat_map(|crd| served(crd).unwrap_or_default()).collect()
}

fn served(crd: &Manifest) -> Option<Vec<ServedKind>> {
    let kind = defined_kind(crd)?;
    let text = |pointer: &str| crd.value().pointer(pointer).and_then(serde_json::Value::as_str);
    let plural = text("/spec/names/plural")?;
    let namespaced = text("/spec/scope")? == "Namespaced";
    let versions = crd.value().pointer("/spec/versions")?.as_array()?;
    let version = |it: &serde_json::Value| {
        let version = it.get("name")?.as_str()?.to_owned();
        Some(ServedKind { kind: kind.clone(), version, plural: plural.to_owned(), namespaced })
    };
    Some(versions.iter().filter_map(version).collect())
}
