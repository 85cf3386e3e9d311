//! Saved plans: a reviewed plan in a file, applied later exactly as it was, or not at all.
//!
//! The file holds what the plan shows and what apply does, and for each object how it was. Before the first write all objects
//! are looked at again: one that is not as it was refuses the whole plan. No secret value is in the file; apply takes those from
//! the live objects and from the configuration, and each must fit its fingerprint.

mod expectation;
mod form;
mod hidden;
mod sound;

pub(crate) use expectation::expectation;
pub use expectation::{Expectation, Expected, Stale, Staleness};
pub use form::{ConfigurationSource, FORMAT_VERSION, SavedPlan, SavedPlanError};
pub use hidden::Unrevealed;
pub(crate) use hidden::reveal;

#[cfg(test)]
mod tests;
