//! An embedded cluster in one file that needs nothing installed: to try ks with, and to test with.
//!
//! It is a stand-in and never a store for production. Objects, `managedFields` and refusals are those of an API server; the
//! controllers' part, and that of the prometheus-operator, is played with pods that become ready in their time.
//!
//! The core is pure: `State` and its transitions know neither file nor clock. `api` answers requests, `defaults` fills in
//! what objects leave open, `controllers` steps, and [`Sandbox`] gives them file, time and faults.

mod api;
mod clock;
mod cluster;
mod controllers;
mod core;
mod defaults;
mod error;
mod fault;
mod file;
mod kinds;
mod merge;
mod object;
mod options;
mod seed;
mod selector;
mod state;
mod watch;

pub use clock::{Clock, ManualClock, Moment, SystemClock};
pub use cluster::Sandbox;
pub use error::SandboxError;
pub use fault::{FaultPlan, PodFault, RequestMatch, Verb};
pub use options::{Pace, SandboxOptions};
