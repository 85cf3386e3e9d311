//! The ClusterConfiguration: what a user hands over.
//!
//! The text is read as kubectl reads it (`yaml`), the one ClusterConfiguration is picked (`document`), older spellings are
//! folded into the paths of today (`normalize`, by the table in `fields`), values are checked one by one (`check`) and
//! against each other (`validate`). All problems come out together, each with its place.

#[cfg(test)]
mod bad_values;
mod check;
mod chinese;
mod cluster_configuration;
mod covered;
mod document;
mod fields;
mod location;
mod normalize;
mod problem;
mod report;
mod sections;
mod source;
mod suggest;
mod validate;
mod yaml;

pub use chinese::CHINESE;
pub use cluster_configuration::{ClusterConfiguration, FieldOrigin, Parsed};
pub use covered::{has_credentials, is_secret_name};
pub use fields::{paths, spellings};
pub use location::Location;
pub use problem::{Problem, Problems, Severity};
pub use sections::*;
pub use source::{Source, Span};
pub use suggest::nearest;

use report::Report;
