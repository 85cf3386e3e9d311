//! What the server or the connection says, told apart by what a person would do next.

mod causes;
mod conflicts;
mod credential;
mod lost;
mod refusal;

pub(super) use self::credential::{Credential, explain_auth};
pub(super) use self::lost::lost;
pub(super) use self::refusal::Refusal;
use super::wire::Repeat;
use crate::discovery::ServedKind;
use crate::error::{ClusterError, InvalidCause};

/// Why one attempt brought nothing.
#[derive(Debug)]
pub(super) enum Fault {
    /// The server answered, and refused.
    Refused(Box<Refusal>),
    /// There is no answer, or none that can be read.
    Lost {
        /// What to tell.
        error: ClusterError,
        /// Whether another attempt may fare better.
        may_pass: bool,
    },
}

impl Fault {
    /// Turns the fault into the error to tell; `kind` is what was asked for.
    pub(super) fn explain(self, action: &str, kind: Option<&ServedKind>) -> ClusterError {
        match self {
            Self::Refused(refusal) => refusal.explain(action, kind),
            Self::Lost { error, .. } => error,
        }
    }

    /// Whether the request should be sent again.
    pub(super) fn may_pass(&self, repeat: Repeat) -> bool {
        match self {
            Self::Refused(refusal) => refusal.is_transient() && (repeat == Repeat::Always || refusal.left_untouched()),
            Self::Lost { may_pass, .. } => *may_pass && (repeat == Repeat::Always || self.is_unreachable()),
        }
    }

    /// Whether nobody answers at the address.
    pub(super) fn is_unreachable(&self) -> bool {
        matches!(self, Self::Lost { error: ClusterError::Unreachable { .. }, .. })
    }

    /// After how many seconds the server wants to be asked again.
    pub(super) fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Refused(refusal) => refusal.retry_after(),
            Self::Lost { .. } => None,
        }
    }

    /// The status code, when there was one.
    pub(super) fn code(&self) -> Option<u16> {
        match self {
            Self::Refused(refusal) => Some(refusal.code()),
            Self::Lost { .. } => None,
        }
    }

    /// Whether the answer is that the namespace of the object does not exist.
    pub(super) fn is_absence_of_namespace(&self) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.is_absence_of_namespace())
    }

    /// Whether the answer is that an object of this name, or its namespace, does not exist.
    pub(super) fn is_absence_of(&self, name: &str) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.is_absence_of(name))
    }
}

impl From<ClusterError> for Fault {
    fn from(error: ClusterError) -> Self {
        Self::Lost { error, may_pass: false }
    }
}

/// The error of an answer that is not what the protocol says.
pub(super) fn protocol(action: &str, message: &str) -> ClusterError {
    ClusterError::Protocol { action: action.to_owned(), message: message.to_owned() }
}

/// The error of a request that cannot even be written down.
pub(super) fn unsendable(action: &str, error: &dyn std::error::Error) -> ClusterError {
    protocol(action, &format!("the request cannot be sent: {error}"))
}

/// The error of an object that is refused before it is sent.
pub(super) fn invalid(action: &str, field: &str, message: &str) -> ClusterError {
    ClusterError::Invalid {
        action: action.to_owned(),
        message: format!("{field}: {message}"),
        causes: vec![InvalidCause { field: field.to_owned(), message: message.to_owned() }],
    }
}
