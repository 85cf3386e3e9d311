//! The file of a sandbox: one JSON document, replaced as a whole, written by one process at a time.

use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::error::SandboxError;
use super::state::State;

/// The format that is written, and the only one that is read.
const FORMAT: &str = "ks-sandbox/1";

/// The place of a sandbox in the file system.
#[derive(Debug)]
pub(super) struct StateFile {
    path: PathBuf,
    lock: PathBuf,
}

/// Tells one content of the file from another without reading it.
pub(super) type Stamp = (SystemTime, u64);

#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    format: Option<String>,
}

#[derive(Deserialize)]
struct Stored {
    state: State,
}

#[derive(Serialize)]
struct Storing<'a> {
    format: &'a str,
    state: &'a State,
}

impl StateFile {
    /// Names the file, and the one beside it that keeps other processes out.
    pub fn at(path: &Path) -> Self {
        let mut lock = path.as_os_str().to_owned();
        lock.push(".lock");
        Self { path: path.to_owned(), lock: lock.into() }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps other processes out until the answer is dropped; makes the folder when absent.
    pub fn lock(&self) -> Result<File, SandboxError> {
        let failed = |source| self.not_written(source);
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let file = File::options().create(true).truncate(false).write(true).open(&self.lock).map_err(failed)?;
        file.lock().map_err(failed)?;
        Ok(file)
    }

    /// What the file looks like from outside; `None` while it is absent.
    pub fn stamp(&self) -> Result<Option<Stamp>, SandboxError> {
        let metadata = match fs::metadata(&self.path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(self.not_read(source)),
        };
        let modified = metadata.modified().map_err(|source| self.not_read(source))?;
        Ok(Some((modified, metadata.len())))
    }

    /// Reads the state.
    pub fn load(&self) -> Result<State, SandboxError> {
        let bytes = fs::read(&self.path).map_err(|source| self.not_read(source))?;
        let corrupt = |source| SandboxError::Corrupt { path: self.path.clone(), source };
        let head: Head = serde_json::from_slice(&bytes).map_err(corrupt)?;
        match head.format {
            Some(format) if format == FORMAT => {}
            other => {
                let found = other.unwrap_or_else(|| "none".to_owned());
                return Err(SandboxError::Format { path: self.path.clone(), found, known: FORMAT });
            }
        }
        let stored: Stored = serde_json::from_slice(&bytes).map_err(corrupt)?;
        Ok(stored.state)
    }

    /// Replaces the file by one with this state.
    pub fn save(&self, state: &State) -> Result<(), SandboxError> {
        let failed = |source| self.not_written(source);
        let folder = self.path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        let fresh = NamedTempFile::new_in(folder).map_err(failed)?;
        let mut writer = BufWriter::new(fresh.as_file());
        serde_json::to_writer(&mut writer, &Storing { format: FORMAT, state }).map_err(|error| failed(error.into()))?;
        writer.flush().map_err(failed)?;
        drop(writer);
        fresh.persist(&self.path).map_err(|error| failed(error.error))?;
        Ok(())
    }

    fn not_read(&self, source: std::io::Error) -> SandboxError {
        SandboxError::Read { path: self.path.clone(), source }
    }

    fn not_written(&self, source: std::io::Error) -> SandboxError {
        SandboxError::Write { path: self.path.clone(), source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file_with(content: &str) -> (tempfile::TempDir, StateFile) {
        let folder = tempfile::tempdir().unwrap();
        let file = StateFile::at(&folder.path().join("sandbox.json"));
        fs::write(file.path(), content).unwrap();
        (folder, file)
    }

    #[test]
    fn a_file_of_another_format_is_named_as_such() {
        let (_folder, file) = file_with(r#"{ "format": "ks-sandbox/2", "state": {} }"#);
        assert!(matches!(file.load(), Err(SandboxError::Format { found, .. }) if found == "ks-sandbox/2"));
    }

    #[test]
    fn a_file_that_is_no_json_is_corrupt() {
        let (_folder, file) = file_with("{");
        assert!(matches!(file.load(), Err(SandboxError::Corrupt { .. })));
    }

    #[test]
    fn a_state_comes_back_as_it_was_saved() {
        let (_folder, file) = file_with("");
        let state = State::new("1.34".parse().unwrap(), 7);
        file.save(&state).unwrap();
        assert_eq!(file.load().unwrap(), state);
    }
}
