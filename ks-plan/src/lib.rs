//! ks-plan.
