//! The files of the documentation.

use std::fs;
use std::path::{Path, PathBuf};

/// The command that writes what is made from the program.
pub const WRITE: &str = "KS_DOCS=write cargo test -p ks-bin --test docs";

/// The folder of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Whether files are written rather than compared.
pub fn is_writing() -> bool {
    std::env::var("KS_DOCS").is_ok_and(|it| it == "write")
}

/// Every page, relative to the [root].
pub fn pages() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "manifests/README.md"].map(PathBuf::from).into();
    for folder in ["docs", "tests"] {
        markdown_below(&root().join(folder), &mut found);
    }
    found.sort();
    found
}

fn markdown_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
            markdown_below(&path, found);
        } else if path.extension().is_some_and(|it| it == "md") {
            found.push(path.strip_prefix(root()).unwrap().to_owned());
        }
    }
}

/// A file, relative to the [root].
pub fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Holds a file, relative to the [root], to what it should be; writes it when [writing](is_writing).
pub fn hold(path: impl AsRef<Path>, wanted: &str) {
    hold_if(path, wanted, |there| there == wanted);
}

/// The same where more than one text is up to date.
pub fn hold_if(path: impl AsRef<Path>, wanted: &str, is_current: impl Fn(&str) -> bool) {
    let path = path.as_ref();
    let there = fs::read_to_string(root().join(path)).unwrap_or_default();
    if is_current(&there) {
        return;
    }
    assert!(is_writing(), "{} is not what the program says today; write it by\n  {WRITE}", path.display());
    fs::create_dir_all(root().join(path).parent().unwrap()).unwrap();
    fs::write(root().join(path), wanted).unwrap();
}
