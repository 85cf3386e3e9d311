//! What keeps a workload from becoming ready: a pure function of its pods and of the time.
//!
//! A fault that does not pass ends a wait at once, one that may pass after a grace. Time comes in as a number, and nothing
//! is asked here: who watches the pods stands in ks-apply.

mod advice;
mod cause;
mod events;
mod patience;
mod pods;
mod trouble;

pub use advice::advice;
pub use cause::Cause;
pub use events::{claims_of, warnings};
pub use patience::{Patience, Verdict};
pub use pods::{has_pods, of_workload, selector};
pub use trouble::{Class, Course, LogOf, Trouble, late, of_pod, of_workload_itself, slow};

#[cfg(test)]
mod tests;
