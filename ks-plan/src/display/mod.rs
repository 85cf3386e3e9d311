//! Plans for readers: as text for people, as a document for programs. Neither shows a secret value.

mod document;
mod field;
mod groups;
mod names;
mod palette;
mod reason;
mod text;
mod text_diff;
mod value;

pub use document::{ChangeDocument, ClusterDocument, FORMAT_VERSION, PlanDocument};
pub use names::ShortNames;
pub use palette::Palette;
pub use reason::setting_in_words;
pub use text::{TextOptions, text};
pub use value::inline;

#[cfg(test)]
mod tests;
