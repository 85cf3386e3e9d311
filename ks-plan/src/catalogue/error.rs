//! What can be wrong with a catalogue.

use std::fmt;

use ks_model::ComponentName;

use super::ManifestFault;
use crate::yaml::SourceError;

/// Names one fault of a catalogue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogueError {
    /// A file is no UTF-8 text.
    #[error("{file}: not UTF-8 text")]
    NotText {
        /// The file.
        file: String,
    },
    /// A file has no place in a catalogue.
    #[error(
        "{file}: neither component.yaml, *.yaml, *.json, *.yaml.j2 nor below files/ of a component, nor shared/*.j2"
    )]
    Misplaced {
        /// The file.
        file: String,
    },
    /// A file cannot be read: bad YAML, an unknown key, a template or an expression that does not parse.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A folder with manifests has no `component.yaml`.
    #[error("{folder}: there is no component.yaml")]
    Undeclared {
        /// The folder.
        folder: String,
    },
    /// The name in `component.yaml` is not the name of its folder.
    #[error("{file}: `name: {name}` must equal the name of the folder")]
    NameDiffers {
        /// The file.
        file: String,
        /// The name that it gives.
        name: ComponentName,
    },
    /// Two folders declare a component of the same name.
    #[error("{second}: component {name} is declared in {first} already")]
    NameTaken {
        /// The name.
        name: ComponentName,
        /// The `component.yaml` that came first.
        first: String,
        /// The `component.yaml` that came second.
        second: String,
    },
    /// A component names one that does not exist.
    #[error("{file}: `{key}` names {name}, which is no component")]
    UnknownComponent {
        /// The `component.yaml`.
        file: String,
        /// `requires` or `after`.
        key: &'static str,
        /// The name that is not there.
        name: ComponentName,
    },
    /// Components need each other in a circle.
    #[error("{}: `requires` and `after` form a circle", Path(.path))]
    Cycle {
        /// Each needs the next one; the last is the first again.
        path: Vec<ComponentName>,
    },
    /// A setting is declared in a way that has no meaning.
    #[error("{file}: setting {setting}: {fault}")]
    Setting {
        /// The `component.yaml`.
        file: String,
        /// The setting.
        setting: String,
        /// What is wrong with it.
        fault: SettingFault,
    },
    /// A template reads a variable that templates do not have.
    #[error("{file}: reads `{variable}`, which is neither a declared setting nor a function")]
    UnknownVariable {
        /// The template.
        file: String,
        /// The variable.
        variable: String,
    },
    /// A template names an image that `images.yaml` lacks.
    #[error("{file}: `{image}` is not in images.yaml")]
    UnknownImage {
        /// The template.
        file: String,
        /// The image.
        image: String,
    },
    /// A template includes a text that is not there.
    #[error("{file}: there is no {text}")]
    UnknownText {
        /// The template.
        file: String,
        /// The text, relative to the catalogue.
        text: String,
    },
    /// A static manifest is not sound.
    #[error(transparent)]
    Manifest(#[from] ManifestFault),
}

/// Says why a setting has no meaning.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingFault {
    /// Both would give a value to a silent configuration.
    #[error("has both `default` and `compute`")]
    TwoDefaults,
    /// Leaves are those of a default mapping, and nothing else can provide them.
    #[error("`leaves` needs a `default` that is a mapping, and neither `keep` nor `compute`")]
    Leaves,
    /// What a search finds is the value.
    #[error("`find` stands alone, without `from`, `keep`, `compute` or `default`")]
    Find,
    /// A certificate is made as it is asked for, or kept.
    #[error("`certificate` needs at least one DNS name, and no other source beside it")]
    Certificate,
    /// Two settings want another certificate in the same Secret.
    #[error("wants another certificate than {0} in the same Secret")]
    CertificateTaken(String),
    /// Nothing could ever give it a value.
    #[error("has no `from`, `keep`, `find`, `compute`, `default` or `certificate`")]
    NoSource,
    /// Its name could not be written as `settings.name`.
    #[error("must be named with letters, digits and `_`, starting with a letter")]
    Name,
}

/// Holds every fault of a catalogue that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueErrors(pub(crate) Vec<CatalogueError>);

impl CatalogueErrors {
    /// The faults, in the order of the files.
    pub fn iter(&self) -> impl Iterator<Item = &CatalogueError> {
        self.0.iter()
    }
}

impl From<Vec<CatalogueError>> for CatalogueErrors {
    fn from(errors: Vec<CatalogueError>) -> Self {
        Self(errors)
    }
}

/// Prints one fault per line.
impl fmt::Display for CatalogueErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_lines(f, &self.0)
    }
}

impl std::error::Error for CatalogueErrors {}

/// Writes one item per line, without a line break at the end.
pub(crate) fn write_lines(f: &mut fmt::Formatter<'_>, items: &[impl fmt::Display]) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        let separator = if index == 0 { "" } else { "\n" };
        write!(f, "{separator}{item}")?;
    }
    Ok(())
}

struct Path<'a>(&'a [ComponentName]);

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { " → " };
            write!(f, "{separator}{name}")?;
        }
        Ok(())
    }
}
