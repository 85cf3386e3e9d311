//! Values that never leave the process: which they are, and what is shown in their place.

mod known;
mod mask;
mod secrecy;

pub use known::KnownSecrets;
pub use mask::Mask;
pub(crate) use mask::is_fingerprint;
pub use secrecy::{Marks, Secrecy};
