//! Problems of a configuration, with carets.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use ks_model::config::{Problem, Severity, Source};
use ks_plan::display::Palette;

/// Draws problems with the lines that they are about; values that look secret are covered.
pub fn draw<'a>(problems: impl IntoIterator<Item = &'a Problem>, source: Option<&Source>) -> String {
    let source = source.map(Source::covered);
    let drawn = problems.into_iter().map(|problem| {
        let renderer = Renderer::styled().decor_style(DecorStyle::Unicode);
        renderer.render(&[group(problem, source.as_ref())]) + "\n"
    });
    drawn.collect::<Vec<_>>().join("\n")
}

fn group<'a>(problem: &'a Problem, source: Option<&'a Source>) -> Group<'a> {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(&problem.message).id(problem.code));
    if let (Some(source), Some(span)) = (source, problem.span) {
        let end = source.text.len();
        let range = span.start.min(end)..span.end.clamp(span.start, end.max(span.start)).min(end);
        let snippet = Snippet::source(&source.text).path(&source.name);
        group = group.element(snippet.annotation(AnnotationKind::Primary.span(range)));
    }
    match &problem.help {
        Some(help) => group.element(Level::HELP.message(help)),
        None => group,
    }
}

/// Writes a problem on one line, its place last.
pub fn one_line(problem: &Problem) -> String {
    let help = problem.help.as_ref().map(|it| format!("; {it}")).unwrap_or_default();
    let place = problem.location.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
    format!("{}{help}{}", problem.message, Palette::coloured().dim(place))
}
