//! ks-plan.

pub mod catalogue;
pub mod compile;
pub mod images;
mod render;
pub mod structured;
pub mod yaml;

pub use catalogue::{Catalogue, CatalogueError, CatalogueErrors, Component, SettingRule};
pub use compile::{CompileError, CompileErrors, Compiled, compile};
