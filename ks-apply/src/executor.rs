//! Plan + Cluster → ApplyEvents. Carries out what the schedule says and decides nothing.

use std::sync::Arc;
use std::time::Duration;

use ks_model::{GroupKind, Manifest, ObjectRef};
use ks_plan::{Change, Plan, Schedule, StepGraph, StepId, Task};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::cluster::{ApplyMode, Cluster};
use crate::discovery::{Discovery, ServedKind};
use crate::error::ClusterError;
use crate::event::{ApplyEvent, Outcome, Tally};
use crate::wait;

/// Says how a plan is carried out.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ApplyOptions {
    /// How many writes are under way at once.
    pub concurrency: usize,
    /// How long one object may take to become ready, or to go away.
    pub timeout: Duration,
    /// Take the fields that other managers own; otherwise a write that meets one fails.
    pub force_conflicts: bool,
}

impl Default for ApplyOptions {
    /// Eight writes at once, ten minutes for each object, no force.
    fn default() -> Self {
        Self { concurrency: 8, timeout: Duration::from_secs(600), force_conflicts: false }
    }
}

/// Carries out a plan and reports every step to `events`.
///
/// Once `interrupt` becomes true, running writes finish, waits end, and nothing new starts. A failed step skips what
/// needs it; independent work goes on.
pub async fn apply(
    cluster: Arc<dyn Cluster>,
    discovery: Discovery,
    plan: Arc<Plan>,
    options: ApplyOptions,
    mut interrupt: watch::Receiver<bool>,
    events: mpsc::UnboundedSender<ApplyEvent>,
) -> Tally {
    // A reader that went away does not stop an apply.
    let tell = |event| drop(events.send(event));
    tell(ApplyEvent::Began(plan.summary()));
    let worker = Worker {
        cluster,
        discovery: Arc::new(discovery),
        plan: Arc::clone(&plan),
        options,
        writes: Arc::new(Semaphore::new(options.concurrency.max(1))),
        interrupt: interrupt.clone(),
        events: events.clone(),
    };
    let mut run =
        Run { steps: &plan.steps, schedule: Schedule::new(&plan.steps), tally: Tally::default(), events: &events };
    let mut tasks: JoinSet<(StepId, Outcome, Duration)> = JoinSet::new();
    let mut interrupted = *interrupt.borrow();
    loop {
        if interrupted {
            run.interrupt();
        }
        for step in run.schedule.ready() {
            tasks.spawn(worker.clone().step(step));
        }
        tokio::select! {
            finished = tasks.join_next() => match finished {
                Some(Ok((step, outcome, took))) => run.finish(step, outcome, took),
                // A step that panicked is a bug; it must not be taken for a success.
                Some(Err(bug)) => std::panic::resume_unwind(bug.into_panic()),
                None => break,
            },
            changed = interrupt.changed(), if !interrupted => interrupted = changed.is_ok() && *interrupt.borrow(),
        }
    }
    tell(ApplyEvent::Ended(run.tally));
    run.tally
}

/// What the one owner of the state knows while steps are under way.
struct Run<'a> {
    steps: &'a StepGraph,
    schedule: Schedule,
    tally: Tally,
    events: &'a mpsc::UnboundedSender<ApplyEvent>,
}

impl Run<'_> {
    fn finish(&mut self, step: StepId, outcome: Outcome, took: Duration) {
        let success = outcome.is_success();
        self.report(step, outcome, took);
        if success {
            self.schedule.succeed(step);
            return;
        }
        for skipped in self.schedule.fail(step) {
            self.report(skipped, Outcome::Skipped { because: step }, Duration::ZERO);
        }
    }

    fn interrupt(&mut self) {
        for step in self.schedule.cancel() {
            self.report(step, Outcome::Interrupted, Duration::ZERO);
        }
    }

    fn report(&mut self, step: StepId, outcome: Outcome, took: Duration) {
        let is_write = self.steps.get(step).is_some_and(|it| it.task.is_write());
        let tally = &mut self.tally;
        match &outcome {
            Outcome::Applied => tally.applied += 1,
            Outcome::Deleted => tally.deleted += usize::from(is_write),
            Outcome::Reached => {}
            Outcome::Failed(_) => tally.failed += 1,
            Outcome::TimedOut { .. } => tally.timed_out += 1,
            Outcome::Skipped { .. } => tally.skipped += 1,
            Outcome::Interrupted => tally.interrupted += 1,
        }
        drop(self.events.send(ApplyEvent::StepFinished(step, outcome, took)));
    }
}

/// Everything that a step needs; cheap to clone, so that each step is a task of its own.
#[derive(Clone)]
struct Worker {
    cluster: Arc<dyn Cluster>,
    discovery: Arc<Discovery>,
    plan: Arc<Plan>,
    options: ApplyOptions,
    writes: Arc<Semaphore>,
    interrupt: watch::Receiver<bool>,
    events: mpsc::UnboundedSender<ApplyEvent>,
}

impl Worker {
    async fn step(self, id: StepId) -> (StepId, Outcome, Duration) {
        let Some(step) = self.plan.steps.get(id) else { return (id, Outcome::Reached, Duration::ZERO) };
        let permit = if step.task.is_write() { self.writes.acquire().await.ok() } else { None };
        let started = Instant::now();
        if step.task.is_write() && *self.interrupt.borrow() {
            return (id, Outcome::Interrupted, Duration::ZERO);
        }
        drop(self.events.send(ApplyEvent::StepStarted(id)));
        let outcome = self.carry_out(id, &step.task).await.unwrap_or_else(|error| Outcome::Failed(error.into()));
        drop(permit);
        (id, outcome, started.elapsed())
    }

    async fn carry_out(&self, id: StepId, task: &Task) -> Result<Outcome, ClusterError> {
        match task {
            Task::GrowInventory => self.write(id, self.plan.grown_inventory.as_ref(), true).await,
            Task::ShrinkInventory => {
                let parent = self.plan.grown_inventory.as_ref().and_then(|it| self.plan.change(it.object()));
                self.write(id, parent.and_then(|it| it.manifest.as_ref()), true).await
            }
            Task::Write(object) => {
                let change = self.plan.change(object);
                self.write(id, change.and_then(|it| it.manifest.as_ref()), self.options.force_conflicts).await
            }
            Task::Delete(object) => self.delete(object).await,
            Task::AwaitReady(object) => self.await_ready(id, object).await,
            Task::AwaitAbsent(object) => self.await_absent(id, object).await,
            // What is left only marks that something is reached.
            _ => Ok(Outcome::Reached),
        }
    }

    /// Applies an object. A kind that this plan makes is served a moment after its definition says so: that is waited for.
    async fn write(&self, id: StepId, manifest: Option<&Manifest>, force: bool) -> Result<Outcome, ClusterError> {
        let Some(manifest) = manifest else { return Ok(Outcome::Applied) };
        let kind = self.kind(manifest.object(), Some(manifest.version()))?;
        let is_new = self.discovery.find(&kind.kind, &kind.version).is_none();
        let mode = ApplyMode { dry_run: false, force };
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            match self.cluster.apply(&kind, manifest, mode).await {
                Err(error @ ClusterError::NotServed { .. }) if is_new && Instant::now() < deadline => {
                    drop(self.events.send(ApplyEvent::Retried(id, error.to_string())));
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                answer => return answer.map(|_| Outcome::Applied),
            }
        }
    }

    async fn delete(&self, object: &ObjectRef) -> Result<Outcome, ClusterError> {
        let kind = self.kind(object, self.live_version(object).as_deref())?;
        let uid = self.plan.change(object).and_then(Change::uid);
        self.cluster.delete(&kind, object, uid).await.map(|()| Outcome::Deleted)
    }

    async fn await_ready(&self, id: StepId, object: &ObjectRef) -> Result<Outcome, ClusterError> {
        let version = self.plan.change(object).and_then(|it| it.manifest.as_ref()).map(|it| it.version().to_owned());
        let kind = self.kind(object, version.as_deref())?;
        let companion = match ks_plan::readiness::companion(object) {
            Some(companion) => Some((self.kind(&companion, None)?, companion)),
            None => None,
        };
        let progress = |readiness| drop(self.events.send(ApplyEvent::Progress(id, readiness)));
        let ready = wait::until_ready(&*self.cluster, &kind, object, companion, self.options.timeout, progress);
        Ok(self.unless_interrupted(ready).await)
    }

    async fn await_absent(&self, id: StepId, object: &ObjectRef) -> Result<Outcome, ClusterError> {
        let kind = self.kind(object, self.live_version(object).as_deref())?;
        let uid = self.plan.change(object).and_then(Change::uid);
        let progress = |readiness| drop(self.events.send(ApplyEvent::Progress(id, readiness)));
        let absent = wait::until_absent(&*self.cluster, &kind, object, uid, self.options.timeout, progress);
        Ok(self.unless_interrupted(absent).await)
    }

    async fn unless_interrupted(&self, wait: impl Future<Output = Outcome>) -> Outcome {
        let mut interrupt = self.interrupt.clone();
        tokio::select! {
            outcome = wait => outcome,
            Ok(_) = interrupt.wait_for(|it| *it) => Outcome::Interrupted,
        }
    }

    fn live_version(&self, object: &ObjectRef) -> Option<String> {
        let before = self.plan.change(object)?.before.as_ref()?;
        let api_version = before.get("apiVersion")?.as_str()?;
        api_version.rsplit('/').next().map(str::to_owned)
    }

    /// How a kind is served: as discovered, or as a definition in this plan says that it will be.
    fn kind(&self, object: &ObjectRef, version: Option<&str>) -> Result<ServedKind, ClusterError> {
        let discovered = match version {
            Some(version) => self.discovery.find(&object.kind, version),
            None => self.discovery.preferred(&object.kind),
        };
        let served = discovered.cloned().or_else(|| defined(&self.plan, &object.kind, version?));
        served
            .ok_or_else(|| ClusterError::NotServed { action: format!("write {object}"), kind: object.kind.to_string() })
    }
}

fn defined(plan: &Plan, kind: &GroupKind, version: &str) -> Option<ServedKind> {
    let definitions =
        plan.changes.iter().filter(|it| it.object.kind.is("apiextensions.k8s.io", "CustomResourceDefinition"));
    let mut crds = definitions.filter_map(|it| it.manifest.as_ref());
    let crd = crds.find(|it| ks_plan::edges::crd::defined_kind(it).as_ref() == Some(kind))?;
    let text = |pointer: &str| crd.value().pointer(pointer).and_then(serde_json::Value::as_str);
    Some(ServedKind {
        kind: kind.clone(),
        version: version.to_owned(),
        plural: text("/spec/names/plural")?.to_owned(),
        namespaced: text("/spec/scope") == Some("Namespaced"),
    })
}
