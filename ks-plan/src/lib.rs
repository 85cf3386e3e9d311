//! ks-plan.

pub mod structured;
