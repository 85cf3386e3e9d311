//! `ks version`.

use clap::Args;
use serde::Serialize;

use super::pretty;
use crate::cli::Output;
use crate::command_error::{CommandError, Kind};
use crate::ui::Ui;

/// Arguments of `ks version`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct VersionArgs {
    /// For whom the output is
    #[arg(short, long, value_enum, default_value_t)]
    pub output: Output,
}

const EXAMPLES: &str = "\
Examples:
  ks version
  ks version -o json | jq -r .commit

`ks --version` prints the version alone.";

/// What this program is made of, as its build script found it.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Build {
    /// The version of the package.
    version: &'static str,
    /// The full id of the commit; none where it was built without git and without being told.
    commit: Option<&'static str>,
    /// Whether the sources differed from that commit; none where nobody could know.
    dirty: Option<bool>,
    /// The triple that it was built for.
    target: &'static str,
    /// The compiler's version, with its own commit and date.
    rustc: &'static str,
}

impl Build {
    const THIS: Self = Self {
        version: env!("CARGO_PKG_VERSION"),
        commit: known(env!("KS_BUILT_COMMIT")),
        dirty: match env!("KS_BUILT_DIRTY").as_bytes() {
            b"yes" => Some(true),
            b"no" => Some(false),
            _ => None,
        },
        target: env!("KS_BUILT_TARGET"),
        rustc: env!("KS_BUILT_RUSTC"),
    };

    fn text(&self) -> String {
        let Self { version, commit, dirty, target, rustc } = self;
        let commit = commit.unwrap_or("unknown");
        let changes = if *dirty == Some(true) { ", with changes" } else { "" };
        format!("ks {version}\ncommit  {commit}{changes}\ntarget  {target}\nrustc   {rustc}\n")
    }
}

const fn known(said: &'static str) -> Option<&'static str> {
    if matches!(said.as_bytes(), b"unknown") { None } else { Some(said) }
}

/// Prints what this program is made of.
pub fn run(args: &VersionArgs, ui: &Ui) -> Result<Kind, CommandError> {
    match args.output {
        Output::Text => ui.print(&Build::THIS.text())?,
        Output::Json => ui.print(&pretty(&Build::THIS)?)?,
    }
    Ok(Kind::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_told_only_where_they_are_known() {
        let build = |commit, dirty| Build { version: "1.2.3", commit, dirty, target: "t", rustc: "r" }.text();
        assert_eq!(build(Some("abc"), Some(true)), "ks 1.2.3\ncommit  abc, with changes\ntarget  t\nrustc   r\n");
        assert_eq!(build(Some("abc"), Some(false)), "ks 1.2.3\ncommit  abc\ntarget  t\nrustc   r\n");
        assert_eq!(build(None, None), "ks 1.2.3\ncommit  unknown\ntarget  t\nrustc   r\n");
    }
}
