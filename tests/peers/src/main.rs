//! `ks` beside other tools: the same objects, the same real API server, one run.
//!
//! `tests/peers/run` builds and starts it; `README.md` says what is measured. The table goes to standard output, what is
//! under way to standard error.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a comparison that cannot be made ends with the reason")]

mod contender;
mod delay;
mod floor;
mod measure;
mod objects;
mod requests;
mod stage;
mod table;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::contender::{Contender, Story};
use crate::delay::Delay;
use crate::stage::Stage;
use crate::table::{Row, Table};

/// Compares ks with the tools that are found on PATH.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    task: Option<Task>,
    /// The program ks
    #[arg(long, default_value = "target/release/ks")]
    ks: PathBuf,
    /// How often each command is run
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How many synthetic objects there are beside the catalogue
    #[arg(long, default_value_t = 0)]
    objects: usize,
    /// Compare only these tools; the floor always runs
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// The latencies that are added to each way to the server and back, in milliseconds
    #[arg(long, value_delimiter = ',', default_value = "0,20")]
    latency: Vec<u64>,
    /// Compare first installs of ks alone, with so many writes at once
    #[arg(long, value_delimiter = ',')]
    concurrency: Vec<usize>,
    /// Leave the first installs out
    #[arg(long)]
    without_installs: bool,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Asks what is in a file, and nothing else
    #[command(hide = true)]
    Floor {
        /// What to ask: the path of a file with one request for each line
        requests: PathBuf,
        /// How many requests are under way at once
        concurrency: usize,
    },
}

fn main() {
    let arguments = Arguments::parse();
    if let Some(Task::Floor { requests, concurrency }) = &arguments.task {
        return floor::ask(requests, *concurrency);
    }
    compare(&arguments);
}

fn compare(arguments: &Arguments) {
    let stage = Stage::set(&arguments.ks, arguments.objects);
    let wanted = |it: &Contender| arguments.only.is_empty() || arguments.only.iter().any(|name| name == it.name());
    let contenders: Vec<Contender> = Contender::found(&stage).into_iter().filter(wanted).collect();
    println!("{}", stage.describe());
    for contender in &contenders {
        println!("- {}: {}", contender.name(), contender.version());
    }
    for milliseconds in &arguments.latency {
        let delay = Delay::start(&stage, Duration::from_millis(*milliseconds));
        let mut table = Table::new(format!("{milliseconds} ms of added latency"));
        if !arguments.concurrency.is_empty() {
            compare_concurrency(arguments, &stage, &delay, &mut table);
            println!("\n{table}");
            continue;
        }
        for contender in &contenders {
            stage.empty();
            if contender.can(Story::Install) {
                let rounds = if arguments.without_installs { 1 } else { arguments.rounds };
                let mut row = Row::new(contender.name(), Story::Install);
                for round in 0..rounds {
                    if round > 0 {
                        stage.empty();
                    }
                    row.add(stage.measure(&contender.command(Story::Install, &delay)));
                    if row.is_enough() {
                        break;
                    }
                }
                table.add(row);
            }
            stage.settle();
            if contender.is_ks() {
                stage.learn_requests(&contender.command(Story::Plan, &delay));
            }
            for story in [Story::Plan, Story::PlanChange, Story::Apply] {
                if !contender.can(story) {
                    continue;
                }
                // Once beforehand: some tools keep on disk what the server can do.
                stage.measure(&contender.command(story, &delay));
                let (mut row, mut floor) = (Row::new(contender.name(), story), Row::new("floor", story));
                for _ in 0..arguments.rounds {
                    if contender.is_ks() && story == Story::Plan {
                        floor.add(stage.measure(&stage.floor(&delay)));
                    }
                    row.add(stage.measure(&contender.command(story, &delay)));
                    if row.is_enough() {
                        break;
                    }
                }
                table.add(floor);
                table.add(row);
            }
        }
        println!("\n{table}");
    }
}

/// The counts take turns, so that none has the quiet minutes for itself.
fn compare_concurrency(arguments: &Arguments, stage: &Stage, delay: &Delay, table: &mut Table) {
    let row = |count: &usize| (*count, Row::new(&format!("{count} at once"), Story::Install));
    let mut rows: Vec<(usize, Row)> = arguments.concurrency.iter().map(row).collect();
    for _ in 0..arguments.rounds {
        for (count, row) in &mut rows {
            stage.empty();
            row.add(stage.measure(&Contender::ks(stage).install_with(*count, delay)));
        }
    }
    rows.into_iter().for_each(|(_, row)| table.add(row));
}
