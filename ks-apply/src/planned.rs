//! The whole way from a configuration to a plan, for programs that embed ks.

use ks_model::config::ClusterConfiguration;
use ks_model::Facts;
use ks_plan::{
    Catalogue, CompileErrors, Desired, DesiredError, Inventory, LiveState, Plan, PlanningError, Resolutions, compile,
    compile_again, lookups,
};

use crate::cluster::{Cluster, RequestCount};
use crate::error::ClusterError;
use crate::observe::{Survey, first_reads, further_reads, observe, survey};

/// Holds a plan with everything that it was made from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Planned {
    /// What the first look gave.
    pub survey: Survey,
    /// What the configuration wants.
    pub desired: Desired,
    /// What the cluster has.
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
/// Where `cluster` is a [`ReadAhead`](crate::ReadAhead), the configuration is compiled on a guess while the first answers
/// come in, so that all that is asked after them can be asked at once.
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
    let guess = if cluster.expect(first_reads()) { compile(catalogue, config, &Facts::default()).ok() } else { None };
    let mut survey = survey(cluster).await?;
    let wanted = lookups(catalogue, config, &survey.facts);
    if let Some(guess) = &guess {
        cluster.expect(further_reads(&survey, guess, &wanted));
    }
    survey.look_up(cluster, &wanted).await?;
    let compiled = match guess {
        Some(guess) => compile_again(guess, catalogue, config, &survey.facts)?,
        None => compile(catalogue, config, &survey.facts)?,
    };
    let desired = Desired::of(catalogue, compiled, Inventory::default())?;
    let desired = desired.with_resolutions(options.resolutions.clone());
    let live = observe(cluster, &survey, &desired).await?;
    let plan = ks_plan::plan(&desired, &live, &survey.facts)?;
    let requests = cluster.requests().since(before);
    Ok(Planned { survey, desired, live, plan, requests })
}
