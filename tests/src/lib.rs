//! Test support.

pub mod control_plane;
