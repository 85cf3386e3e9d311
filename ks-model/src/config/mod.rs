//! The ClusterConfiguration: what a user hands over.

mod location;

pub use location::Location;
