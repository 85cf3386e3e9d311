//! `ks completion`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::cli::Cli;
use crate::command_error::{CommandError, Kind};
use crate::ui::Ui;

/// Arguments of `ks completion`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct CompletionArgs {
    /// The shell
    pub shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  source <(ks completion bash)                              for this shell
  ks completion zsh > \"${fpath[1]}/_ks\"                     for every zsh
  ks completion fish > ~/.config/fish/completions/ks.fish   for every fish";

/// Prints the script.
pub fn run(args: &CompletionArgs, ui: &Ui) -> Result<Kind, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "ks", &mut script);
    ui.print(&String::from_utf8_lossy(&script))?;
    Ok(Kind::Done)
}
