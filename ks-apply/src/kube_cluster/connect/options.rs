//! What a user may say about the way to the cluster.

use std::path::PathBuf;
use std::time::Duration;

/// Chooses the cluster and the manner of talking to it.
#[derive(Clone, Debug, Default)]
pub struct ConnectOptions {
    /// This file instead of those that kubectl would read.
    pub kubeconfig: Option<PathBuf>,
    /// This context instead of the current one.
    pub context: Option<String>,
    /// Refuse, before it is sent, every request that could change the cluster.
    pub read_only: bool,
    /// Act as this user, as kubectl's `--as`.
    pub impersonate: Option<String>,
    /// Act as a member of these groups; only together with a user.
    pub impersonate_groups: Vec<String>,
    /// How long to wait for answers.
    pub timeouts: Timeouts,
}

/// Says how long to wait; there is always a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection, TLS included.
    pub connect: Duration,
    /// For a request with all its retries, to the last byte of the answer. A list is one request for each page.
    pub request: Duration,
    /// For the next word of a watch, its beginning included: one that says nothing for longer is begun anew.
    pub silence: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), request: Duration::from_secs(75), silence: Duration::from_secs(90) }
    }
}
