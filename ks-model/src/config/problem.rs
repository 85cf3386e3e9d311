//! Problems: what is wrong with a configuration, all at once, each with its place.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Location, Span};

/// Says how bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// The configuration is refused.
    Error,
    /// The configuration is taken; the user should look at it all the same.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// Tells one thing that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// The kind of problem, such as `wrong-type`: stable, for machines.
    pub code: &'static str,
    /// The field as the user spelled it, below `spec`; `metadata.name` and the like for the frame of the object;
    /// empty for the file as a whole.
    pub field: String,
    /// What is wrong: a lowercase fragment.
    pub message: String,
    /// What to point at in the text; absent for a configuration that was read from a cluster.
    pub span: Option<Span>,
    /// Where that is, for people.
    pub location: Option<Location>,
    /// What to write instead, where that is known.
    pub help: Option<String>,
}

/// Prints `cc.yaml:83:5: error: the message (the help)` on one line.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Location { file, line, column }) = &self.location {
            write!(f, "{file}:{line}:{column}: ")?;
        }
        write!(f, "{}: {}", self.severity, self.message)?;
        if let Some(help) = &self.help {
            write!(f, " ({help})")?;
        }
        Ok(())
    }
}

/// Holds everything that is wrong with a configuration: errors and warnings, in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    pub(super) fn new(mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|it| (it.span.is_none(), it.span.map(|span| span.start), it.severity));
        Self(problems)
    }

    /// The problems, in the order of the text; those without a place come last.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }

    /// The problems for which the configuration is refused.
    pub fn errors(&self) -> impl Iterator<Item = &Problem> {
        self.iter().filter(|it| it.severity == Severity::Error)
    }

    /// Tells whether there is an error among them.
    pub fn has_errors(&self) -> bool {
        self.errors().next().is_some()
    }

    /// Gives the problems away.
    pub fn into_vec(self) -> Vec<Problem> {
        self.0
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Prints one line for each problem.
impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
