//! What the stories stand on: a real control plane, the engine in one line, and promtool.

pub mod browser;
pub mod campaign;
pub mod contents;
pub mod control_plane;
pub mod engine;
pub mod first_day;
pub mod json_schema;
pub mod promtool;
pub mod proxy;
pub mod random;
pub mod rule_files;
pub mod timing;

pub use ks_scale::configuration;
