//! Keeping the lease: renewals at their time, and the release at the end.

use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep_until, timeout};

use super::claim::Claimant;
use super::held::{Loss, State};
use super::judge::{Tenure, sure_until, tenure};
use super::record::Record;
use super::{ATTEMPT, PAUSE, RENEWAL};
use crate::error::ClusterError;

/// How often a release that met a fault is tried again.
const RELEASES: usize = 3;

/// What is known of the lease between two renewals.
pub(super) struct Renewal {
    pub claimant: Claimant,
    /// The lease as it was written or seen last; nothing when it was not there.
    pub live: Option<Record>,
    /// When the last renewal that succeeded began.
    pub renewed: Instant,
    /// Why the last renewal failed, where the cluster said so.
    pub refused: Option<ClusterError>,
    pub state: watch::Sender<State>,
}

impl Renewal {
    /// Renews until it is told to stop, or the lease is lost; then lets go of the lease, if it is still ours. Gives what the cluster
    /// said where it did not let it go.
    pub async fn run(mut self, mut stop: oneshot::Receiver<()>) -> Option<ClusterError> {
        let mut next = self.renewed + RENEWAL;
        loop {
            tokio::select! {
                _ = &mut stop => return self.release().await,
                () = sleep_until(next) => {}
            }
            let began = Instant::now();
            match self.renew().await {
                Ok(()) => {
                    self.renewed = began;
                    next = began + RENEWAL;
                    self.state.send_replace(State { sure_until: sure_until(began), lost: None });
                }
                Err(Some(loss)) => {
                    self.lose(loss);
                    return None;
                }
                Err(None) if tenure(self.renewed, Instant::now()) == Tenure::Over => {
                    let (seconds, because) = (self.renewed.elapsed().as_secs(), self.refused.as_ref());
                    self.lose(Loss::NotRenewed { seconds, because: because.map(ToString::to_string) });
                    return None;
                }
                Err(None) => next = Instant::now() + PAUSE,
            }
        }
    }

    /// Renews once; an error without a loss means that nothing is known yet.
    async fn renew(&mut self) -> Result<(), Option<Loss>> {
        self.refused = None;
        match timeout(ATTEMPT, self.claimant.claim(self.live.as_ref())).await {
            Ok(Ok(record)) => {
                self.live = Some(record);
                return Ok(());
            }
            // An attempt without an answer may have been carried out, and then the next one is a conflict.
            Ok(Err(ClusterError::Conflict { .. })) => {}
            Ok(Err(error)) => {
                tracing::debug!(%error, "the lease was not renewed");
                self.refused = Some(error);
                return Err(None);
            }
            Err(_) => return Err(None),
        }
        let Ok(Ok(seen)) = timeout(ATTEMPT, self.claimant.look()).await else { return Err(None) };
        match seen.as_ref().and_then(|it| it.holder.as_deref()) {
            Some(holder) if holder != self.claimant.holder => Err(Some(Loss::Taken { by: holder.to_owned() })),
            _ => {
                self.live = seen;
                Err(None)
            }
        }
    }

    fn lose(&self, loss: Loss) {
        self.state.send_modify(|it| it.lost = Some(loss));
    }

    /// Lets go of the lease. What does not work ends by itself: nobody renews it any more.
    async fn release(mut self) -> Option<ClusterError> {
        let mut refused = None;
        for _ in 0..RELEASES {
            let live = self.live.as_ref()?;
            match timeout(ATTEMPT, self.claimant.release(live)).await {
                Ok(Ok(_)) => return None,
                Ok(Err(error)) => refused = Some(error),
                Err(_) => {}
            }
            let Ok(Ok(seen)) = timeout(ATTEMPT, self.claimant.look()).await else { continue };
            self.live = seen.filter(|it| it.holder.as_deref() == Some(&self.claimant.holder));
        }
        refused
    }
}
