//! Runs `ks` in a folder of its own, without the surroundings of whoever runs the tests.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The smallest sound configuration.
pub const SMALL: &str = "\
apiVersion: installer.kubesphere.io/v1alpha1
kind: ClusterConfiguration
metadata:
  name: ks-installer
  namespace: kubesphere-system
spec:
  alerting:
    enabled: false
";

/// A folder to run in.
pub struct Room(TempDir);

impl Room {
    /// Makes an empty folder.
    pub fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// Makes a folder with [`SMALL`] in `cc.yaml`.
    pub fn with_small() -> Self {
        Self::new().with("cc.yaml", SMALL)
    }

    /// Adds a file.
    pub fn with(self, name: &str, text: &str) -> Self {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Runs `ks` with these arguments.
    pub fn ks(&self, arguments: &[&str]) -> Run {
        self.ks_with_input(arguments, "")
    }

    /// Runs `ks` with these arguments and this standard input.
    pub fn ks_with_input(&self, arguments: &[&str], input: &str) -> Run {
        self.run(arguments, input, &[])
    }

    /// Runs `ks` with these arguments and variables.
    pub fn ks_with_variables(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        self.run(arguments, "", variables)
    }

    fn run(&self, arguments: &[&str], input: &str, variables: &[(&str, &str)]) -> Run {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ks"))
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("HOME", self.path())
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A program that does not read its input closes it; that is its right.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        Run {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// What a run gave.
#[derive(Debug)]
pub struct Run {
    /// The exit code.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Run {
    /// The whole screen, for snapshots.
    pub fn screen(&self) -> String {
        let Self { code, out, err } = self;
        let code = code.map_or_else(|| "none".to_owned(), |it| it.to_string());
        format!("exit code: {code}\n--- stdout\n{out}--- stderr\n{err}")
    }
}
