//! What happens during an apply, as one stream of events. Screens and machine output are readers of it.

use std::time::Duration;

use ks_plan::diagnosis::Cause;
use ks_plan::{Readiness, StepId, Summary};
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::ClusterError;
use crate::lease::Loss;

/// Something that happened. Events come in one order, so what readers show is never contradictory.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ApplyEvent {
    /// The apply begins; how many changes of each kind there are.
    Began(Summary),
    /// A step begins.
    StepStarted(StepId),
    /// A wait saw how far its object is.
    Progress(StepId, Readiness),
    /// A write met a passing fault and will be tried again.
    Retried(StepId, String),
    /// A step ended, or will never start.
    StepFinished(StepId, Outcome, Duration),
    /// The time for the whole apply is up: running writes finish, waits end, and nothing new starts.
    Overdue,
    /// The lease is lost: running writes finish, and nothing new starts.
    LeaseLost(Loss),
    /// The apply ended.
    Ended(Tally),
}

/// How a step ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The object is written.
    Applied,
    /// The object is deleted, or gone.
    Deleted,
    /// The object, or the component, is there.
    Reached,
    /// Nobody wanted to wait for it: it may be ready or not.
    NotAwaited,
    /// The cluster refused, or the object cannot become ready.
    Failed(StepError),
    /// The object did not become ready in time.
    TimedOut {
        /// How far it was.
        last: Readiness,
        /// How long it was waited.
        waited: Duration,
        /// What was found out about it.
        cause: Option<Box<Cause>>,
    },
    /// A step that it needs did not succeed.
    Skipped {
        /// The step that failed first.
        because: StepId,
    },
    /// The user interrupted the apply before the step ended.
    Interrupted,
}

/// Names how a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum OutcomeKind {
    /// The object is written.
    Applied,
    /// The object is deleted, or gone.
    Deleted,
    /// The object, or the component, is there.
    Reached,
    /// Nobody wanted to wait for it: it may be ready or not.
    NotAwaited,
    /// The cluster refused, or the object cannot become ready.
    Failed,
    /// The object did not become ready in time.
    TimedOut,
    /// A step that it needs did not succeed.
    Skipped,
    /// The step was interrupted, or never started because of an interruption.
    Interrupted,
}

impl Outcome {
    /// Its name.
    pub fn kind(&self) -> OutcomeKind {
        match self {
            Self::Applied => OutcomeKind::Applied,
            Self::Deleted => OutcomeKind::Deleted,
            Self::Reached => OutcomeKind::Reached,
            Self::NotAwaited => OutcomeKind::NotAwaited,
            Self::Failed(_) => OutcomeKind::Failed,
            Self::TimedOut { .. } => OutcomeKind::TimedOut,
            Self::Skipped { .. } => OutcomeKind::Skipped,
            Self::Interrupted => OutcomeKind::Interrupted,
        }
    }

    /// What was found out about an object that did not become ready.
    pub fn cause(&self) -> Option<&Cause> {
        match self {
            Self::Failed(StepError::Stuck(cause)) | Self::TimedOut { cause: Some(cause), .. } => Some(cause),
            _ => None,
        }
    }

    /// Whether steps that need this one may go on. What was not waited for keeps nothing up.
    pub fn is_success(&self) -> bool {
        matches!(self, Self::Applied | Self::Deleted | Self::Reached | Self::NotAwaited)
    }
}

/// Why a step failed.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StepError {
    /// The cluster did not do it.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// The object says that it will not become ready.
    #[error("{0}")]
    NeverReady(String),
    /// Something was found that keeps the object from becoming ready.
    #[error("{0}")]
    Stuck(Box<Cause>),
}

/// Counts how the steps of an apply ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// Writes that were made, those of the inventory included.
    pub applied: usize,
    /// Objects deleted.
    pub deleted: usize,
    /// Steps that failed.
    pub failed: usize,
    /// Waits that ran out of time.
    pub timed_out: usize,
    /// Objects that were not waited for.
    pub not_awaited: usize,
    /// Steps that never started because of a failed one.
    pub skipped: usize,
    /// Steps that were interrupted or never started because of an interruption.
    pub interrupted: usize,
}

impl Tally {
    /// Whether every step succeeded.
    pub fn is_success(&self) -> bool {
        self.failed + self.timed_out + self.skipped + self.interrupted == 0
    }
}
