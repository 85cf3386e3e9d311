//! The steps of claims: waiting for templates and replicas, and making a pod let go of its claim.

use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use ks_model::ObjectRef;
use ks_plan::volumes::{ClaimTemplates, holds};
use ks_plan::{Readiness, readiness};
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::cluster::Cluster;
use crate::discovery::ServedKind;
use crate::error::ClusterError;
use crate::event::Outcome;
use crate::examine::{Examiner, Seen as Examined};
use crate::wait;

/// How often it is looked whether a pod holds a claim that should go: one may be made in between.
const PAUSE: Duration = Duration::from_millis(500);

/// An object with how its kind is served.
pub(crate) type Served<'a> = (ServedKind, &'a ObjectRef);

/// Follows the StatefulSet of an owner until it makes claims as they are wanted.
pub(crate) async fn until_template(
    cluster: &dyn Cluster,
    kind: &ServedKind,
    templates: &ClaimTemplates,
    timeout: Duration,
    progress: impl Fn(Readiness),
) -> Outcome {
    let seen = cluster.watch(kind, &templates.set).map(|it| (0, it)).boxed();
    let judge = |(_, set): (usize, Option<Value>)| templates.readiness(set.as_ref());
    wait::follow(seen, timeout, judge, progress).await
}

/// Follows a pod and its claim until both are ready.
pub(crate) async fn until_running(
    examiner: &Examiner<'_>,
    pod: Served<'_>,
    claim: Option<Served<'_>>,
    timeout: Duration,
    progress: impl Fn(Readiness),
) -> Outcome {
    let cluster = examiner.cluster;
    let pods = cluster.watch(&pod.0, pod.1).map(|it| (0, it)).boxed();
    let claims = match &claim {
        Some((kind, claim)) => cluster.watch(kind, claim).map(|it| (1, it)).boxed(),
        None => stream::empty().boxed(),
    };
    let mut state: [Option<Option<Value>>; 2] = [None, None];
    let (tell, seen) = watch::channel(Examined { workload: None, state: wait::unseen() });
    let judge = |(slot, found): (usize, Option<Value>)| {
        state[slot] = Some(found);
        let now = match &state {
            [Some(pod), Some(claim)] => readiness::replica(pod.as_ref(), Some(claim.as_ref())),
            [Some(pod), None] if claim.is_none() => readiness::replica(pod.as_ref(), None),
            _ => wait::unseen(),
        };
        tell.send_replace(Examined { workload: state[0].clone().flatten(), state: now.clone() });
        now
    };
    let followed = wait::follow(stream::select(pods, claims).boxed(), timeout, judge, &progress);
    wait::examined(examiner, pod.1, seen, followed, &progress).await
}

/// Deletes whatever pod holds a claim, as often as one does, until the claim is gone or another one stands in its place.
///
/// A controller that has not heard of the delete may make a pod on the claim once more, so one look is not enough. A pod is
/// deleted by its UID and only while the claim is there: none that stands on a new claim goes.
pub(crate) async fn free(
    cluster: &dyn Cluster,
    claim: Served<'_>,
    pod: Served<'_>,
    uid: Option<&str>,
    timeout: Duration,
    progress: impl Fn(Readiness),
) -> Result<Outcome, ClusterError> {
    let started = Instant::now();
    let mut last = wait::unseen();
    let mut end = Outcome::Reached;
    loop {
        let now = match look(cluster, &claim, &pod, uid).await {
            Ok(Seen::Gone) => return Ok(end),
            Ok(Seen::Deleted) => {
                end = Outcome::Deleted;
                Readiness::Waiting { on: format!("{} goes, which holds it", pod.1) }
            }
            Ok(Seen::Held) => Readiness::Waiting { on: format!("{} is on its way out and still holds it", pod.1) },
            Ok(Seen::Leaving) => Readiness::Waiting { on: "it is on its way out".to_owned() },
            Err(error) if error.is_transient() => Readiness::Waiting { on: error.to_string() },
            Err(error) => return Err(error),
        };
        if now != last {
            progress(now.clone());
            last = now;
        }
        if started.elapsed() >= timeout {
            return Ok(Outcome::TimedOut { last, waited: timeout, cause: None });
        }
        tokio::time::sleep(PAUSE.min(timeout)).await;
    }
}

/// What a look at a claim that should go gave.
enum Seen {
    Gone,
    /// A pod held it and was deleted.
    Deleted,
    /// A pod that goes still holds it.
    Held,
    Leaving,
}

/// Looks once, and deletes the pod where it holds the claim.
async fn look(
    cluster: &dyn Cluster,
    claim: &Served<'_>,
    pod: &Served<'_>,
    uid: Option<&str>,
) -> Result<Seen, ClusterError> {
    let is_there = cluster.get(&claim.0, claim.1).await?.is_some_and(|it| uid_of(&it) == uid);
    if !is_there {
        return Ok(Seen::Gone);
    }
    let holder = cluster.get(&pod.0, pod.1).await?.filter(|it| holds(it, &claim.1.name));
    let Some(holder) = holder else { return Ok(Seen::Leaving) };
    if holder.pointer("/metadata/deletionTimestamp").is_some() {
        return Ok(Seen::Held);
    }
    match cluster.delete(&pod.0, pod.1, uid_of(&holder)).await {
        // Another pod of its name stands there by now; the next look tells whether it holds the claim, too.
        Err(ClusterError::Conflict { .. }) => Ok(Seen::Leaving),
        answer => answer.map(|()| Seen::Deleted),
    }
}

fn uid_of(object: &Value) -> Option<&str> {
    object.pointer("/metadata/uid")?.as_str()
}
