//! The command line against a real API server.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests may unwrap, their helpers too, and campaigns say what they did"
)]

mod crash;
mod doctor;
mod faults;
mod history;
mod interrupted;
mod memory;
mod refused;
mod rendered;
mod rights;
mod room;
mod stage;
mod two_runners;
