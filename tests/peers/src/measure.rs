//! What a process took.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4;

/// What one run took.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    /// From start to end.
    pub wall: Duration,
    /// Of the processors, by the program and the kernel for it.
    pub cpu: Duration,
    /// The largest resident memory, in bytes.
    pub memory: u64,
}

/// Runs a command to its end, and says what it took. Several commands, one after the other, count as one.
///
/// # Panics
/// When one ends with a code that it does not say.
pub fn run(steps: &[Step]) -> Taken {
    let (began, mut cpu, mut memory) = (Instant::now(), Duration::ZERO, 0);
    for step in steps {
        let errors = tempfile::NamedTempFile::new().unwrap();
        let mut command = Command::new(&step.program);
        command.args(&step.arguments).env_clear().envs(step.variables.iter().map(|(name, value)| (name, value)));
        command.current_dir(&step.folder).stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(errors.reopen().unwrap());
        let ended = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", step.program)).wait4().unwrap();
        let code = ended.status.code();
        let told = || std::fs::read_to_string(errors.path()).unwrap_or_default();
        assert!(code.is_some_and(|it| step.codes.contains(&it)), "{step:?} ends with {code:?}: {}", told());
        cpu += ended.rusage.utime + ended.rusage.stime;
        memory = memory.max(ended.rusage.maxrss);
    }
    Taken { wall: began.elapsed(), cpu, memory }
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
    pub folder: std::path::PathBuf,
    /// The exit codes with which it ends well.
    pub codes: Vec<i32>,
}
