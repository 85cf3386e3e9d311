//! The files of `manifests/`, as the build script embeds them: their texts, and what they say in a form that is read faster.

use ks_model::{Manifest, ManifestError, Prepared};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::render::{Texts, text_path};
use crate::yaml::{self, SourceError};

/// One file.
pub(super) struct File {
    /// Its path below `manifests/`, with forward slashes.
    pub(super) path: &'static str,
    /// The file as it is.
    pub(super) text: &'static str,
    content: Content,
}

/// What a file says.
enum Content {
    /// A template, or a text of its own.
    Text,
    /// Documents, as a JSON list.
    Documents(&'static str),
    /// A template that says the same for everyone; the objects that it makes, as a JSON list.
    Made(&'static str),
    /// One CustomResourceDefinition.
    Definition(Prepared),
}

/// All files, sorted by their paths.
pub(super) static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// What the file at `path` says, when `text` is what is embedded there.
fn content(path: &str, text: &str) -> Option<&'static Content> {
    let found = FILES.binary_search_by(|it| it.path.cmp(path)).ok()?;
    FILES.get(found).filter(|it| it.text == text).map(|it| &it.content)
}

/// Reads the only document of a file.
pub(crate) fn document<T: DeserializeOwned>(path: &str, text: &str) -> Result<T, SourceError> {
    if let Some(Content::Documents(json)) = content(path, text)
        && let Ok([it]) = serde_json::from_str::<[T; 1]>(json)
    {
        return Ok(it);
    }
    yaml::document(path, text)
}

/// Reads the objects of a file of manifests, each with what is wrong with its identity.
pub(super) fn manifests(path: &str, text: &str) -> Result<Vec<Result<Manifest, ManifestError>>, SourceError> {
    let documents = match content(path, text) {
        Some(Content::Definition(prepared)) => return Ok(vec![Manifest::prepared(prepared)]),
        Some(Content::Documents(json)) => serde_json::from_str::<Vec<Value>>(json).ok(),
        _ => None,
    };
    let documents = documents.map_or_else(|| yaml::documents(path, text), Ok)?;
    Ok(documents.into_iter().map(Manifest::parse).collect())
}

/// The objects of a template that says the same for everyone, where it and all that it may read are what is embedded.
pub(super) fn made(path: &str, files: &Texts) -> Option<Vec<Manifest>> {
    let Some(Content::Made(json)) = content(path, files.get(path)?) else { return None };
    let texts = text_path(path, "files/");
    let may_read = |it: &str| it.starts_with("shared/") || it.starts_with(&texts);
    let mut inputs = files.iter().filter(|(path, _)| may_read(path));
    if !inputs.all(|(path, text)| content(path, text).is_some()) {
        return None;
    }
    let documents: Vec<Value> = serde_json::from_str(json).ok()?;
    documents.into_iter().map(|it| Manifest::parse(it).ok()).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "what is embedded is compared with the files")]
    fn what_is_embedded_is_what_the_files_say() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../manifests");
        for file in FILES {
            assert_eq!(std::fs::read_to_string(root.join(file.path)).unwrap(), file.text, "{}", file.path);
            let said = || yaml::documents(file.path, file.text).unwrap();
            match &file.content {
                Content::Text | Content::Made(_) => {
                    assert!(!file.path.ends_with(".yaml") && !file.path.ends_with(".json"));
                }
                Content::Documents(json) => {
                    assert_eq!(serde_json::from_str::<Vec<Value>>(json).unwrap(), said(), "{}", file.path);
                }
                Content::Definition(prepared) => {
                    let read: Vec<Manifest> = said().into_iter().map(|it| Manifest::parse(it).unwrap()).collect();
                    let definition = Manifest::prepared(prepared).unwrap();
                    assert_eq!(std::slice::from_ref(&definition), read, "{}", file.path);
                    let metadata = serde_json::json!({ "metadata": read[0].value()["metadata"] });
                    let metadata = serde_saphyr::to_string(&metadata).unwrap();
                    let whole = serde_saphyr::to_string(read[0].value()).unwrap();
                    assert_eq!(whole, format!("{}{metadata}{}", prepared.before, prepared.after), "{}", file.path);
                }
            }
        }
    }

    #[test]
    fn every_file_is_embedded() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../manifests");
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                if path.is_dir() {
                    folders.push(path);
                } else if !name.starts_with("examples/") && !name.ends_with(".md") {
                    assert!(FILES.iter().any(|it| it.path == name), "{name}");
                }
            }
        }
    }

    #[test]
    fn another_text_at_the_same_path_is_read_anew() {
        let list: Vec<u32> = document("images.yaml", "[1, 2]").unwrap();
        assert_eq!(list, [1, 2]);
    }
}
