//! Everything that the catalogue renders, over many configurations and facts.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the steps of a test stand in functions of their own")]

mod accepted;
mod gates;
mod golden;
mod objects_index;
mod row;
