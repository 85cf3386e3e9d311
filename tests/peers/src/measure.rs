//! What a command took.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::launch;

/// What one run took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Taken {
    /// When it was started, since the beginning of 1970.
    pub began: Duration,
    /// From start to end.
    pub wall: Duration,
    /// Of the processors, by the program and the kernel for it.
    pub cpu: Duration,
    /// The largest resident memory, in bytes.
    pub memory: u64,
}

/// Runs a command to its end, and says what it took. Several commands, one after the other, count as one.
///
/// # Errors
/// What a command says that ends with a code that is not one of its own.
pub fn run(steps: &[Step]) -> Result<Taken, String> {
    let mut taken = Taken::default();
    for step in steps {
        let errors = tempfile::NamedTempFile::new().unwrap();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["launch", "--"]).arg(&step.program).args(&step.arguments);
        command.env_clear().envs(step.variables.iter().map(|(name, value)| (name, value)));
        command.current_dir(&step.folder).stdin(Stdio::null()).stderr(errors.reopen().unwrap());
        let told = command.output().unwrap().stdout;
        let said = std::fs::read_to_string(errors.path()).unwrap_or_default();
        let launched = launch::read(&told).ok_or_else(|| format!("{} cannot be started: {said}", step.program))?;
        if !launched.code.is_some_and(|it| step.codes.contains(&it)) {
            return Err(format!("{} ends with {:?}: {}", step.line(), launched.code, said.trim()));
        }
        if taken.began.is_zero() {
            taken.began = launched.began;
        }
        taken.wall += launched.wall;
        taken.cpu += launched.cpu;
        taken.memory = taken.memory.max(launched.memory);
    }
    Ok(taken)
}

/// One command of a run.
#[derive(Clone, Debug)]
pub struct Step {
    /// The program.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// All of its environment.
    pub variables: Vec<(String, String)>,
    /// Where it runs.
    pub folder: PathBuf,
    /// The exit codes with which it ends well.
    pub codes: Vec<i32>,
}

impl Step {
    /// What a user would type.
    pub fn line(&self) -> String {
        let name = self.program.rsplit('/').next().unwrap_or_default();
        format!("{name} {}", self.arguments.join(" "))
    }
}
