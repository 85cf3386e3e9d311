//! What the server says that an apply of the objects in doubt would give.

use std::borrow::Cow;

use futures::{StreamExt, TryStreamExt, stream};
use ks_model::{Manifest, ObjectRef};
use ks_plan::predecessors::merge_patch;
use ks_plan::{Adoption, Conflict, DryRun, LiveState, Observation, Refusal, doubts, rbac, volumes};
use serde_json::Value;

use super::CONCURRENCY;
use super::look::Observer;
use super::made_anew::made_anew;
use crate::certificates::Made;
use crate::cluster::{ApplyMode, Cluster};
use crate::discovery::ServedKind;
use crate::error::ClusterError;
use crate::refusal;

/// Asks about every object of which the comparison of fields and owners leaves something in doubt.
pub(super) async fn dry_runs(observer: &Observer<'_>, live: &mut LiveState) -> Result<(), ClusterError> {
    let mut doubtful = doubts(observer.desired, live);
    doubtful.extend(volumes::expansions(observer.desired, live, &observer.survey.facts).into_iter().map(Cow::Owned));
    let made = Made::for_all(doubtful.iter().map(|it| &**it))?;
    let doubtful = doubtful.into_iter().filter_map(|it| {
        let kind = observer.served(&it.object().kind, Some(it.version()))?;
        Some((it, kind))
    });
    let (made, known) = (&made, &*live);
    let answers: Vec<Option<(ObjectRef, Option<DryRun>)>> = stream::iter(doubtful)
        .map(|(manifest, kind)| async move {
            let mut answer =
                match dry_run(observer.cluster, kind, &made.fill(&manifest), known.object(manifest.object())).await {
                    // An object of others that has gone since it was read.
                    Err(ClusterError::Conflict { fields, .. }) if fields.is_empty() && manifest.is_pinned() => {
                        return Ok(Some((manifest.object().clone(), None)));
                    }
                    Ok(DryRun::Refused(refusal))
                        if is_about_binding(&refusal)
                            && rbac::binds_what_is_to_come(&manifest, observer.desired, known) =>
                    {
                        return Ok(None);
                    }
                    answer => answer?,
                };
            if let Some(live) = known.object(manifest.object()) {
                answer = adopted(observer, kind, &manifest, live, answer).await?;
            }
            Ok::<_, ClusterError>(Some((manifest.object().clone(), Some(answer.map_object(|it| made.hide(it))))))
        })
        .buffer_unordered(CONCURRENCY)
        .try_collect()
        .await?;
    for (object, answer) in answers.into_iter().flatten() {
        match answer {
            Some(answer) => live.answer(object, answer),
            None => live.observe(object, Observation::Absent { askable: false }),
        }
    }
    Ok(())
}

fn is_about_binding(refusal: &Refusal) -> bool {
    rbac::MissingRule::read(&refusal.message).is_some_and(|it| it.verb == "bind")
}

/// Where ks takes an object over, the apply does what the dry run did and then some: what the predecessor alone
/// wanted goes, and the server fills in its defaults.
async fn adopted(
    observer: &Observer<'_>,
    kind: &ServedKind,
    manifest: &Manifest,
    live: &Value,
    answer: DryRun,
) -> Result<DryRun, ClusterError> {
    let adoption = Adoption::of(live).filter(|_| !manifest.is_pinned());
    let (Some(adoption), DryRun::Merged { object, conflicts }) = (adoption, &answer) else {
        return Ok(answer);
    };
    let completed = adoption.complete(object.clone(), observer.desired.type_of(manifest));
    let Some(patch) = merge_patch(live, &completed) else {
        return Ok(DryRun::Merged { object: completed, conflicts: conflicts.clone() });
    };
    match observer.cluster.foretell(kind, manifest.object(), &patch).await {
        Ok(mut foretold) => {
            let owners = completed.pointer("/metadata/managedFields").cloned();
            if let (Some(owners), Some(metadata)) =
                (owners, foretold.get_mut("metadata").and_then(Value::as_object_mut))
            {
                metadata.insert("managedFields".to_owned(), owners);
            }
            Ok(DryRun::Merged { object: foretold, conflicts: conflicts.clone() })
        }
        // Not telling how it ends is no reason not to plan: the apply itself was answered.
        Err(ClusterError::Invalid { .. } | ClusterError::Forbidden { .. } | ClusterError::Conflict { .. }) => {
            Ok(DryRun::Merged { object: completed, conflicts: conflicts.clone() })
        }
        Err(error) => Err(error),
    }
}

/// Asks what an apply would make of an object. Where other managers own fields, asks again with force, so that the
/// plan can show what taking them would do.
async fn dry_run(
    cluster: &dyn Cluster,
    kind: &ServedKind,
    manifest: &Manifest,
    live: Option<&Value>,
) -> Result<DryRun, ClusterError> {
    let mode = ApplyMode { dry_run: true, force: false };
    let (answer, conflicts) = match cluster.apply(kind, manifest, mode).await {
        Err(ClusterError::Conflict { fields, .. }) if !fields.is_empty() => {
            let conflicts = fields.into_iter().map(|it| Conflict::new(it.field, it.manager)).collect();
            (cluster.apply(kind, manifest, ApplyMode { force: true, ..mode }).await, conflicts)
        }
        answer => (answer, Vec::new()),
    };
    match answer {
        Ok(object) => Ok(DryRun::Merged { object, conflicts }),
        Err(ClusterError::Invalid { message, causes, .. }) => {
            let refusal = Refusal { message, immutable: refusal::immutable_fields(&causes) };
            match live.filter(|_| !refusal.immutable.is_empty()) {
                Some(live) => made_anew(cluster, kind, manifest, live, refusal).await,
                None => Ok(DryRun::Refused(refusal)),
            }
        }
        // Not a matter of the whole plan: a quota, an admission rule or a right that is missing for this kind.
        Err(ClusterError::Forbidden { message, .. }) => Ok(DryRun::Refused(Refusal { message, immutable: Vec::new() })),
        Err(error) => Err(error),
    }
}
