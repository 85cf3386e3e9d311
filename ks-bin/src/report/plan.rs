//! A plan in each of its forms.

use clap::ValueEnum;
use ks_apply::RequestCount;
use ks_plan::Plan;
use ks_plan::display::{HtmlOptions, MarkdownOptions, Palette, PlanDocument, TextOptions, html, markdown, text};
use serde::Serialize;

use crate::command_error::CommandError;
use crate::commands::pretty;
use crate::session::requests_in_words;

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

/// Says what is told of a plan beside the plan.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The cluster as people know it.
    pub cluster: Option<&'a str>,
    /// What the plan cost, when it was made just now.
    pub requests: Option<RequestCount>,
    /// As text: every field of new objects and every reason.
    pub full: bool,
    /// As Markdown: how many bytes at most.
    pub max_size: usize,
}

/// What `-o json` prints: the plan, and what it cost.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    plan: PlanDocument<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requests: Option<RequestCount>,
}

/// Writes a plan in one of its forms.
///
/// # Errors
/// When it does not become JSON, which is a bug.
pub fn written(plan: &Plan, output: PlanOutput, view: &View<'_>) -> Result<String, CommandError> {
    let View { cluster, requests, full, max_size } = *view;
    match output {
        PlanOutput::Text => {
            let shown = text(plan, &TextOptions { cluster, full, palette: Palette::coloured() });
            let cost = requests.map(|it| requests_in_words(&it) + "\n").unwrap_or_default();
            Ok(shown + &cost)
        }
        PlanOutput::Json => pretty(&Document { plan: PlanDocument::of(plan), requests }),
        PlanOutput::Markdown => Ok(markdown(plan, &MarkdownOptions { cluster, max_size })),
        PlanOutput::Html => Ok(html(plan, &HtmlOptions { cluster })),
    }
}
