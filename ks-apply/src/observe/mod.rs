//! Cluster → facts and live state, with few requests.

mod dry_run;
mod foresee;
mod look;
mod made_anew;
mod survey;

use ks_model::{ObjectRef, at};
use ks_plan::{Contents, Desired, LiveState};
use serde_json::Value;

use self::dry_run::dry_runs;
pub(crate) use self::foresee::{further_reads, member_reads};
use self::look::Observer;
pub(crate) use self::survey::member_query;
pub use self::survey::{Survey, survey};
use crate::cluster::Cluster;
use crate::discovery::ServedKind;
use crate::error::ClusterError;
use crate::served;

/// How many requests of an observation are under way at once.
pub(crate) const CONCURRENCY: usize = 16;

/// Looks at everything that a plan is about: one labelled LIST for each kind, a GET for what the lists lack, and a dry
/// run only for what the comparison of fields and owners leaves in doubt. Nothing here writes.
///
/// What the survey has listed already is not asked for again, and moves from it into the answer, so each plan begins with a
/// survey of its own.
///
/// # Errors
/// When the cluster cannot be reached or refuses to answer; an object that it refuses is an answer, not an error.
pub async fn observe(cluster: &dyn Cluster, survey: &mut Survey, desired: &Desired) -> Result<LiveState, ClusterError> {
    served::check(&survey.discovery, desired)?;
    let mut live = look(cluster, survey, desired).await?;
    dry_runs(&Observer { cluster, survey, desired }, &mut live).await?;
    Ok(live)
}

/// Looks at the same without a dry run.
pub(crate) async fn look(
    cluster: &dyn Cluster,
    survey: &mut Survey,
    desired: &Desired,
) -> Result<LiveState, ClusterError> {
    let seen = std::mem::take(&mut survey.sightings);
    Observer { cluster, survey, desired }.look(seen).await
}

/// Looks at what `recorded` says that fields are held in and nothing wants, and asks what giving them back would do.
pub(crate) async fn look_for(
    cluster: &dyn Cluster,
    survey: &Survey,
    desired: &Desired,
    recorded: &Contents,
    live: &mut LiveState,
) -> Result<(), ClusterError> {
    let observer = Observer { cluster, survey, desired };
    observer.rest(&survey.sightings, recorded, live).await?;
    dry_runs(&observer, live).await
}

/// The identity of an object that was read as one of a kind.
pub(crate) fn identity(kind: &ServedKind, object: &Value) -> ObjectRef {
    let namespace = at(object, "/metadata/namespace").and_then(Value::as_str).map(str::to_owned);
    ObjectRef { kind: kind.kind.clone(), namespace, name: name(object).to_owned() }
}

fn name(object: &Value) -> &str {
    at(object, "/metadata/name").and_then(Value::as_str).unwrap_or_default()
}
