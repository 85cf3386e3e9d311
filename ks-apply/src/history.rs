//! Writes down what is applied: one record at the start, the same again with its end.

use std::sync::Arc;
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use k8s_openapi::jiff::Timestamp;
use ks_model::{GroupKind, ObjectRef};
use ks_plan::Inventory;
use ks_plan::history::{Counts, PackedRecord, is_record, number_of, selector};
use serde_json::Value;
use tokio::time::timeout;

use crate::cluster::{ApplyMode, Cluster, ListQuery};
use crate::discovery::ServedKind;
use crate::error::ClusterError;
use crate::event::Tally;

/// How many records are kept unless somebody says otherwise.
pub const KEPT: usize = 10;
/// How long the last words of an apply may take: it has ended, and its user waits.
const PATIENCE: Duration = Duration::from_secs(20);

/// The record of an apply that is under way.
pub(crate) struct Journal {
    cluster: Arc<dyn Cluster>,
    inventory: Inventory,
    packed: PackedRecord,
    /// The records that are too old by the end of this apply.
    old: Vec<(ObjectRef, Option<String>)>,
}

/// How Secrets are served by every API server.
fn kind() -> ServedKind {
    ServedKind {
        kind: GroupKind::new("", "Secret"),
        version: "v1".to_owned(),
        plural: "secrets".to_owned(),
        namespaced: true,
    }
}

/// Lists the objects with the records of an inventory, the oldest first; `metadata_only` leaves out what is in them.
///
/// # Errors
/// When the cluster cannot be asked.
pub async fn list(
    cluster: &dyn Cluster,
    inventory: &Inventory,
    metadata_only: bool,
) -> Result<Vec<(ObjectRef, Value)>, ClusterError> {
    let namespace = inventory.parent().namespace.clone();
    let query = ListQuery {
        namespace: namespace.clone(),
        label_selector: Some(selector(inventory)),
        metadata_only,
        ..ListQuery::default()
    };
    let found = cluster.list(&kind(), &query).await?;
    let named = found.into_iter().filter_map(|live| {
        let name = live.pointer("/metadata/name")?.as_str()?.to_owned();
        let object = ObjectRef { kind: kind().kind, namespace: namespace.clone(), name };
        is_record(inventory, &object, &live).then_some((object, live))
    });
    let mut records: Vec<(ObjectRef, Value)> = named.collect();
    records.sort_by_key(|(object, _)| number_of(inventory, object));
    Ok(records)
}

impl Journal {
    /// Writes down that an apply begins. Of the records there are with this one, `kept` will be left at its end.
    pub(crate) async fn begin(
        cluster: Arc<dyn Cluster>,
        inventory: Inventory,
        packed: PackedRecord,
        kept: usize,
    ) -> Result<Self, ClusterError> {
        let list = || list(&*cluster, &inventory, true);
        let found = list.retry(pauses()).when(ClusterError::is_transient).await?;
        let last = found.iter().filter_map(|(object, _)| number_of(&inventory, object)).max().unwrap_or(0);
        let surplus = (found.len() + 1).saturating_sub(kept.max(1));
        let uid = |live: &Value| live.pointer("/metadata/uid").and_then(Value::as_str).map(str::to_owned);
        let old = found.iter().take(surplus).map(|(object, live)| (object.clone(), uid(live))).collect();
        let mut journal = Self { cluster, inventory, packed, old };
        journal.packed.record.number = last.saturating_add(1);
        journal.packed.record.started = now();
        journal.write().await?;
        Ok(journal)
    }

    /// Writes down how the apply ended, and removes the oldest records.
    pub(crate) async fn end(mut self, tally: Tally) -> Result<(), ClusterError> {
        let Tally { applied, deleted, failed, timed_out, skipped, interrupted, .. } = tally;
        let counts = Counts { applied, deleted, failed, timed_out, skipped, interrupted };
        self.packed.record.ended = Some(now());
        self.packed.record.outcome = counts.outcome();
        self.packed.record.counts = Some(counts);
        let action = format!("write {}", self.packed.record.object(&self.inventory));
        let work = async {
            self.write().await?;
            let kind = kind();
            for (object, uid) in &self.old {
                match self.cluster.delete(&kind, object, uid.as_deref()).await {
                    // Somebody made it anew: it is none of the old ones.
                    Err(ClusterError::Conflict { .. }) => {}
                    answer => answer?,
                }
            }
            Ok(())
        };
        let late = || ClusterError::Transient {
            action,
            message: format!("given up after {} s", PATIENCE.as_secs()),
            retry_after: None,
        };
        timeout(PATIENCE, work).await.unwrap_or_else(|_| Err(late()))
    }

    async fn write(&self) -> Result<(), ClusterError> {
        let secret = self.packed.secret(&self.inventory).map_err(|error| ClusterError::Protocol {
            action: format!("write {}", self.packed.record.object(&self.inventory)),
            message: error.to_string(),
        })?;
        let (kind, mode) = (kind(), ApplyMode { dry_run: false, force: true });
        let attempt = || self.cluster.apply(&kind, &secret, mode);
        attempt.retry(pauses()).when(ClusterError::is_transient).await.map(drop)
    }
}

/// Some ten seconds in all: a server that is away for longer is told, before anything was written.
fn pauses() -> ExponentialBuilder {
    let pauses = ExponentialBuilder::default().with_min_delay(Duration::from_millis(200)).with_max_times(6);
    pauses.with_max_delay(Duration::from_secs(3)).with_jitter()
}

/// The time by the clock of this machine, to the second.
fn now() -> String {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now).to_string()
}
