//! A plan in each of its forms.

use clap::{Args, ValueEnum};
use ks_model::Language;
use ks_plan::Plan;
use ks_plan::display::{
    HtmlOptions, MAX_SIZE, MarkdownOptions, Palette, PlanDocument, TextOptions, html, markdown, text,
};

use crate::command_error::CommandError;
use crate::commands::pretty;

/// Says for whom a plan is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum PlanOutput {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For the comments of a pull request.
    Markdown,
    /// One page for a browser, which needs no other file and no network.
    Html,
}

/// Chooses the form of a plan.
#[derive(Clone, Copy, Debug, Args)]
pub struct View {
    /// For whom the output is
    #[arg(short, long, value_enum, default_value_t)]
    pub output: PlanOutput,
    /// How many bytes Markdown has at most; what does not fit is left out, and the page says what
    #[arg(long, value_name = "BYTES", default_value_t = MAX_SIZE)]
    pub max_size: usize,
    /// Show every field of new objects and every reason
    #[arg(long)]
    pub full: bool,
}

/// Writes a plan for `cluster`, as people know it. Nothing but the plan: the same plan gives the same bytes. The forms for people
/// are in a language; the page for a browser is in English.
///
/// # Errors
/// When it does not become JSON, which is a bug.
pub fn written(plan: &Plan, cluster: &str, view: &View, language: Language) -> Result<String, CommandError> {
    match view.output {
        PlanOutput::Text => Ok(for_people(plan, cluster, view.full, language)),
        PlanOutput::Json => pretty(&PlanDocument::of(plan)),
        PlanOutput::Markdown => {
            Ok(markdown(plan, &MarkdownOptions { cluster: Some(cluster), max_size: view.max_size, language }))
        }
        PlanOutput::Html => Ok(html(plan, &HtmlOptions { cluster: Some(cluster) })),
    }
}

/// Writes a plan as text.
pub fn for_people(plan: &Plan, cluster: &str, full: bool, language: Language) -> String {
    text(plan, &TextOptions { cluster: Some(cluster), full, palette: Palette::coloured(), language })
}
