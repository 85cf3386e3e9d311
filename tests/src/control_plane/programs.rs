//! Where the programs are.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::unavailable::Unavailable;

/// The folders to look for programs in, best first.
pub(crate) struct Programs {
    folders: Vec<PathBuf>,
}

impl Programs {
    /// `KUBEBUILDER_ASSETS`, then `KS_CONTROL_PLANE`, then what `tests/control-plane/build` has put into its cache.
    pub(crate) fn find() -> Self {
        let named = ["KUBEBUILDER_ASSETS", "KS_CONTROL_PLANE"].into_iter().filter_map(env::var_os).map(PathBuf::from);
        Self { folders: named.chain(cached()).collect() }
    }

    /// The path of a program.
    pub(crate) fn path(&self, program: &str) -> Result<PathBuf, Unavailable> {
        self.folders
            .iter()
            .map(|folder| folder.join(program))
            .find(|path| path.is_file())
            .ok_or_else(|| Unavailable::NotBuilt { program: program.to_owned() })
    }
}

/// This crate's folder.
pub(super) fn tests_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The build script is the only one to know how a state of its modules is called in the cache.
fn cached() -> Option<PathBuf> {
    let output = Command::new(tests_folder().join("control-plane/build")).arg("--cached").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().find_map(|line| line.strip_prefix("KS_CONTROL_PLANE=")).map(PathBuf::from)
}
