//! Collecting problems while a configuration is read.

use super::source::Lines;
use super::yaml::Fault;
use super::{Location, Problem, Problems, Severity, Source, Span};

/// Gathers problems and gives each its place in the text, where there is a text.
pub struct Report<'a> {
    lines: Option<Lines<'a>>,
    problems: Vec<Problem>,
}

impl<'a> Report<'a> {
    pub fn new(source: Option<&'a Source>) -> Self {
        Self { lines: source.map(Lines::of), problems: Vec::new() }
    }

    /// Where a span stands, when there is a text.
    pub fn place(&self, span: Span) -> Option<Location> {
        self.lines.as_ref().map(|lines| lines.location(span.start))
    }

    pub fn error(
        &mut self,
        code: &'static str,
        field: &str,
        span: Option<Span>,
        message: impl Into<String>,
    ) -> Help<'_> {
        self.add(Severity::Error, code, field, span, message.into())
    }

    pub fn warning(
        &mut self,
        code: &'static str,
        field: &str,
        span: Option<Span>,
        message: impl Into<String>,
    ) -> Help<'_> {
        self.add(Severity::Warning, code, field, span, message.into())
    }

    pub fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        field: &str,
        span: Option<Span>,
        message: String,
    ) -> Help<'_> {
        let location = span.and_then(|span| self.place(span));
        let span = span.filter(|_| self.lines.is_some());
        self.problems.push(Problem { severity, code, field: field.to_owned(), message, span, location, help: None });
        Help(self.problems.last_mut())
    }

    pub fn fault(&mut self, fault: Fault) {
        let added = self.error(fault.code, "", Some(fault.span), fault.message);
        if let Some(help) = fault.help {
            added.help(help);
        }
    }

    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|it| it.severity == Severity::Error)
    }

    pub fn finish(self) -> Problems {
        Problems::new(self.problems)
    }
}

/// Adds a help to the problem just reported.
pub struct Help<'a>(Option<&'a mut Problem>);

impl Help<'_> {
    pub fn help(self, help: impl Into<String>) {
        if let Some(problem) = self.0 {
            problem.help = Some(help.into());
        }
    }
}
