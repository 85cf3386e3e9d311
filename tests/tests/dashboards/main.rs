//! The dashboards of Grafana: what they are called, that Grafana can lay them out, and that their queries ask for
//! series which exist.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the steps of a test stand in functions of their own")]

mod answers;
mod dashboard;
mod layout;
mod metrics;
mod promql;
mod queries;
mod titles;
