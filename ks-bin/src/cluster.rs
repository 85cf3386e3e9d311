//! Which cluster, and the way to it.

use std::sync::Arc;

use ks_apply::{Cluster, ClusterError};

use crate::cli::ClusterOptions;
use crate::command_error::CommandError;

/// Says what a command may do to the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing: what could change it is refused before it is sent.
    ReadOnly,
    /// Everything that a plan asks for.
    ReadWrite,
}

/// A way to one cluster.
#[derive(Clone)]
pub struct Connection {
    /// The cluster.
    pub cluster: Arc<dyn Cluster>,
}

/// Opens the cluster that the options name.
pub async fn open(_options: &ClusterOptions, _access: Access) -> Result<Connection, CommandError> {
    Err(ClusterError::NoCluster("not connected".into()).into())
}

impl Connection {
    /// What the server warned of so far.
    pub fn warnings(&self) -> Vec<String> {
        Vec::new()
    }
}
