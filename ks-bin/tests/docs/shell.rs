//! Runs commands of a page as a reader would, in a folder that has what a clone has at hand.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::pages::root;

/// A folder to run in.
pub struct Room(TempDir);

/// One command with what came of it.
#[derive(Debug)]
pub struct Ran {
    /// What it printed on both streams.
    pub printed: String,
    /// Its exit code.
    pub code: i32,
}

/// Ends what one command printed; its exit code follows in the line.
const END: char = '\u{1e}';

impl Room {
    /// Makes a folder with the examples of `manifests`.
    pub fn new() -> Self {
        let room = Self(TempDir::new().unwrap());
        let examples = "manifests/examples";
        fs::create_dir_all(room.path().join(examples)).unwrap();
        for entry in fs::read_dir(root().join(examples)).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), room.path().join(examples).join(entry.file_name())).unwrap();
        }
        room
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Adds a file.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs commands in one shell, one after the other; a failed one stops none, and `$?` is its exit code.
    pub fn run(&self, commands: &[String]) -> Vec<Ran> {
        let script = commands.iter().map(|it| format!("(exit $_code)\n{it}\n_code=$?; printf '{END}%s\\n' $_code\n"));
        let script = format!("exec 2>&1 </dev/null\n_code=0\n{}", script.collect::<String>());
        let ks = Path::new(env!("CARGO_BIN_EXE_ks")).parent().unwrap();
        let output = Command::new("sh")
            .args(["-c", &script])
            .current_dir(self.path())
            .env_clear()
            .env("HOME", self.path())
            .env("USER", "jane")
            .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", ks.display()))
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let mut rest = printed.as_str();
        let mut ran = Vec::new();
        while let Some((text, after)) = rest.split_once(END) {
            let (code, after) = after.split_once('\n').unwrap();
            ran.push(Ran { printed: text.to_owned(), code: code.parse().unwrap() });
            rest = after;
        }
        assert_eq!(ran.len(), commands.len(), "the shell stopped: {printed}");
        ran
    }
}
