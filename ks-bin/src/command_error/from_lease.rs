//! What becomes of a lease that is not to be had.

use ks_apply::lease::LeaseError;

use super::{CommandError, Kind};

impl From<LeaseError> for CommandError {
    fn from(error: LeaseError) -> Self {
        let (object, occupied) = match error {
            LeaseError::Cluster(error) => return error.into(),
            LeaseError::Occupied { object, occupied } => (object, occupied),
            other => return Self::caused(Kind::Failed, &other),
        };
        let namespace = object.namespace.as_deref().unwrap_or_default();
        let since = occupied.since.map(|it| format!(" since {it}")).unwrap_or_default();
        let ends = occupied.ends.map(|it| format!(", until {it} unless it is renewed")).unwrap_or_default();
        let message =
            format!("another runner is at work: {} holds {object}{since}{ends}; nothing was done", occupied.holder);
        Self::new(Kind::Locked, message)
            .hint("--lock-timeout 10m waits until it is done; one that died is waited for only until its lease ends")
            .hint(format!("`kubectl -n {namespace} get lease {}` shows who holds it", object.name))
    }
}
