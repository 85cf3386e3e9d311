//! `ks`: plans and applies a KubeSphere ClusterConfiguration.

mod catalogue;
mod chinese;
mod cli;
mod cluster;
mod command_error;
mod commands;
mod holder;
mod input;
mod interrupt;
mod language;
mod log;
mod panic;
mod report;
mod saved_plan;
mod session;
mod snapshot;
mod ui;

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    panic::end_without_contents();
    let cli = cli::Cli::parse();
    let language = language::choose(cli.global.lang, |name| std::env::var(name).ok());
    let ui = ui::Ui::new(cli.global.color).speaking(language);
    if cli.global.verbose {
        log::start(&ui);
    }
    ui.finish(commands::run(cli, &ui))
}
