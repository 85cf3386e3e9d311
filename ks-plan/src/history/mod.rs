//! What was applied, kept in the cluster: one record for each apply, in a Secret beside the inventory.
//!
//! A record says when, by whom, with which configuration and with which plan, and how it ended. No secret value is in it: those
//! are fingerprints, as in a saved plan. Records are no members of the inventory; a label of their own finds them.

mod configuration;
mod object;
mod packed;
mod record;
mod reveal;

pub use configuration::{RecordedConfiguration, digest};
pub(crate) use configuration::{read_paths, secret_paths};
pub use object::{LABEL, RecordError, is_record, number_of, selector};
pub use packed::PackedRecord;
pub use record::{Counts, FORMAT_VERSION, Outcome, Record, RecordedPlan};
pub use reveal::{Masked, sources};

#[cfg(test)]
mod tests;
