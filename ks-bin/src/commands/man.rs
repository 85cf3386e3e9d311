//! `ks man`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory};
use clap_mangen::Man;

use crate::cli::Cli;
use crate::command_error::{CommandError, Kind};
use crate::ui::Ui;

/// Arguments of `ks man`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ManArgs {
    /// The folder that gets the pages, made when it is missing; without it, the page of ks itself is printed
    #[arg(value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  ks man | man -l -                                  read it now
  ks man ~/.local/share/man/man1 && man ks-plan      every page, for this user";

/// Prints one page, or writes all of them.
pub fn run(args: &ManArgs, ui: &Ui) -> Result<Kind, CommandError> {
    match &args.dir {
        None => {
            let mut page = Vec::new();
            let written = Man::new(Cli::command()).render(&mut page);
            written.map_err(|error| CommandError::new(Kind::Bug, format!("write a page: {error}")))?;
            ui.print(&String::from_utf8_lossy(&page))?;
        }
        Some(dir) => {
            let written = fs::create_dir_all(dir).and_then(|()| clap_mangen::generate_to(Cli::command(), dir));
            written.map_err(|error| unwritable(dir, &error))?;
            ui.note(&format!("the pages are in {}", dir.display()));
        }
    }
    Ok(Kind::Done)
}

fn unwritable(dir: &Path, error: &std::io::Error) -> CommandError {
    CommandError::new(Kind::Failed, format!("write the manual pages to {}: {error}", dir.display()))
        .hint("name a folder that you may write to")
}
