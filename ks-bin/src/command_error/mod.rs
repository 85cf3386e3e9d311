//! Errors as people meet them: what kind, what to do next, which exit code.

mod from_cluster;
mod from_lease;
mod from_resolutions;
mod kind;

use std::error::Error;

use ks_plan::{Fault, PlanningError};

pub use from_cluster::{hints, missing};
pub use from_resolutions::quoted;
pub use kind::{Kind, exit_codes};

/// Says why a command stopped.
#[derive(Debug)]
pub struct CommandError {
    /// What kind of error, which decides the exit code.
    pub kind: Kind,
    /// What went wrong; empty when the command has said everything already.
    pub message: String,
    /// What to type or look at next.
    pub hints: Vec<String>,
}

impl CommandError {
    /// Says what went wrong.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hints: Vec::new() }
    }

    /// Ends with the exit code of a kind, without another word.
    pub fn silent(kind: Kind) -> Self {
        Self::new(kind, "")
    }

    /// Adds which rights are missing where the server refused objects of a plan for want of them.
    #[must_use]
    pub fn hint_at_rights(mut self, faults: &[Fault]) -> Self {
        self.hints.extend(missing(faults.iter().map(|it| it.refusal.message.as_str())));
        self
    }

    /// Turns an error with its causes into one line.
    pub fn caused(kind: Kind, error: &dyn Error) -> Self {
        Self::new(kind, chain(error))
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

/// An error and its causes, joined by colons.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(it) = cause {
        text = format!("{text}: {it}");
        cause = it.source();
    }
    text
}

impl From<ks_plan::CatalogueErrors> for CommandError {
    fn from(errors: ks_plan::CatalogueErrors) -> Self {
        let lines: Vec<String> = errors.iter().map(|it| format!("\n  {it}")).collect();
        Self::new(Kind::BadInput, format!("load the components:{}", lines.concat()))
            .hint("the files of --manifests DIR are laid over the built-in components; check those named above")
    }
}

impl From<ks_plan::CompileErrors> for CommandError {
    fn from(errors: ks_plan::CompileErrors) -> Self {
        let lines: Vec<String> = errors.iter().map(|it| format!("\n  {it}")).collect();
        Self::new(Kind::BadInput, format!("compile the components:{}", lines.concat())).hint(
            if errors.iter().all(|it| matches!(it, ks_plan::CompileError::RequestAboveLimit { .. })) {
                "raise the limit in the configuration, or lower the request"
            } else {
                "a manifest or an expression of a component is wrong; the configuration itself was accepted"
            },
        )
    }
}

impl From<ks_apply::PlanError> for CommandError {
    fn from(error: ks_apply::PlanError) -> Self {
        match error {
            ks_apply::PlanError::Cluster(error) => error.into(),
            ks_apply::PlanError::Compile(errors) => errors.into(),
            ks_apply::PlanError::Desired(error) => error.into(),
            ks_apply::PlanError::Planning(ks_plan::PlanningError::Resolutions(problems)) => problems.into(),
            ks_apply::PlanError::Planning(error @ PlanningError::NotOurs(_)) => Self::caused(Kind::BadInput, &error)
                .hint("`ks destroy` without --leave shows which namespaces would go"),
            other => Self::caused(Kind::Failed, &other),
        }
    }
}

impl From<ks_plan::DesiredError> for CommandError {
    fn from(error: ks_plan::DesiredError) -> Self {
        Self::caused(Kind::BadInput, &error).hint("a component of the catalogue is wrong; `ks graph` shows its edges")
    }
}
