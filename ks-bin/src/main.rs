//! `ks`: plans and applies a KubeSphere ClusterConfiguration.

mod catalogue;
mod cli;
mod cluster;
mod command_error;
mod commands;
mod holder;
mod input;
mod interrupt;
mod log;
mod panic;
mod report;
mod saved_plan;
mod session;
mod snapshot;
mod ui;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    panic::hide_contents();
    let cli = cli::Cli::parse();
    let ui = ui::Ui::new(cli.global.color);
    if cli.global.verbose {
        log::start(&ui);
    }
    ui.finish(commands::run(cli, &ui))
}
