//! What can go wrong when components are compiled.

use std::fmt;

use ks_model::{ComponentName, ObjectRef};

use crate::catalogue::{ManifestFault, write_lines};
use crate::yaml::SourceError;

/// Names one fault that kept components from being compiled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// An expression of a component failed.
    #[error("component {component}: `{expression}`: {message}")]
    Expression {
        /// The component.
        component: ComponentName,
        /// The expression, from `when` or `compute`.
        expression: String,
        /// What the engine says.
        message: String,
    },
    /// A container would ask for more than it may use, which no pod may.
    #[error("component {component}: {setting} is {request}, above its limit {limit}")]
    RequestAboveLimit {
        /// The component.
        component: ComponentName,
        /// The setting, such as `resources.requests.memory`.
        setting: String,
        /// The request, and where it comes from.
        request: String,
        /// The limit, and where it comes from.
        limit: String,
    },
    /// A template failed: a value that is not there, an image that is not in the table.
    #[error(transparent)]
    Template(SourceError),
    /// A template printed something that is no YAML. The line is one of what it printed.
    #[error("{}: what it renders is no YAML: line {}: {}", .0.file, .0.line.unwrap_or_default(), .0.message)]
    NotYaml(SourceError),
    /// A template puts a certificate where it cannot be.
    #[error("{file}: {object}: parts of a certificate are whole values, and its key stands in its own Secret only")]
    MisplacedCertificate {
        /// The template.
        file: String,
        /// The object.
        object: Box<ObjectRef>,
    },
    /// A rendered manifest is not sound.
    #[error(transparent)]
    Manifest(#[from] ManifestFault),
}

/// Holds every fault that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileErrors(pub(super) Vec<CompileError>);

impl CompileErrors {
    /// The faults, in the order of the components and their files.
    pub fn iter(&self) -> impl Iterator<Item = &CompileError> {
        self.0.iter()
    }
}

/// Prints one fault per line.
impl fmt::Display for CompileErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_lines(f, &self.0)
    }
}

impl std::error::Error for CompileErrors {}
