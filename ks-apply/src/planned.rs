//! The whole way from a configuration to a plan, for programs that embed ks.

use std::sync::Arc;

use ks_model::config::ClusterConfiguration;
use ks_plan::{
    Catalogue, CompileErrors, Compiled, Desired, DesiredError, Inventory, LiveState, Plan, PlanningError, Resolutions,
    compile, compile_again, lookups,
};

use crate::cluster::{Cluster, RequestCount};
use crate::error::ClusterError;
use crate::observe::{Survey, observe, survey};

/// Holds a plan with everything that it was made from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Planned {
    /// What the first look gave.
    pub survey: Survey,
    /// What the configuration wants.
    pub desired: Desired,
    /// What the cluster has; an [`Outlook`](crate::Outlook) drops the trees of objects that stay as they are
    /// ([`LiveState::settled`]).
    pub live: LiveState,
    /// The plan.
    pub plan: Plan,
    /// The requests that it took.
    pub requests: RequestCount,
}

/// Says what the configuration does not.
///
/// # Example
/// ```
/// let mut options = ks_apply::PlanOptions::default();
/// options.resolutions.keep.insert(".spec.replicas@Deployment namespace/name".parse()?);
/// # Ok::<(), ks_plan::FieldAddressError>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PlanOptions {
    /// What becomes of conflicts with other managers of fields.
    pub resolutions: Resolutions,
    /// Whether the plan is to be saved ([`SavedPlan::of`](ks_plan::SavedPlan::of)): a look that drops what stays as it is then keeps what is
    /// written down of it.
    pub for_saving: bool,
}

/// Says why there is no plan.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The cluster did not answer.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// The catalogue and the configuration do not fit.
    #[error(transparent)]
    Compile(#[from] CompileErrors),
    /// The wanted objects do not make a plan.
    #[error(transparent)]
    Desired(#[from] DesiredError),
    /// The objects to delete cannot be ordered, or a resolution resolves nothing.
    #[error(transparent)]
    Planning(#[from] PlanningError),
}

/// Plans a configuration against a cluster: survey, compile, observe, plan. Writes nothing.
///
/// [`Outlook`](crate::Outlook) does the same in less time and memory, on several threads.
///
/// # Errors
/// When the cluster cannot be read, or what is wanted makes no sense. An object that the server refuses is no error
/// but a fault of the plan.
///
/// # Example
/// See `examples/embed.rs`.
pub async fn plan(
    cluster: &dyn Cluster,
    catalogue: &Catalogue,
    config: &ClusterConfiguration,
    options: &PlanOptions,
) -> Result<Planned, PlanError> {
    let before = cluster.requests();
    let mut survey = survey(cluster).await?;
    let wanted = Wanted { catalogue, config, options };
    survey.look_at_members(cluster).await?;
    let desired = desire(cluster, &mut survey, Guess::default(), wanted).await?;
    let mut planned = plan_from(cluster, survey, desired).await?;
    planned.requests = cluster.requests().since(before);
    Ok(planned)
}

/// What is planned.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) config: &'a ClusterConfiguration,
    pub(crate) options: &'a PlanOptions,
}

/// What other facts gave, as far as that is known.
#[derive(Default)]
pub(crate) struct Guess {
    pub(crate) compiled: Option<Compiled>,
    pub(crate) desired: Option<Arc<Desired>>,
}

/// Looks up what settings ask for, where the members that may be asked for were seen, and compiles what is wanted.
pub(crate) async fn desire(
    cluster: &dyn Cluster,
    survey: &mut Survey,
    guess: Guess,
    Wanted { catalogue, config, options }: Wanted<'_>,
) -> Result<Desired, PlanError> {
    survey.look_up_beside_members(cluster, &lookups(catalogue, config, &survey.facts)).await?;
    let compiled = match guess.compiled {
        Some(guess) => compile_again(guess, catalogue, config, &survey.facts)?,
        None => compile(catalogue, config, &survey.facts)?,
    };
    let desired = Desired::of(catalogue, compiled, Inventory::default())?;
    let desired = match &guess.desired {
        Some(earlier) => desired.sharing(earlier),
        None => desired,
    };
    Ok(desired.with_resolutions(options.resolutions.clone()))
}

/// Plans on from there; its requests are counted from here.
pub(crate) async fn plan_from(
    cluster: &dyn Cluster,
    mut survey: Survey,
    desired: Desired,
) -> Result<Planned, PlanError> {
    let before = cluster.requests();
    let live = observe(cluster, &mut survey, &desired).await?;
    let plan = ks_plan::plan(&desired, &live, &survey.facts)?;
    let requests = cluster.requests().since(before);
    Ok(Planned { survey, desired, live, plan, requests })
}
