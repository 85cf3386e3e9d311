//! Plan + Cluster → ApplyEvents. Carries out what the schedule says and decides nothing.

use std::sync::Arc;
use std::time::Duration;

use ks_plan::{Plan, Schedule, StepGraph, StepId, Task};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::cluster::Cluster;
use crate::discovery::Discovery;
use crate::event::{ApplyEvent, Outcome, Tally};
use crate::left_out;
use crate::turns::Turns;
use crate::wait::AGES;
use crate::worker::Worker;

/// Says how a plan is carried out.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ApplyOptions {
    /// How many writes are under way at once.
    pub concurrency: usize,
    /// How long one object may take to become ready, or to go away.
    pub timeout: Duration,
    /// How long a fault is put up with that may pass: an image that does not come, a container that crashes, a pod that no node
    /// takes, a claim without a volume. Faults that do not pass end a wait within seconds.
    pub grace: Duration,
    /// How long all of it may take: no write starts after that, and waits end. No limit when absent.
    pub deadline: Option<Duration>,
    /// Wait until objects are ready. Without it, only what a write rests on is waited for: the definition of its kind, the workload
    /// behind its webhook, what has to go first, and the replicas of volumes that are made anew.
    pub wait: bool,
    /// Take every field of other managers that the plan shows in conflict. One that comes up later fails its write.
    pub force_conflicts: bool,
}

impl Default for ApplyOptions {
    /// Eight writes at once, ten minutes for each object, two for faults that may pass, any time for all of them, waits, no force.
    fn default() -> Self {
        Self {
            concurrency: 8,
            timeout: Duration::from_secs(600),
            grace: Duration::from_secs(120),
            deadline: None,
            wait: true,
            force_conflicts: false,
        }
    }
}

/// Carries out a plan and reports every step to `events`.
///
/// Nothing keeps a second runner out: [`Held::apply`](crate::lease::Held::apply) does that.
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
    let deadline = options.deadline.map(|it| Instant::now() + it.min(AGES));
    let schedule = left_out::schedule(&plan.steps, options.wait);
    let turns = Turns::of(&plan.steps, &left_out::waits(&plan.steps, options.wait));
    let worker =
        Worker::new(cluster, discovery, Arc::clone(&plan), options, interrupt.clone(), deadline, events.clone());
    let mut run = Run { steps: &plan.steps, schedule, tally: Tally::default(), events: &events };
    let mut tasks: JoinSet<(StepId, Outcome, Duration)> = JoinSet::new();
    let mut interrupted = *interrupt.borrow();
    let overdue = async {
        match deadline {
            Some(deadline) => sleep_until(deadline).await,
            None => std::future::pending().await,
        }
    };
    tokio::pin!(overdue);
    // Whoever can interrupt may go away; then nobody will.
    let mut is_heard = true;
    loop {
        if interrupted {
            run.interrupt();
        }
        let mut ready = run.schedule.ready();
        turns.sort(&mut ready, &run.schedule);
        for step in ready {
            tasks.spawn(worker.clone().step(step));
        }
        // The interrupt comes first: steps that it ended must not count as failures that skip what needs them.
        tokio::select! {
            biased;
            changed = interrupt.changed(), if is_heard && !interrupted => {
                is_heard = changed.is_ok();
                interrupted = *interrupt.borrow();
            }
            () = &mut overdue, if !interrupted => {
                tell(ApplyEvent::Overdue);
                interrupted = true;
            }
            finished = tasks.join_next() => match finished {
                Some(Ok((step, outcome, took))) => run.finish(step, outcome, took),
                // A step that panicked is a bug; it must not be taken for a success.
                Some(Err(bug)) => std::panic::resume_unwind(bug.into_panic()),
                None => break,
            },
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
        let task = self.steps.get(step).map(|it| &it.task);
        let is_write = task.is_some_and(Task::is_write);
        let tally = &mut self.tally;
        match &outcome {
            Outcome::Applied => tally.applied += 1,
            Outcome::Deleted => tally.deleted += usize::from(is_write),
            Outcome::Reached => {}
            Outcome::NotAwaited => tally.not_awaited += usize::from(matches!(task, Some(Task::AwaitReady(_)))),
            Outcome::Failed(_) => tally.failed += 1,
            Outcome::TimedOut { .. } => tally.timed_out += 1,
            Outcome::Skipped { .. } => tally.skipped += 1,
            Outcome::Interrupted => tally.interrupted += 1,
        }
        drop(self.events.send(ApplyEvent::StepFinished(step, outcome, took)));
    }
}
