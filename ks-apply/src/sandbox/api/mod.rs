//! What an API server answers: pure functions over the state.

mod admission;
pub(super) mod apply;
pub(super) mod delete;
pub(super) mod finish;
mod immutable;
pub(super) mod owners;
pub(super) mod read;
pub(super) mod refusal;
pub(super) mod replace;
mod required;
