//! promtool: what Prometheus itself says of rules.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::control_plane::{Unavailable, programs, shared};

/// The promtool that `tests/control-plane/build` made.
pub struct Promtool {
    program: PathBuf,
}

impl Promtool {
    /// Finds promtool where the other programs are.
    ///
    /// `None`, said on standard error, when it is not built: the test returns, and so passes. With
    /// `KS_TEST_CLUSTER=require` that is a failure instead.
    ///
    /// # Panics
    /// As said.
    #[expect(clippy::panic, reason = "a test helper: the panic is the test's failure")]
    pub fn find_or_skip() -> Option<Self> {
        match programs::Programs::find().path("promtool") {
            Ok(program) => Some(Self { program }),
            Err(error) if shared::is_required() => panic!("{error}"),
            Err(_) => {
                shared::say_skipped("no promtool, see tests/README.md");
                None
            }
        }
    }

    /// Parses rule files, and every expression and template in them.
    ///
    /// # Errors
    /// When promtool cannot be started. What it says, failure included, is in the output.
    pub fn check_rules(&self, files: &[&Path]) -> Result<Output, Unavailable> {
        // The lint takes rules of one name for duplicates, even when no series can be seen by two of them.
        self.run(&["check", "rules", "--lint=none"], files)
    }

    /// Evaluates the rules over the series of a file of rule tests, which names the rule files relative to itself.
    ///
    /// # Errors
    /// When promtool cannot be started. What it says, failure included, is in the output.
    pub fn test_rules(&self, file: &Path) -> Result<Output, Unavailable> {
        self.run(&["test", "rules"], &[file])
    }

    /// Reads a configuration. Files that it names are not looked for: they are in the pods of Prometheus.
    ///
    /// # Errors
    /// When promtool cannot be started. What it says, failure included, is in the output.
    pub fn check_configuration(&self, file: &Path) -> Result<Output, Unavailable> {
        self.run(&["check", "config", "--syntax-only"], &[file])
    }

    fn run(&self, command: &[&str], files: &[&Path]) -> Result<Output, Unavailable> {
        Command::new(&self.program).args(command).args(files).output().map_err(Unavailable::io("start promtool"))
    }
}
