//! The namespace of the lease, which the plan itself may make.

use ks_model::{GroupKind, Manifest, ObjectRef};
use ks_plan::{Action, Plan};

use super::claim::Claimant;
use crate::cluster::{ApplyMode, Cluster};
use crate::discovery::{Discovery, ServedKind};
use crate::error::ClusterError;

/// The namespace of a lease, as a plan wants it.
pub(super) struct Home<'a> {
    cluster: &'a dyn Cluster,
    kind: &'a ServedKind,
    manifest: &'a Manifest,
    is_new: bool,
}

impl<'a> Home<'a> {
    /// The namespace; `None` where the plan has no say in it.
    pub(super) fn of(claimant: &'a Claimant, plan: &'a Plan, discovery: &'a Discovery) -> Option<Self> {
        let name = claimant.object.namespace.as_ref()?;
        let change = plan.change(&ObjectRef::cluster(GroupKind::new("", "Namespace"), name))?;
        let manifest = change.manifest.as_ref()?;
        let kind = discovery.find(&change.object.kind, manifest.version())?;
        Some(Self { cluster: &*claimant.cluster, kind, manifest, is_new: change.action == Action::Create })
    }

    /// Makes a namespace that the plan makes, unless somebody else was faster; says whether it did. An API server takes a while to
    /// refuse a lease in a namespace that does not exist, so that is not waited for.
    pub(super) async fn make_if_new(&self) -> Result<bool, ClusterError> {
        let is_lacking = self.is_new && self.cluster.get(self.kind, self.manifest.object()).await?.is_none();
        if is_lacking {
            self.make().await?;
        }
        Ok(is_lacking)
    }

    /// Makes the namespace as the plan makes it: applying the same object again, as the plan then does, changes nothing.
    pub(super) async fn make(&self) -> Result<(), ClusterError> {
        self.cluster.apply(self.kind, self.manifest, ApplyMode::default()).await.map(drop)
    }
}
