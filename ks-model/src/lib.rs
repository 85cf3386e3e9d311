//! ks-model.
