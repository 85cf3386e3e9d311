//! The components: those that are built in, with the user's own folder laid over them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ks_plan::{Catalogue, Inventory, history};

use crate::command_error::{CommandError, Kind};

/// Loads the components.
pub fn load(overlay: Option<&Path>) -> Result<Catalogue, CommandError> {
    let catalogue = match overlay {
        Some(folder) => Catalogue::embedded_under(files(folder)?)?,
        None => Catalogue::embedded()?,
    };
    Ok(catalogue.marked(&Inventory::default()))
}

/// Tells one folder of components from another, by what is in it.
pub fn digest(overlay: Option<&Path>) -> Result<Option<String>, CommandError> {
    let Some(folder) = overlay else { return Ok(None) };
    Ok(Some(history::digest(&files(folder)?)))
}

fn files(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, CommandError> {
    let mut files = Vec::new();
    collect(folder, folder, &mut files).map_err(|(path, error)| {
        let message = format!("read --manifests {}: {error}", path.display());
        CommandError::new(Kind::BadInput, message)
            .hint("it is a folder like `manifests/` of ks: MODULE/COMPONENT/component.yaml")
    })?;
    Ok(files)
}

/// Gathers the files below a folder by their paths with forward slashes; hidden ones are left out.
fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) -> Result<(), (PathBuf, io::Error)> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error| (path, error)
    };
    let mut entries: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        entries.push(entry.map_err(at(folder))?.path());
    }
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, files)?;
        } else {
            let relative = path.strip_prefix(root).unwrap_or(&path);
            let parts: Vec<String> = relative.iter().map(|it| it.to_string_lossy().into_owned()).collect();
            files.push((parts.join("/"), fs::read(&path).map_err(at(&path))?));
        }
    }
    Ok(())
}
