//! Child processes that never outlive this one.
//!
//! Each program runs under a small shell that holds the reading end of a pipe. Only this process holds the writing end,
//! so the pipe closes when the [`Process`] is dropped, and also when this process exits without running destructors or is
//! killed: then the shell kills the program.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::unavailable::Unavailable;

const RUN_WHILE_PIPE_IS_OPEN: &str = r#"
exec 3<&0
"$@" </dev/null 3<&- &
program=$!
echo "$program" > "$0.pid"
{ read -r _ <&3; kill -KILL "$program"; } 2>/dev/null &
watch=$!
exec 3<&-
wait "$program"
kill "$watch" 2>/dev/null
"#;

/// A line means that all programs have ended; the end of the pipe that they are ending right now. The controller manager
/// makes an empty folder for each volume outside of ours: the paths stand in etcd's files.
const REMOVE_WHEN_PIPE_CLOSES: &str = r#"
trap '' HUP INT TERM
read -r _ || sleep 1
grep -raoh '/tmp/hostpath_pv/[0-9a-f-]\{36\}' "$1/etcd" | sort -u | xargs -r rmdir
rm -rf -- "$1"
"#;

const LOG_TAIL_LINES: usize = 20;

/// A program of the control plane. Dropping it kills the program and waits for its end.
pub(super) struct Process {
    name: &'static str,
    log: PathBuf,
    command: Command,
    child: Child,
}

impl Process {
    /// Starts a program whose output goes to `<name>.log` in the folder, which is also where it runs.
    pub(super) fn start(
        name: &'static str,
        program: &Path,
        arguments: &[String],
        environment: &[(&str, &Path)],
        folder: &Path,
    ) -> Result<Self, Unavailable> {
        let log = File::create(log_path(folder, name)).map_err(Unavailable::io("create a log"))?;
        let errors = log.try_clone().map_err(Unavailable::io("create a log"))?;
        let mut command = Command::new("sh");
        command
            .args(["-c", RUN_WHILE_PIPE_IS_OPEN, name])
            .arg(program)
            .args(arguments)
            .envs(environment.iter().copied())
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(log)
            .stderr(errors);
        let child = spawn(name, &mut command)?;
        Ok(Self { name, log: log_path(folder, name), command, child })
    }

    /// Kills the program, and starts it again as it was started. Its log goes on.
    pub(super) fn restart(&mut self) -> Result<(), Unavailable> {
        self.end();
        self.child = spawn(self.name, &mut self.command)?;
        Ok(())
    }

    fn end(&mut self) {
        drop(self.child.stdin.take());
        // Nothing can be done about a child that cannot be waited for.
        let _ = self.child.wait();
    }

    /// An error when the program is no longer running.
    pub(super) fn check(&mut self) -> Result<(), Unavailable> {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(_)) => Err(Unavailable::Exited { program: self.name.to_owned(), log: self.log_tail() }),
            Err(source) => Err(Unavailable::Io { what: format!("look after {}", self.name), source }),
        }
    }

    /// Whether it is this program.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    /// Sends the program a signal, such as `STOP`.
    pub(super) fn signal(&self, signal: &str) -> Result<(), Unavailable> {
        let pid = fs::read_to_string(self.log.with_extension("pid")).map_err(Unavailable::io("read a process id"))?;
        let status = Command::new("kill").arg(format!("-{signal}")).arg(pid.trim()).status();
        match status.map_err(Unavailable::io(format!("signal {}", self.name)))?.success() {
            true => Ok(()),
            false => Err(Unavailable::Exited { program: self.name.to_owned(), log: self.log_tail() }),
        }
    }

    /// The last lines that the program wrote.
    pub(super) fn log_tail(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(LOG_TAIL_LINES)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

fn spawn(name: &str, command: &mut Command) -> Result<Child, Unavailable> {
    command.spawn().map_err(Unavailable::io(format!("start {name}")))
}

/// Removes the control plane's folder: when dropped, and when this process dies without that.
pub(super) struct Reaper {
    child: Child,
}

impl Reaper {
    pub(super) fn watch(folder: &Path) -> Result<Self, Unavailable> {
        let child = Command::new("sh")
            .args(["-c", REMOVE_WHEN_PIPE_CLOSES, "reaper"])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(Unavailable::io("start the reaper"))?;
        Ok(Self { child })
    }
}

impl Drop for Reaper {
    fn drop(&mut self) {
        if let Some(mut pipe) = self.child.stdin.take() {
            // When the reaper is gone already, so is its work.
            let _ = pipe.write_all(b"\n");
        }
        let _ = self.child.wait();
    }
}

/// All that a program has logged.
pub(super) fn read_log(folder: &Path, name: &str) -> String {
    String::from_utf8_lossy(&fs::read(log_path(folder, name)).unwrap_or_default()).into_owned()
}

fn log_path(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.log"))
}
