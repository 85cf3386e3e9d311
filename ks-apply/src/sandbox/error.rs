//! Why a sandbox cannot be used.

use std::path::PathBuf;

/// Says why the file of a sandbox cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// The file, or its folder, cannot be read.
    #[error("read sandbox {}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file cannot be written or locked.
    #[error("write sandbox {}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not the JSON that a sandbox writes.
    #[error("understand sandbox {}", .path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// Where it stops making sense.
        source: serde_json::Error,
    },
    /// Another version of ks wrote the file.
    #[error("sandbox {} has format {found}, this ks reads {known}", .path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What the file says.
        found: String,
        /// What is read here.
        known: &'static str,
    },
}
