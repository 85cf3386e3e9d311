//! Plans for readers: as text, Markdown and a page for people, as a document for programs. None shows a secret value.

mod diff;
mod document;
mod field;
mod groups;
mod html;
mod markdown;
mod names;
mod palette;
mod reason;
mod sentences;
mod text;
mod value;

pub use diff::block;
pub use document::{ChangeDocument, ClusterDocument, FORMAT_VERSION, PlanDocument};
pub use html::{HtmlOptions, html};
pub use markdown::{MAX_SIZE, MarkdownOptions, markdown};
pub use names::ShortNames;
pub use palette::Palette;
pub use reason::{gate_in_words, setting_in_words};
pub use text::{TextOptions, text};
pub use value::inline;

use crate::plan::Plan;

/// The names of everything that a reader may have to name.
fn names_of(plan: &Plan) -> ShortNames {
    let changed = plan.changes.iter().map(|it| &it.object);
    let others = plan.faults.iter().map(|it| &it.object).chain(plan.missing.iter().map(|it| &it.object));
    let kept = plan.kept_fields.iter().map(|it| &it.object).chain(plan.forgotten_keeps.iter().map(|it| &it.object));
    ShortNames::of(changed.chain(others).chain(kept).chain(plan.unready.iter().map(|it| &it.object)))
}

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
