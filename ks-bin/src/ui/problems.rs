//! Problems of a configuration, with carets.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use ks_model::config::{Problem, Severity, Source};
use ks_model::language::Phrasebook;
use ks_model::say;
use ks_plan::display::Palette;

/// Draws problems with the lines that they are about; values that look secret are covered.
pub fn draw<'a>(problems: impl IntoIterator<Item = &'a Problem>, source: Option<&Source>, book: Phrasebook) -> String {
    let source = source.map(Source::covered);
    let drawn = problems.into_iter().map(|problem| {
        let renderer = Renderer::styled().decor_style(DecorStyle::Unicode);
        renderer.render(&[group(problem, source.as_ref(), book)]) + "\n"
    });
    drawn.collect::<Vec<_>>().join("\n")
}

fn group<'a>(problem: &'a Problem, source: Option<&'a Source>, book: Phrasebook) -> Group<'a> {
    let level = match problem.severity {
        Severity::Error => Level::ERROR.with_name(say!(book, "error")),
        Severity::Warning => Level::WARNING.with_name(say!(book, "warning")),
    };
    let title = level.primary_title(book.read(&problem.message)).id(problem.code);
    let mut group = Group::with_title(title);
    if let (Some(source), Some(span)) = (source, problem.span) {
        let end = source.text.len();
        let range = span.start.min(end)..span.end.clamp(span.start, end.max(span.start)).min(end);
        let snippet = Snippet::source(&source.text).path(&source.name);
        group = group.element(snippet.annotation(AnnotationKind::Primary.span(range)));
    }
    match &problem.help {
        Some(help) => group.element(Level::HELP.with_name(say!(book, "help")).message(book.read(help))),
        None => group,
    }
}

/// Writes a problem on one line, its place last.
pub fn one_line(problem: &Problem, book: Phrasebook) -> String {
    let help = problem.help.as_ref().map(|it| format!("; {}", book.read(it))).unwrap_or_default();
    let place = problem.location.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
    format!("{}{help}{}", book.read(&problem.message), Palette::coloured().dim(place))
}
