//! A lease in hand, and what is carried out under it.

use std::fmt;
use std::sync::Arc;

use ks_plan::{Inventory, Plan, history};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::claim::Claimant;
use super::fence::Fence;
use super::judge::sure_until;
use super::record::Record;
use super::renew::Renewal;
use crate::cluster::Cluster;
use crate::discovery::Discovery;
use crate::error::ClusterError;
use crate::event::{ApplyEvent, Tally};
use crate::executor::{ApplyOptions, apply};
use crate::history::Journal;

/// What a holder knows of its lease.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// Until when nobody else can have it.
    pub sure_until: Instant,
    /// Why it is lost, once it is.
    pub lost: Option<Loss>,
}

/// Why a runner has its lease no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Loss {
    /// Somebody else is in it.
    Taken {
        /// Who.
        by: String,
    },
    /// It could not be renewed, so others may have taken it.
    NotRenewed {
        /// For how long.
        seconds: u64,
        /// What the cluster said last; nothing where it did not answer.
        because: Option<String>,
    },
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Taken { by } => write!(f, "{by} took it"),
            Self::NotRenewed { seconds, because } => {
                write!(f, "it could not be renewed for {seconds} s")?;
                because.iter().try_for_each(|it| write!(f, ": {it}"))
            }
        }
    }
}

/// The lease, renewed for as long as this lives.
pub struct Held {
    claimant: Claimant,
    state: watch::Receiver<State>,
    stop: oneshot::Sender<()>,
    renewal: JoinHandle<Option<ClusterError>>,
    was_disturbed: bool,
    journal: Option<Journal>,
}

/// How an apply under a lease ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Ending {
    /// How its steps ended.
    pub tally: Tally,
    /// Why the lease was lost meanwhile, if it was.
    pub lost: Option<Loss>,
    /// Why the end is not written down, where the beginning was. A lost lease is another reason: the record stays unfinished.
    pub unrecorded: Option<ClusterError>,
    /// Why the cluster did not let the lease go, where it answered: others have to wait until it ends by itself.
    pub unreleased: Option<ClusterError>,
}

impl From<Tally> for Ending {
    /// An apply that needed no lease.
    fn from(tally: Tally) -> Self {
        Self { tally, lost: None, unrecorded: None, unreleased: None }
    }
}

impl Held {
    /// Keeps a lease that was taken by a request that began at `asked`.
    pub(super) fn begin(claimant: Claimant, record: Record, asked: Instant, was_disturbed: bool) -> Self {
        let (sender, state) = watch::channel(State { sure_until: sure_until(asked), lost: None });
        let (stop, stopped) = oneshot::channel();
        let renewal =
            Renewal { claimant: claimant.clone(), live: Some(record), renewed: asked, refused: None, state: sender };
        Self { claimant, state, stop, renewal: tokio::spawn(renewal.run(stopped)), was_disturbed, journal: None }
    }

    /// Whether another runner may have written since the lookout began: a plan made since then has to be looked at again.
    pub fn was_disturbed(&self) -> bool {
        self.was_disturbed
    }

    /// Under which name it is held.
    pub fn holder(&self) -> &str {
        &self.claimant.holder
    }

    /// The cluster, with a guard that lets writes through only while the lease is surely held.
    pub fn cluster(&self) -> Arc<dyn Cluster> {
        Arc::new(Fence::new(Arc::clone(&self.claimant.cluster), self.state.clone()))
    }

    /// Writes down, beside the inventory, that an apply begins; [`Held::apply`] writes down how it ends, and leaves `kept` records.
    ///
    /// # Errors
    /// When the cluster does not take the record.
    pub async fn record(
        &mut self,
        inventory: &Inventory,
        record: history::PackedRecord,
        kept: usize,
    ) -> Result<(), ClusterError> {
        self.journal = Some(Journal::begin(self.cluster(), inventory.clone(), record, kept).await?);
        Ok(())
    }

    /// Carries out a plan under the lease and releases it, whatever happened.
    ///
    /// A lost lease ends the apply as an interrupt does: running writes finish, waits end, and nothing new starts.
    pub async fn apply(
        mut self,
        discovery: Discovery,
        plan: Arc<Plan>,
        options: ApplyOptions,
        interrupt: watch::Receiver<bool>,
        events: mpsc::UnboundedSender<ApplyEvent>,
    ) -> Ending {
        let (sender, halt) = watch::channel(*interrupt.borrow());
        let watcher = tokio::spawn(pass_on(interrupt, self.state.clone(), sender, events.clone()));
        let tally = apply(self.cluster(), discovery, plan, options, halt, events).await;
        watcher.abort();
        let lost = self.state.borrow().lost.clone();
        let unrecorded = match self.journal.take().filter(|_| lost.is_none()) {
            Some(journal) => journal.end(tally).await.err(),
            None => None,
        };
        let unreleased = self.release().await;
        Ending { tally, lost, unrecorded, unreleased }
    }

    /// Lets go of the lease, if it is still ours; gives what the cluster said where it did not let it go.
    pub async fn release(self) -> Option<ClusterError> {
        let _ = self.stop.send(());
        // A release that panicked is one that did not work: the lease ends by itself.
        self.renewal.await.ok().flatten()
    }
}

/// Makes one signal of two: the user's, and the loss of the lease.
async fn pass_on(
    mut interrupt: watch::Receiver<bool>,
    mut state: watch::Receiver<State>,
    halt: watch::Sender<bool>,
    events: mpsc::UnboundedSender<ApplyEvent>,
) {
    let interrupted = async {
        // Whoever can interrupt may go away; then nobody will.
        if interrupt.wait_for(|it| *it).await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let lost = async {
        let lost = state.wait_for(|it| it.lost.is_some()).await.map(|it| it.lost.clone());
        match lost {
            Ok(lost) => lost,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = interrupted => {}
        lost = lost => {
            if let Some(loss) = lost {
                // A reader that went away does not matter.
                let _ = events.send(ApplyEvent::LeaseLost(loss));
            }
        }
    }
    halt.send_replace(true);
    // The signal stays as long as anybody listens.
    halt.closed().await;
}
