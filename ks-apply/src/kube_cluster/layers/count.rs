//! How many requests went out.

use std::sync::atomic::{AtomicU64, Ordering};

use http::Request;

use super::RequestClass;
use crate::cluster::RequestCount;

/// Counts requests by class; each attempt of a retried request counts.
#[derive(Debug, Default)]
pub(in crate::kube_cluster) struct Counts {
    reads: AtomicU64,
    dry_runs: AtomicU64,
    writes: AtomicU64,
}

impl Counts {
    /// Counts one request.
    pub(in crate::kube_cluster) fn note<B>(&self, request: &Request<B>) {
        let counter = match RequestClass::of(request) {
            RequestClass::Read => &self.reads,
            RequestClass::DryRun => &self.dry_runs,
            RequestClass::Write => &self.writes,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// The counts at this moment.
    pub(in crate::kube_cluster) fn so_far(&self) -> RequestCount {
        RequestCount {
            reads: self.reads.load(Ordering::Relaxed),
            dry_runs: self.dry_runs.load(Ordering::Relaxed),
            writes: self.writes.load(Ordering::Relaxed),
        }
    }
}
