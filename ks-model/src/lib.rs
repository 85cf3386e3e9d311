//! The nouns of ks: configuration, components, manifests, identities.
//!
//! Nothing here reads a file, the environment or a clock, prints, or waits. Same input, same bytes.

mod at;
pub mod bundle;
pub mod certificate;
pub mod component;
pub mod config;
pub mod facts;
pub mod language;
pub mod live_search;
pub mod manifest;
pub mod object_ref;
pub mod quantity;

pub use at::{at, member};
pub use bundle::{Bundle, ClosedGate, DesiredObject, Origin, Ownership, Setting};
pub use certificate::{CertificateRequest, CertificateState, SecretName, SecretNameError};
pub use component::{ComponentName, ComponentNameError};
pub use config::{ClusterConfiguration, Problem, Problems, Severity, Source};
pub use facts::{Facts, LiveField, ServerVersion, StorageClass};
pub use language::Language;
pub use live_search::{Found, LiveSearch, LiveSearchError};
pub use manifest::{Manifest, ManifestError, Prepared};
pub use object_ref::{GroupKind, ObjectRef};
pub use quantity::{Quantity, QuantityError};
