//! Taking the lease, and waiting for it.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use ks_model::ObjectRef;
use ks_plan::{Inventory, Plan};
use tokio::time::Instant;

use super::PAUSE;
use super::claim::Claimant;
use super::held::Held;
use super::home::Home;
use super::judge::{Observed, Standing};
use super::record::Record;
use crate::cluster::Cluster;
use crate::discovery::Discovery;
use crate::error::ClusterError;

/// How the lease was before anything was planned. Whether another runner had it since is judged by that.
pub struct Lookout {
    cluster: Arc<dyn Cluster>,
    object: ObjectRef,
    /// `None` when it could not be read: then nothing is known, and the plan has to be looked at again.
    seen: Option<Observed>,
}

/// Says who wants the lease, and how much it wants it.
#[derive(Clone, Debug)]
pub struct LeaseOptions {
    /// Who takes it: `kubectl get lease` shows this. No two runners may have the same.
    pub holder: String,
    /// How long to wait for a holder that lives. A lease that nobody renews is taken over in any case.
    pub timeout: Duration,
}

/// Who has the lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occupied {
    /// The holder.
    pub holder: String,
    /// Since when, by the clock of the holder.
    pub since: Option<String>,
    /// When it ends unless it is renewed, by the same clock.
    pub ends: Option<String>,
    /// Whether it looks as if nobody renewed it any more.
    pub looks_abandoned: bool,
    /// How long it was waited for so far.
    pub waited: Duration,
}

/// Says why the lease was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LeaseError {
    /// Another runner has it.
    #[error("another runner holds {object}: {}", .occupied.holder)]
    Occupied {
        /// The lease.
        object: ObjectRef,
        /// Who.
        occupied: Box<Occupied>,
    },
    /// The cluster did not do it.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
}

/// Who holds the lease of an inventory, as it looks: nobody where its time has passed.
///
/// # Errors
/// When the cluster cannot be asked.
pub async fn holder(cluster: &dyn Cluster, inventory: &Inventory) -> Result<Option<String>, ClusterError> {
    let found = cluster.get(&super::kind(), &inventory.lease()).await?.map(Record::of);
    Ok(found.filter(|it| !it.looks_abandoned(Timestamp::now())).and_then(|it| it.holder))
}

/// What the lease of an inventory says of its holder, whether it lives or not; nothing where nobody holds it.
///
/// # Errors
/// When the cluster cannot be asked.
pub async fn occupant(cluster: &dyn Cluster, inventory: &Inventory) -> Result<Option<Occupied>, ClusterError> {
    let found = cluster.get(&super::kind(), &inventory.lease()).await?.map(Record::of);
    Ok(found.filter(|it| it.holder.is_some()).map(|it| {
        let looks_abandoned = it.looks_abandoned(Timestamp::now());
        occupied(Some(it), looks_abandoned, Duration::ZERO)
    }))
}

impl Lookout {
    /// Looks at the lease of an inventory, before the objects of the cluster are looked at. Never fails: what cannot be read is
    /// told when the lease is taken.
    pub async fn begin(cluster: Arc<dyn Cluster>, inventory: &Inventory) -> Self {
        let object = inventory.lease();
        let mut lookout = Self { cluster, object, seen: None };
        if let Ok(record) = lookout.claimant(String::new()).look().await {
            let mut seen = Observed::default();
            seen.see(record, Instant::now());
            lookout.seen = Some(seen);
        }
        lookout
    }

    fn claimant(&self, holder: String) -> Claimant {
        Claimant { cluster: Arc::clone(&self.cluster), object: self.object.clone(), holder }
    }

    /// Takes the lease, after waiting for it as long as the options say; `told` hears of the wait now and then.
    ///
    /// The namespace of the lease is made first where it is missing and `plan` makes it, as the plan makes it.
    ///
    /// # Errors
    /// When another runner has it, or the cluster does not let it be taken.
    pub async fn acquire(
        self,
        plan: &Plan,
        discovery: &Discovery,
        options: LeaseOptions,
        told: impl Fn(&Occupied) + Send,
    ) -> Result<Held, LeaseError> {
        let LeaseOptions { holder, timeout } = options;
        let claimant = self.claimant(holder);
        let first = self.seen.as_ref().map(|it| it.record().cloned());
        let mut seen = self.seen.unwrap_or_default();
        let began = Instant::now();
        let mut next_word = began;
        let home = Home::of(&claimant, plan, discovery);
        let mut is_home_made = match &home {
            Some(home) => home.make_if_new().await?,
            None => false,
        };
        // A lease that was free may still be: the claim tells, and saves a look.
        let mut is_known = first.is_some() && seen.standing(&claimant.holder, began) == Standing::Free;
        loop {
            match claimant.look_unless(std::mem::take(&mut is_known)).await {
                Ok(Some(record)) => seen.see(record, Instant::now()),
                Ok(None) => {}
                Err(error) if error.is_transient() && began.elapsed() < timeout => {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                Err(error) => return Err(error.into()),
            }
            let now = Instant::now();
            let before = seen.record().cloned();
            let Standing::Held { until } = seen.standing(&claimant.holder, now) else {
                let asked = Instant::now();
                match claimant.claim(before.as_ref()).await {
                    Ok(record) => {
                        let is_undisturbed = is_undisturbed(first.as_ref(), before.as_ref());
                        return Ok(Held::begin(claimant, record, asked, !is_undisturbed));
                    }
                    // Somebody was faster; the next look tells who.
                    Err(ClusterError::Conflict { .. }) => continue,
                    Err(error) if is_missing_namespace(&error) && !is_home_made => {
                        let Some(home) = &home else { return Err(error.into()) };
                        home.make().await?;
                        is_home_made = true;
                        continue;
                    }
                    Err(error) => return Err(error.into()),
                }
            };
            let looks_abandoned =
                !seen.is_alive() && before.as_ref().is_some_and(|it| it.looks_abandoned(Timestamp::now()));
            let occupied = occupied(before, looks_abandoned, began.elapsed());
            if !looks_abandoned && began.elapsed() >= timeout {
                return Err(LeaseError::Occupied { object: claimant.object, occupied: Box::new(occupied) });
            }
            if now >= next_word {
                told(&occupied);
                next_word = now + 5 * PAUSE;
            }
            tokio::time::sleep_until(until.min(now + PAUSE)).await;
        }
    }
}

/// Whether nobody else can have written since the first look: the lease was free then, and nobody took it until now.
///
/// Whoever held it at the first look may have written after its last renewal.
fn is_undisturbed(first: Option<&Option<Record>>, before: Option<&Record>) -> bool {
    match (first, before) {
        (Some(None), None) => true,
        (Some(Some(first)), Some(before)) => first.holder.is_none() && first.revision == before.revision,
        _ => false,
    }
}

fn occupied(record: Option<Record>, looks_abandoned: bool, waited: Duration) -> Occupied {
    let ends = record.as_ref().and_then(Record::ends);
    let (holder, since) = record.map(|it| (it.holder.unwrap_or_default(), it.acquired)).unwrap_or_default();
    Occupied { holder, since, ends, looks_abandoned, waited }
}

fn is_missing_namespace(error: &ClusterError) -> bool {
    matches!(error, ClusterError::Invalid { causes, .. } if causes.iter().any(|it| it.field == "metadata.namespace"))
}
