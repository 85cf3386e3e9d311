//! What screens show: readers of plans, graphs and events.

pub mod doctor;
pub mod event;
pub mod explain;
pub mod graph;
pub mod history;
pub mod human;
pub mod json;
pub mod ledger;
pub mod plan;
pub mod progress;
pub mod status;
mod words;

use std::time::Duration;

use ks_apply::ApplyEvent;

/// Hears what happens during an apply.
pub trait Reader {
    /// Something happened, this long after the beginning.
    fn hear(&mut self, event: &ApplyEvent, at: Duration);

    /// Time went by.
    fn tick(&mut self, _at: Duration) {}

    /// The user interrupted, this long after the beginning; running writes are being finished.
    fn interrupted(&mut self, at: Duration);

    /// There is nothing more to hear.
    fn close(self: Box<Self>);
}
