//! ks-apply.
