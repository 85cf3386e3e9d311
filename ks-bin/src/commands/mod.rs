//! The commands, one file each.

pub mod apply;
mod apply_saved;
pub mod carry_out;
pub mod completion;
mod consent;
pub mod destroy;
pub mod doctor;
pub mod explain;
pub mod graph;
pub mod history;
pub mod init;
mod lock;
pub mod man;
pub mod offline;
pub mod plan;
pub mod rbac;
pub mod render;
mod resolve;
pub mod rollback;
pub mod show;
pub mod snapshot;
pub mod status;
pub mod validate;
pub mod version;
pub mod wait;
mod written_down;

use crate::cli::{Cli, Command};
use crate::command_error::{CommandError, Kind};
use crate::ui::Ui;

/// Carries out a command; the answer decides the exit code.
pub fn run(cli: Cli, ui: &Ui) -> Result<Kind, CommandError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CommandError::new(Kind::Failed, format!("start: {error}")))?;
    let Cli { global, command } = cli;
    runtime.block_on(async {
        match command {
            Command::Init(args) => init::run(&global, &args, ui).await,
            Command::Doctor(args) => doctor::run(&global, &args, ui).await,
            Command::Plan(args) => plan::run(&global, &args, ui).await,
            Command::Apply(args) => apply::run(&global, &args, ui).await,
            Command::Destroy(args) => destroy::run(&global, &args, ui).await,
            Command::History(args) => history::run(&global, &args, ui).await,
            Command::Rollback(args) => rollback::run(&global, &args, ui).await,
            Command::Show(args) => show::run(&args, ui),
            Command::Snapshot(args) => snapshot::run(&global, &args, ui).await,
            Command::Status(args) => status::run(&global, &args, ui).await,
            Command::Wait(args) => wait::run(&global, &args, ui).await,
            Command::Validate(args) => validate::run(&global, &args, ui).await,
            Command::Render(args) => render::run(&global, &args, ui).await,
            Command::Graph(args) => graph::run(&global, &args, ui).await,
            Command::Explain(args) => explain::run(&global, &args, ui).await,
            Command::Rbac(args) => rbac::run(&global, &args, ui).await,
            Command::Completion(args) => completion::run(&args, ui),
            Command::Man(args) => man::run(&args, ui),
            Command::Version(args) => version::run(&args, ui),
        }
    })
}

/// A document for programs, indented, with a line break at the end.
pub fn pretty(document: &impl serde::Serialize) -> Result<String, CommandError> {
    let text = serde_json::to_string_pretty(document);
    text.map(|it| it + "\n").map_err(|error| CommandError::new(Kind::Bug, format!("write JSON: {error}")))
}
