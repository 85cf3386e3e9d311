//! The phrases of plans in Chinese, one table for each room that puts something into words.
//!
//! The left side is the English of the source, letter by letter. A phrase that is missing here stays English on a Chinese
//! screen; a test of ks-bin reads the sources and fails.

mod diagnosis;
mod gates;
mod plan;
mod readiness;
mod reasons;

pub use diagnosis::READ as DIAGNOSIS;
pub use plan::READ as PLAN;
pub use readiness::READ as READINESS;
pub use reasons::READ as CERTIFICATES;

use ks_model::language::{Language, Phrasebook, Phrases};

/// Every table, for whoever checks them.
pub const TABLES: &[&Phrases] =
    &[plan::SAID, PLAN, reasons::SAID, CERTIFICATES, READINESS, DIAGNOSIS, gates::WHOLE, gates::CLUES];

/// What plans, and all that is told of objects, are put into words with.
///
/// # Example
/// ```
/// use ks_model::Language;
/// use ks_plan::{Readiness, chinese::phrasebook};
/// let waiting = Readiness::Waiting { on: "0 of 2 pods are available".into() };
/// assert_eq!(phrasebook(Language::Chinese).read(&waiting.to_string()), "2 个 Pod 中有 0 个可用");
/// ```
pub const fn phrasebook(language: Language) -> Phrasebook {
    Phrasebook::new(language, &[plan::SAID, reasons::SAID], &[PLAN, CERTIFICATES, READINESS, DIAGNOSIS])
}

/// Reads the whole reason of a closed gate.
pub(crate) fn in_gates(book: Phrasebook) -> Phrasebook {
    instead_of(book, &[gates::WHOLE])
}

/// Reads one value that a closed gate looked at.
pub(crate) fn in_clues(book: Phrasebook) -> Phrasebook {
    instead_of(book, &[gates::CLUES])
}

fn instead_of(book: Phrasebook, tables: &'static [&'static Phrases]) -> Phrasebook {
    if book.is_english() { book } else { Phrasebook::new(Language::Chinese, &[], tables) }
}
