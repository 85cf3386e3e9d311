//! The effects of ks: observe a cluster, write to it, wait.
//!
//! Nothing here decides, prints or exits.

pub mod cluster;
pub mod discovery;
pub mod error;

pub use cluster::{ApplyMode, Cluster, ListQuery, RequestCount};
pub use discovery::{Discovery, ServedKind};
pub use error::{ClusterError, FieldConflict, InvalidCause};
