//! `ks` beside other tools: the same objects, the same real API server, one run.
//!
//! `tests/peers/run` builds and starts it; `README.md` says what is measured. The tables go to standard output, what is
//! under way to standard error.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a comparison that cannot be made ends with the reason")]

mod asked;
mod bare;
mod compare;
mod contender;
mod delay;
mod figures;
mod floor;
mod input;
mod launch;
mod measure;
mod objects;
mod plot;
mod requests;
mod scale;
mod section;
mod stage;
mod table;
mod timeline;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::bare::Order;
use crate::compare::Course;
use crate::contender::{Contender, Story};
use crate::delay::Delay;
use crate::figures::Figures;
use crate::stage::Stage;

/// Compares ks with the tools that are found on PATH.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    task: Option<Task>,
    /// The program ks
    #[arg(long, default_value = "target/release/ks")]
    ks: PathBuf,
    /// How often each command is run
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// How many synthetic objects there are beside the catalogue
    #[arg(long, default_value_t = 0)]
    objects: usize,
    /// Compare only these tools; the floor always runs
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// The latencies that are added to each way to the server and back, in milliseconds
    #[arg(long, value_delimiter = ',', default_value = "0,20")]
    latency: Vec<u64>,
    /// How many synthetic objects there are, one after the other, where the growth of a plan is measured
    #[arg(long, value_delimiter = ',', default_value = "0,1000,5000,20000")]
    sizes: Vec<usize>,
    /// Leave the comparison of tools out
    #[arg(long)]
    without_tools: bool,
    /// Leave the growth of a plan out
    #[arg(long)]
    without_sizes: bool,
    /// Leave the first installs out
    #[arg(long)]
    without_installs: bool,
    /// Write the figures into performance.md of this folder as well, with pictures beside it
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, default_missing_value = "docs")]
    write: Option<PathBuf>,
    /// Compare first installs of ks alone, with so many writes at once
    #[arg(long, value_delimiter = ',')]
    concurrency: Vec<usize>,
    /// Draw when the requests of one plan and of the floor come in, and measure nothing
    #[arg(long)]
    timeline: bool,
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
    /// Applies what is in a file, and nothing else
    #[command(hide = true)]
    Bare {
        /// What to apply: the path of a file with one object for each line
        applies: PathBuf,
        /// In which order
        order: Order,
        /// How many requests are under way at once
        concurrency: usize,
    },
    /// Runs a command, and prints what it took
    #[command(hide = true)]
    Launch {
        /// The program and its arguments
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },
}

fn main() {
    let arguments = Arguments::parse();
    match &arguments.task {
        Some(Task::Floor { requests, concurrency }) => return floor::ask(requests, *concurrency),
        Some(Task::Bare { applies, order, concurrency }) => return bare::apply(applies, *order, *concurrency),
        Some(Task::Launch { command }) => return launch::launch(command),
        None => {}
    }
    let rounds = usize::from(arguments.rounds);
    let mut figures = Figures { rounds, ..Figures::default() };
    if !arguments.without_tools || arguments.timeline || !arguments.concurrency.is_empty() {
        with_tools(&arguments, &mut figures);
    }
    if arguments.timeline || !arguments.concurrency.is_empty() {
        return;
    }
    if !arguments.without_sizes {
        figures.sizes = scale::run(&arguments.ks, &arguments.sizes, rounds);
        println!("{}", table::sizes(&figures.sizes));
    }
    println!("{}", asked::table(&asked::all(&figures)));
    if let Some(docs) = &arguments.write {
        let typed: Vec<String> = std::env::args().skip(1).collect();
        let typed = typed.join(" ");
        let typed = typed.split_once("--ks ").and_then(|(_, it)| it.split_once(' ')).map_or("", |(_, it)| it);
        section::write(docs, &figures, &format!("tests/peers/run {typed}"));
    }
}

fn with_tools(arguments: &Arguments, figures: &mut Figures) {
    let rounds = usize::from(arguments.rounds);
    let stage = Stage::set(&arguments.ks, arguments.objects);
    let wanted = |it: &Contender| arguments.only.is_empty() || arguments.only.iter().any(|name| name == it.name());
    let contenders: Vec<Contender> = Contender::found(&stage).into_iter().filter(wanted).collect();
    figures.objects = stage.objects;
    figures.versions = contenders.iter().map(|it| (it.name().to_owned(), it.version())).collect();
    figures.versions.push(("kube-apiserver".to_owned(), stage.version()));
    println!("{} objects on one kube-apiserver; the tools:\n\n{}", stage.objects, table::versions(figures));
    if arguments.timeline {
        return arguments.latency.iter().for_each(|it| draw(&stage, *it));
    }
    for latency in &arguments.latency {
        let comparison = if arguments.concurrency.is_empty() {
            let installs = !arguments.without_installs;
            Course { stage: &stage, contenders: &contenders, rounds, installs }.run(*latency)
        } else {
            compare::concurrency(&stage, &arguments.concurrency, rounds, *latency)
        };
        println!("{}", table::comparison(&comparison));
        figures.comparisons.push(comparison);
    }
}

/// Installs everything, and draws the second of two plans, and the floor.
fn draw(stage: &Stage, latency: u64) {
    let way = Delay::start(stage, Duration::from_millis(latency));
    let ks = Contender::ks(stage);
    stage.empty();
    stage.stand_in.rest(false);
    stage.measure(&ks.command(Story::InstallReady, &way)).unwrap_or_else(|said| panic!("{said}"));
    stage.settle();
    stage.learn_requests(&ks.command(Story::Plan, &way));
    for (name, steps) in [("ks plan", ks.command(Story::Plan, &way)), ("floor", stage.floor(&way))] {
        let (taken, events) = stage.observe(&steps).unwrap_or_else(|said| panic!("{said}"));
        println!("{}\n", timeline::draw(&format!("{name}, {latency} ms of added latency"), &taken, &events));
    }
}
