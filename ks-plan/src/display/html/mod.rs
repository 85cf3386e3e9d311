//! The plan as one page that needs nothing else: no network, no other file, and no script to be read.
//!
//! The script adds what only a script can: searching as one types. The policy of the page names style sheet and script by
//! their digests, so that nothing else could run, whatever a value says.

mod anchors;
mod graph;
mod markup;
mod object;
mod page;
mod waits;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ks_model::language::Phrasebook;
use sha2::{Digest, Sha256};

use self::anchors::Anchors;
use self::graph::Graph;
use self::markup::Markup;
use self::page::Page;
use self::waits::Waits;
use super::names_of;
use super::sentences;
use crate::plan::Plan;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Says how a plan is written as a page.
#[derive(Clone, Copy, Debug, Default)]
pub struct HtmlOptions<'a> {
    /// The cluster as people know it, such as its address.
    pub cluster: Option<&'a str>,
}

/// Writes a plan as one HTML page: the counts and the risk, the order as a picture, and each object folded with its fields
/// and reasons. Same plan, same bytes.
pub fn html(plan: &Plan, options: &HtmlOptions<'_>) -> String {
    let anchors = Anchors::of(plan, names_of(plan));
    let (graph, waits) = (Graph::of(plan, &anchors), Waits::of_plan(plan));
    let mut markup = Markup::default();
    markup.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    );
    markup.open("meta", &[("http-equiv", "Content-Security-Policy"), ("content", &policy)]);
    markup.raw("\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    markup
        .raw("<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n");
    markup.leaf("title", &[], &title(plan));
    markup.raw("\n<style>");
    markup.raw(STYLE);
    markup.raw("</style>\n</head>\n<body>\n");
    Page { plan, cluster: options.cluster, anchors: &anchors, graph: &graph, waits: &waits }.write(&mut markup);
    markup.raw("<script>");
    markup.raw(SCRIPT);
    markup.raw("</script>\n</body>\n</html>\n");
    markup.finish()
}

fn title(plan: &Plan) -> String {
    if plan.is_empty() {
        "Plan: nothing to change".to_owned()
    } else {
        format!("Plan: {}", sentences::counts(Phrasebook::ENGLISH, plan.summary()))
    }
}

fn digest(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

#[cfg(test)]
mod tests;
