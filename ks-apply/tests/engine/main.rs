//! Observe, plan and apply against the sandbox, with every request written down.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod adopting;
mod applying;
mod certificates;
mod crashing;
mod custom;
mod destroying;
mod early;
mod existing;
mod interrupting;
mod keeping;
mod lease;
mod outlook;
mod planning;
mod recorder;
mod recording;
mod snapshots;
mod story;
mod taking;
mod volumes;
mod waiting;
