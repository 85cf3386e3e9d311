//! Checking single values against the field table.

mod kinds;
mod names;
mod numbers;
mod prometheus;

pub use kinds::describe;

use super::normalize::Normal;
use super::{Report, Severity, Span};

/// Checks every field that the user set.
pub fn check(normal: &Normal, report: &mut Report<'_>) {
    for setting in normal.settings.values() {
        for finding in kinds::findings(setting) {
            let Finding { severity, code, field, span, message, help } = finding;
            let added = report.add(severity, code, &field, span, message);
            if let Some(help) = help {
                added.help(help);
            }
        }
    }
}

/// What is wrong with one value.
#[derive(Debug)]
pub struct Finding {
    severity: Severity,
    code: &'static str,
    field: String,
    span: Option<Span>,
    message: String,
    help: Option<String>,
}

impl Finding {
    fn error(code: &'static str, field: impl Into<String>, span: Option<Span>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, code, field: field.into(), span, message: message.into(), help: None }
    }

    fn warning(code: &'static str, field: impl Into<String>, span: Option<Span>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, field, span, message) }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
