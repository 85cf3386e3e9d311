//! `KubeCluster` against a small server on this machine: what goes over the wire, and what becomes of the answers.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail as loudly as the test")]

mod connection;
mod discovery;
mod examining;
mod hanging;
mod reading;
mod server;
mod watching;
mod writing;
