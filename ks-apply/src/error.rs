//! What can go wrong at a cluster, told apart by what a person would do next.

use crate::retry::Passing;

/// Says why a cluster did not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterError {
    /// No configuration leads to a cluster: no kubeconfig, an unknown context, a broken file.
    #[error("find a cluster: {0}")]
    NoCluster(String),
    /// Nobody answers at the address: refused, unknown host, no route, TLS not trusted.
    #[error("reach {server}: {reason}")]
    Unreachable {
        /// The address.
        server: String,
        /// What the connection said.
        reason: String,
    },
    /// The server did not answer in time.
    #[error("{action}: no answer within {seconds} s")]
    TimedOut {
        /// What was asked.
        action: String,
        /// How long it was waited.
        seconds: u64,
    },
    /// The credentials are missing, wrong or expired (401).
    #[error("{action}: the server does not accept the credentials ({message})")]
    Unauthorized {
        /// What was asked.
        action: String,
        /// The words of the server.
        message: String,
    },
    /// The user may not do this (403).
    #[error("{action}: {message}")]
    Forbidden {
        /// What was asked.
        action: String,
        /// The words of the server, which name user, verb and resource.
        message: String,
    },
    /// The kind, or the version of it, is not served.
    #[error("{action}: the server does not serve {kind}")]
    NotServed {
        /// What was asked.
        action: String,
        /// Kind and version.
        kind: String,
    },
    /// Another field manager owns fields that would change, or the object changed or was replaced meanwhile (409).
    #[error("{action}: {message}")]
    Conflict {
        /// What was asked.
        action: String,
        /// The words of the server.
        message: String,
        /// The fields in conflict, each with its manager; empty when the object itself was the conflict.
        fields: Vec<FieldConflict>,
    },
    /// The server refuses the object (400, 422).
    #[error("{action}: {message}")]
    Invalid {
        /// What was asked.
        action: String,
        /// The words of the server.
        message: String,
        /// Each fault with its field, where the server names one.
        causes: Vec<InvalidCause>,
    },
    /// The server or something behind it failed in a way that may pass (429, 5xx, a lost connection).
    #[error("{action}: {message}")]
    Transient {
        /// What was asked.
        action: String,
        /// The words of the server.
        message: String,
        /// After how many seconds the server wants to be asked again.
        retry_after: Option<u64>,
    },
    /// The lease of this run was lost, so nothing was sent.
    #[error("{action}: not sent, the lease is lost: {reason}")]
    LeaseLost {
        /// What was to be asked.
        action: String,
        /// Why it is lost.
        reason: String,
    },
    /// A certificate could not be made here, before anything was sent.
    #[error("make the certificate for Secret {secret}: {message}")]
    Certificate {
        /// The Secret.
        secret: String,
        /// What failed.
        message: String,
    },
    /// Planning tried to change the cluster; the transport refused to send it. This is a bug in ks.
    #[error("{0}: refused, planning never writes")]
    ReadOnly(String),
    /// The answer is not what the protocol says.
    #[error("{action}: {message}")]
    Protocol {
        /// What was asked.
        action: String,
        /// What is odd.
        message: String,
    },
}

impl ClusterError {
    /// Whether asking again later may help.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Transient { .. } | Self::Unreachable { .. } | Self::TimedOut { .. })
    }

    /// Whether a client may send the request again by itself, and how.
    pub(crate) fn passing(&self) -> Option<Passing> {
        match self {
            Self::Unreachable { .. } => Some(Passing::Unreachable),
            Self::Transient { retry_after, .. } => Some(Passing::Later { retry_after: *retry_after }),
            // The time of the request is over.
            _ => None,
        }
    }

    /// Rewrites every text of the server, as to keep a secret value in. What kind of error it is has been told by then.
    pub(crate) fn rewrite(&mut self, rewrite: impl Fn(&str) -> String) {
        if let Self::Invalid { causes, .. } = self {
            causes.iter_mut().for_each(|it| it.message = rewrite(&it.message));
        }
        match self {
            Self::Unauthorized { message, .. }
            | Self::Forbidden { message, .. }
            | Self::Conflict { message, .. }
            | Self::Invalid { message, .. }
            | Self::Transient { message, .. }
            | Self::Protocol { message, .. } => *message = rewrite(message),
            _ => {}
        }
    }
}

/// One field that another manager owns.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FieldConflict {
    /// The field as the server prints it: `.spec.replicas`.
    pub field: String,
    /// The manager that owns it.
    pub manager: String,
}

/// One fault of a refused object.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct InvalidCause {
    /// The field as the server prints it: `spec.selector`.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}
