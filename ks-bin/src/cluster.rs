//! Which cluster, and the way to it.

use std::path::Path;
use std::sync::Arc;

use ks_apply::{
    Cluster, ConnectOptions, KubeCluster, Outlook, PlanError, PlanOptions, Planned, Sandbox, SandboxError, plan,
};
use ks_model::ClusterConfiguration;
use ks_plan::Catalogue;

use crate::cli::ClusterOptions;
use crate::command_error::{CommandError, Kind};

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
    kube: Option<KubeCluster>,
}

/// A look at a cluster.
pub enum Look {
    /// It has begun.
    Ahead(Outlook),
    /// It begins with the plan.
    AsAsked(Arc<dyn Cluster>),
}

impl Look {
    /// Plans a configuration.
    pub async fn plan(
        self,
        catalogue: &Catalogue,
        config: &ClusterConfiguration,
        options: &PlanOptions,
    ) -> Result<Planned, PlanError> {
        match self {
            Self::Ahead(outlook) => outlook.plan(catalogue, config, options).await,
            Self::AsAsked(cluster) => plan(&*cluster, catalogue, config, options).await,
        }
    }
}

impl Connection {
    /// Begins to look, for one plan. A sandbox answers at once as it is.
    pub fn look(&self) -> Look {
        let cluster = Arc::clone(&self.cluster);
        if self.kube.is_some() { Look::Ahead(Outlook::begin(cluster)) } else { Look::AsAsked(cluster) }
    }

    /// What the server warned of so far.
    pub fn warnings(&self) -> Vec<String> {
        self.kube.as_ref().map(KubeCluster::warnings).unwrap_or_default()
    }
}

/// Opens the cluster that the options name, else the one that kubectl would use.
pub async fn open(options: &ClusterOptions, access: Access) -> Result<Connection, CommandError> {
    if let Some(path) = &options.sandbox {
        return Ok(Connection { cluster: Arc::new(sandbox(path)?), kube: None });
    }
    if let Some(path) = options.snapshot() {
        let message = format!("{} is a snapshot, not a cluster", path.display());
        let error = CommandError::new(Kind::BadInput, message);
        return Err(error.hint("--cluster snapshot:FILE serves `ks plan`, `status`, `render`, `graph` and `explain`"));
    }
    let mut way = ConnectOptions::default();
    way.kubeconfig.clone_from(&options.kubeconfig);
    way.context.clone_from(&options.context);
    way.impersonate.clone_from(&options.impersonate);
    way.impersonate_groups.clone_from(&options.as_group);
    way.timeouts.request = options.request_timeout;
    way.read_only = access == Access::ReadOnly;
    let kube = KubeCluster::connect(way).await?;
    Ok(Connection { cluster: Arc::new(kube.clone()), kube: Some(kube) })
}

/// Opens a sandbox, and makes its file when it is missing.
fn sandbox(path: &Path) -> Result<Sandbox, CommandError> {
    Sandbox::open(path).map_err(|error: SandboxError| {
        let hint = match error {
            SandboxError::Corrupt { .. } | SandboxError::Format { .. } => {
                format!("remove {} to start with an empty sandbox", path.display())
            }
            _ => "--sandbox=FILE names a file that ks may make and write, in a folder where it may do so".to_owned(),
        };
        CommandError::caused(Kind::NoCluster, &error).hint(hint)
    })
}
