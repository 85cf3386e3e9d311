//! Tells the program which commit it is made of, with which compiler, for which target.
//!
//! Nothing here depends on the time, the folder or the machine: the same commit gives the same words. A commit is looked
//! for in git, and only in a repository that is this one: a source archive unpacked in somebody else's has none.
//! `KS_COMMIT` says it where there is no git.

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the program is made of, below the root of the workspace. A change elsewhere makes no other program.
const SOURCES: [&str; 15] = [
    "Cargo.toml",
    "Cargo.lock",
    "manifests",
    "ks-model/Cargo.toml",
    "ks-model/build.rs",
    "ks-model/src",
    "ks-plan/Cargo.toml",
    "ks-plan/build.rs",
    "ks-plan/src",
    "ks-apply/Cargo.toml",
    "ks-apply/build.rs",
    "ks-apply/src",
    "ks-bin/Cargo.toml",
    "ks-bin/build.rs",
    "ks-bin/src",
];

/// What git writes when another commit is checked out or made.
const MOVES_OF_HEAD: [&str; 3] = ["HEAD", "logs/HEAD", "packed-refs"];

fn main() -> Result<(), Box<dyn Error>> {
    let package = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let root = package.parent().ok_or("the package lies in no workspace")?;
    watch(SOURCES.map(|it| root.join(it)));
    println!("cargo::rerun-if-env-changed=KS_COMMIT");

    let (commit, dirty) = match env::var("KS_COMMIT") {
        Ok(said) if !said.is_empty() => (checked(said)?, "unknown"),
        _ => from_git(root).unwrap_or(("unknown".to_owned(), "unknown")),
    };
    println!("cargo::rustc-env=KS_BUILT_COMMIT={commit}");
    println!("cargo::rustc-env=KS_BUILT_DIRTY={dirty}");
    println!("cargo::rustc-env=KS_BUILT_TARGET={}", env::var("TARGET")?);
    println!("cargo::rustc-env=KS_BUILT_RUSTC={}", rustc()?);
    Ok(())
}

/// A path that is not there would make cargo run this program at every build.
fn watch(paths: impl IntoIterator<Item = PathBuf>) {
    for path in paths.into_iter().filter(|it| it.exists()) {
        println!("cargo::rerun-if-changed={}", path.display());
    }
}

fn checked(commit: String) -> Result<String, String> {
    let hexadecimal = commit.bytes().all(|it| it.is_ascii_hexdigit());
    let length = (7..=64).contains(&commit.len());
    if hexadecimal && length { Ok(commit) } else { Err(format!("KS_COMMIT is no commit: {commit:?}")) }
}

/// The commit that is checked out, and whether the sources differ from it.
fn from_git(root: &Path) -> Option<(String, &'static str)> {
    let top = git(root, &["rev-parse", "--show-toplevel"])?;
    if Path::new(&top).canonicalize().ok()? != root.canonicalize().ok()? {
        return None;
    }
    let branch = git(root, &["symbolic-ref", "--quiet", "HEAD"]);
    let moves = MOVES_OF_HEAD.into_iter().chain(branch.as_deref());
    watch(moves.filter_map(|it| git(root, &["rev-parse", "--git-path", it])).map(|it| root.join(it)));

    let commit = git(root, &["rev-parse", "--verify", "HEAD"])?;
    let mut status = vec!["status", "--porcelain", "--untracked-files=normal", "--"];
    status.extend(SOURCES);
    let dirty = if git(root, &status)?.is_empty() { "no" } else { "yes" };
    Some((commit, dirty))
}

/// What git says; `None` where it is not there, or refuses.
fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("--no-optional-locks").args(arguments).current_dir(folder).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// The compiler: `1.95.0 (59807616e 2026-04-14)`.
fn rustc() -> Result<String, Box<dyn Error>> {
    let output = Command::new(env::var("RUSTC")?).arg("--version").output()?;
    let text = String::from_utf8(output.stdout)?;
    let text = text.trim();
    Ok(text.strip_prefix("rustc ").unwrap_or(text).to_owned())
}
