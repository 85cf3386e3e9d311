//! One attempt to write a holder into the lease.

use std::sync::Arc;

use k8s_openapi::jiff::Timestamp;
use ks_model::{Manifest, ObjectRef};
use serde_json::Value;

use super::record::{self, Record};
use crate::cluster::Cluster;
use crate::error::ClusterError;

/// The lease of one cluster, and who wants it.
#[derive(Clone)]
pub(super) struct Claimant {
    pub cluster: Arc<dyn Cluster>,
    pub object: ObjectRef,
    pub holder: String,
}

impl Claimant {
    /// Reads the lease.
    pub async fn look(&self) -> Result<Option<Record>, ClusterError> {
        Ok(self.cluster.get(&super::kind(), &self.object).await?.map(Record::of))
    }

    /// Reads the lease, unless it is known how it is.
    pub async fn look_unless(&self, is_known: bool) -> Result<Option<Option<Record>>, ClusterError> {
        if is_known { Ok(None) } else { self.look().await.map(Some) }
    }

    /// Writes this holder into the lease, which is still as it was in `before`; anything else is a conflict.
    pub async fn claim(&self, before: Option<&Record>) -> Result<Record, ClusterError> {
        self.put(before, record::held(&self.object, before, &self.holder, Timestamp::now())).await
    }

    /// Takes this holder out of the lease.
    pub async fn release(&self, before: &Record) -> Result<Record, ClusterError> {
        self.put(Some(before), record::released(before, Timestamp::now())).await
    }

    async fn put(&self, before: Option<&Record>, lease: Value) -> Result<Record, ClusterError> {
        let kind = super::kind();
        let manifest = Manifest::parse(lease).map_err(|error| ClusterError::Protocol {
            action: format!("write {}", self.object),
            message: format!("it is no sound object: {error}"),
        })?;
        let live = match before {
            None => self.cluster.create(&kind, &manifest).await?,
            Some(_) => self.cluster.replace(&kind, &manifest).await?,
        };
        Ok(Record::of(live))
    }
}
