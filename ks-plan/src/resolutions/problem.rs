//! Resolutions that resolve nothing.

use std::fmt;

use super::FieldAddress;

/// Says why a resolution makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResolutionProblem {
    /// Nothing wants the object.
    #[error("{0}: no such object is wanted")]
    UnknownObject(FieldAddress),
    /// Objects of several groups have this kind and name.
    #[error("{address}: several objects are meant, say which: {}", kinds.join(", "))]
    Ambiguous {
        /// What was given.
        address: FieldAddress,
        /// The kinds with their groups.
        kinds: Vec<String>,
    },
    /// The field is neither in conflict nor kept.
    #[error("{0}: it is no conflict, and not kept")]
    NoConflict(FieldAddress),
    /// The field is part of one that has one owner.
    #[error("{address}: it is owned as one with {whole}")]
    PartOf {
        /// What was given.
        address: FieldAddress,
        /// What can be resolved.
        whole: FieldAddress,
    },
    /// The same field is to be taken and to be kept.
    #[error("{0}: it cannot be taken and kept")]
    Both(FieldAddress),
    /// The field tells the items of a list apart.
    #[error("{0}: it is the key of its item, which can be kept as a whole")]
    Key(FieldAddress),
    /// Without the field the object would not belong to ks.
    #[error("{0}: it cannot be kept, since it marks the object as one of ks")]
    Mark(FieldAddress),
}

/// All resolutions that make no sense, and those that would.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResolutionProblems {
    /// What is wrong; never empty.
    pub problems: Vec<ResolutionProblem>,
    /// The conflicts of the plan, and what is kept.
    pub possible: Vec<FieldAddress>,
}

impl fmt::Display for ResolutionProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("resolve conflicts:")?;
        self.problems.iter().try_for_each(|it| write!(f, "\n  {it}"))
    }
}

impl std::error::Error for ResolutionProblems {}
