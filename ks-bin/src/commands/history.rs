//! `ks history`.

use std::sync::Arc;

use clap::{Args, Subcommand};
use ks_apply::{Cluster, history, lease};
use ks_plan::Inventory;
use ks_plan::history::{Outcome, Record, RecordError, number_of};

use super::pretty;
use crate::cli::{GlobalOptions, Output};
use crate::cluster::{self, Access};
use crate::command_error::{CommandError, Kind};
use crate::report::history::{Page, Row, table};
use crate::ui::Ui;

/// Arguments of `ks history`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct HistoryArgs {
    /// What is asked for, if it is not the list.
    #[command(subcommand)]
    pub command: Option<HistoryCommand>,
    /// For whom the output is
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

/// What is asked of the history.
#[derive(Debug, Subcommand)]
pub enum HistoryCommand {
    /// Show one apply: who, when, with which configuration, and the plan as it was shown
    #[command(after_help = "Examples:\n  ks history show 3\n  ks history show 3 -o json | jq .configuration.spec")]
    Show {
        /// The number of the apply, as `ks history` lists it
        #[arg(value_name = "NUMBER")]
        number: u32,
        /// For whom the output is
        #[arg(short, long, value_enum, default_value_t)]
        output: Output,
    },
}

const EXAMPLES: &str = "\
Examples:
  ks history
  ks history show 3
  ks history show 3 -o json | jq .configuration.spec

Each `ks apply` that writes something is written down in the cluster, in a Secret beside the inventory; the last ten are kept. \
No secret value is in it. An apply that was killed, or lost its lease, is `unfinished`.";

/// One record as it was found.
pub struct Found {
    /// Its number.
    pub number: u32,
    /// What is in it.
    pub record: Result<Record, RecordError>,
    /// Whether the apply is under way right now.
    pub is_running: bool,
}

/// Shows the list, or one of it.
pub async fn run(options: &GlobalOptions, args: &HistoryArgs, ui: &Ui) -> Result<Kind, CommandError> {
    let connection = cluster::open(&options.cluster, Access::ReadOnly).await?;
    let found = read(&connection.cluster).await?;
    match &args.command {
        None => {
            let rows: Vec<Row<'_>> = found.iter().map(Row::of).collect();
            ui.print(&match args.output {
                Output::Text => table(&rows, &connection.cluster.describe()),
                Output::Json => pretty(&serde_json::json!({ "formatVersion": "1.0", "applies": rows }))?,
            })?;
        }
        Some(HistoryCommand::Show { number, output }) => {
            let found = pick(&found, *number)?;
            let record = readable(found)?;
            ui.print(&match output {
                Output::Text => Page { record, is_running: found.is_running }.text()?,
                Output::Json => pretty(record)?,
            })?;
        }
    }
    Ok(Kind::Done)
}

/// Reads all records, the oldest first. Whether one is still being written is asked only where one has no end.
pub async fn read(cluster: &Arc<dyn Cluster>) -> Result<Vec<Found>, CommandError> {
    let inventory = Inventory::default();
    let objects = history::list(&**cluster, &inventory, false).await?;
    let mut found: Vec<Found> = objects
        .iter()
        .filter_map(|(object, live)| {
            let number = number_of(&inventory, object)?;
            Some(Found { number, record: Record::read(live), is_running: false })
        })
        .collect();
    let is_open = |it: &Found| it.record.as_ref().is_ok_and(|it| it.outcome == Outcome::Running);
    if found.iter().any(is_open) {
        let holder = lease::holder(&**cluster, &inventory).await?;
        for it in &mut found {
            let held_by = it.record.as_ref().ok().map(|it| it.holder.as_str());
            it.is_running = is_open(it) && holder.is_some() && holder.as_deref() == held_by;
        }
    }
    Ok(found)
}

/// The record of this number.
pub fn pick(found: &[Found], number: u32) -> Result<&Found, CommandError> {
    found.iter().find(|it| it.number == number).ok_or_else(|| {
        let message = format!("the history has no apply {number}");
        let error = CommandError::new(Kind::BadInput, message);
        match (found.first(), found.last()) {
            (Some(first), Some(last)) => {
                error.hint(format!("it goes from {} to {}: `ks history` lists it", first.number, last.number))
            }
            _ => error.hint("the history of this cluster is empty"),
        }
    })
}

/// What is in a record, or why that cannot be told.
pub fn readable(found: &Found) -> Result<&Record, CommandError> {
    found.record.as_ref().map_err(|error| {
        CommandError::new(Kind::BadInput, format!("the record of apply {} cannot be read: {error}", found.number))
    })
}
