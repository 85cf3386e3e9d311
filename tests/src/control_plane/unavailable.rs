//! Why there is no control plane.

use std::time::Duration;

/// Why a control plane did not start, or stopped answering.
#[derive(Debug, thiserror::Error)]
pub enum Unavailable {
    /// A program is not in the cache: somebody has to build it.
    #[error("no {program}: run tests/control-plane/build, or set KUBEBUILDER_ASSETS; see tests/README.md")]
    NotBuilt {
        /// The program that was looked for.
        program: String,
    },
    /// A program ended while it was still needed.
    #[error("{program} ended; the end of its log:\n{log}")]
    Exited {
        /// The program that ended.
        program: String,
        /// The last lines it wrote.
        log: String,
    },
    /// A program does not come up.
    #[error("{program} not ready after {} s; the end of its log:\n{log}", patience.as_secs())]
    NotReady {
        /// The program waited for.
        program: String,
        /// How long was waited.
        patience: Duration,
        /// The last lines it wrote.
        log: String,
    },
    /// Something in the cluster did not become as it should.
    #[error("waited in vain for {what}; last seen: {last}")]
    TimedOut {
        /// What was waited for.
        what: String,
        /// What was seen last.
        last: String,
    },
    /// The API server said no.
    #[error("{method} {path}: {code} {message}")]
    Refused {
        /// The method of the request.
        method: String,
        /// The path of the request.
        path: String,
        /// The HTTP status of the answer.
        code: u16,
        /// What the answer said.
        message: String,
    },
    /// The API server was not reached.
    #[error("reach the API server: {0}")]
    Unreachable(String),
    /// A file or a process of the control plane.
    #[error("{what}")]
    Io {
        /// What was being done.
        what: String,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// A key or a certificate could not be made.
    #[error("make keys and certificates")]
    Keys(#[from] rcgen::Error),
}

impl Unavailable {
    /// For `map_err`: an input or output error while doing something.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    /// Whether another process took a port between finding it free and using it.
    pub(super) fn is_port_clash(&self) -> bool {
        matches!(self, Self::Exited { log, .. } if log.contains("address already in use"))
    }
}
