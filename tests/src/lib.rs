//! What the stories stand on: a real control plane, and the engine in one line.

pub mod control_plane;
pub mod engine;
pub mod first_day;
