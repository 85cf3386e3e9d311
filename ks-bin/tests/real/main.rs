//! The command line against a real API server.

#![expect(clippy::unwrap_used, reason = "tests may unwrap, their helpers too")]

mod interrupted;
mod refused;
mod rendered;
mod room;
