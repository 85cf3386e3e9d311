//! The pure crates do no input or output: neither do their dependencies, nor does their own source.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The crates that plan, and must not act.
const PURE: &[&str] = &["ks-model", "ks-plan"];

/// Crates by which a program reaches the world.
const WORLDLY: &[&str] = &["hyper", "kube", "kube-client", "mio", "reqwest", "socket2", "tokio"];

/// What source of a pure crate must not name.
const FORBIDDEN: &[&str] = &[
    "std::env",
    "std::fs",
    "std::io::stdin",
    // Addresses are data; these are what a program talks through.
    "TcpListener",
    "TcpStream",
    "UdpSocket",
    "ToSocketAddrs",
    "UnixStream",
    "std::os",
    "std::process",
    "std::thread",
    "Instant::now",
    "SystemTime",
    "async fn",
    "tokio::",
];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The names of everything that is linked into a package on this platform.
fn closure(package: &str) -> BTreeSet<String> {
    let arguments = ["tree", "--package", package, "--edges", "normal", "--prefix", "none", "--format", "{p}"];
    let cargo =
        Command::new(env!("CARGO")).args(arguments).args(["--offline", "--locked"]).current_dir(workspace()).output();
    let output = cargo.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn nothing_that_reaches_the_world_is_linked_into_a_pure_crate() {
    for package in PURE {
        let closure = closure(package);
        let found: Vec<_> = WORLDLY.iter().filter(|name| closure.contains(**name)).collect();
        assert!(closure.len() > 3 && found.is_empty(), "{package} links {found:?}");
    }
    let effects = closure("ks-apply");
    assert!(effects.contains("kube") && effects.contains("tokio"), "the check itself sees what is there");
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let all = entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    all.filter(|path| path.extension().is_some_and(|it| it == "rs")).collect()
}

/// The source up to its tests, without comments.
fn own_part(source: &str) -> String {
    let tests = source.find("#[cfg(test)]\nmod tests {").unwrap_or(source.len());
    let lines = source[..tests].lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_source_of_a_pure_crate_names_no_input_and_no_output() {
    let mut read = 0;
    for package in PURE {
        for path in sources(&workspace().join(package).join("src")) {
            let is_test = path.file_stem().is_some_and(|it| it == "tests" || it == "fixture");
            if is_test || path.components().any(|it| it.as_os_str() == "tests") {
                continue;
            }
            let source = own_part(&fs::read_to_string(&path).unwrap());
            let found: Vec<_> = FORBIDDEN.iter().filter(|it| source.contains(**it)).collect();
            assert!(found.is_empty(), "{} names {found:?}", path.display());
            read += 1;
        }
    }
    assert!(read > 50, "only {read} files were looked at");
}

#[test]
fn the_lints_of_the_pure_crates_know_the_same_rule() {
    for package in PURE {
        let lints = fs::read_to_string(workspace().join(package).join("clippy.toml")).unwrap();
        for name in
            ["std::env::var", "std::fs::read", "std::time::Instant::now", "std::thread::spawn", "std::process::Command"]
        {
            assert!(lints.contains(&format!("\"{name}\"")), "{package}/clippy.toml does not refuse {name}");
        }
    }
}
