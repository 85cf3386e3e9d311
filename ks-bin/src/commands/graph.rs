//! `ks graph`.

use clap::{Args, ValueEnum};

use super::offline::{self, FactsArgs};
use crate::cli::GlobalOptions;
use crate::command_error::{CommandError, Kind};
use crate::report::graph;
use crate::ui::Ui;

/// Arguments of `ks graph`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct GraphArgs {
    /// Where the facts come from.
    #[command(flatten)]
    pub facts: FactsArgs,
    /// As a tree, or for a program that draws
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Drawing,
}

/// How the graph is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Drawing {
    /// Components with their objects and what each waits for.
    #[default]
    Tree,
    /// The language of Graphviz.
    Dot,
    /// The language of Mermaid.
    Mermaid,
}

const EXAMPLES: &str = "\
Examples:
  ks graph -f cc.yaml
  ks graph -f cc.yaml -o dot | dot -Tsvg > graph.svg
  ks graph -f cc.yaml -o mermaid

Arrows lead from an object to what it waits for.";

/// Prints the graph.
pub async fn run(options: &GlobalOptions, args: &GraphArgs, ui: &Ui) -> Result<Kind, CommandError> {
    let desired = offline::compile(options, &args.facts, ui).await?;
    let text = match args.output {
        Drawing::Tree => graph::tree(&desired),
        Drawing::Dot => graph::dot(desired.graph()),
        Drawing::Mermaid => graph::mermaid(desired.graph()),
    };
    ui.print(&text)?;
    Ok(Kind::Done)
}
