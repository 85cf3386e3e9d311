//! Saved plans as files.

use std::io::Write;
use std::path::Path;

use ks_plan::{SavedPlan, SavedPlanError};

use crate::command_error::{CommandError, Kind};

/// Writes a text that only its owner may read, whole or not at all.
pub fn write(path: &Path, text: &str) -> Result<(), CommandError> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|it| it.error)
    });
    written.map(|_| ()).map_err(|error| {
        CommandError::new(Kind::BadInput, format!("write {}: {error}", path.display()))
            .hint("--out names a file in a folder where you may write")
    })
}

/// Reads a saved plan.
pub fn read(path: &Path) -> Result<SavedPlan, CommandError> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| {
        CommandError::new(Kind::BadInput, format!("read the plan {shown}: {error}"))
            .hint("save one with `ks plan -f cc.yaml --out FILE`")
    })?;
    SavedPlan::read(&text).map_err(|error| {
        let hint = match &error {
            SavedPlanError::Format { .. } => "plan again with this ks: `ks plan -f cc.yaml --out FILE`",
            SavedPlanError::Unsound(_) => "the file was changed or cut; plan again: `ks plan -f cc.yaml --out FILE`",
            _ => "a plan is saved with `ks plan -f cc.yaml --out FILE`; a configuration is named with -f",
        };
        CommandError::new(Kind::BadInput, format!("read the plan {shown}: {error}")).hint(hint)
    })
}
