//! The command line as its users meet it.

#![expect(clippy::unwrap_used, reason = "tests may unwrap, their helpers too")]

mod conflicts;
mod destroy;
mod doctor;
mod event_stream;
mod explain;
mod first_day;
mod help;
mod history;
mod init;
mod locked;
mod man;
mod no_cluster;
mod offline;
mod rollback;
mod runner;
mod saved;
mod secrets;
mod usage;
mod validate;
mod volumes;
mod wait;
