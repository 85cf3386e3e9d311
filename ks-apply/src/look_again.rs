//! A second look at the objects of a saved plan, before anything is written.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};
use ks_model::{GroupKind, ObjectRef};
use ks_plan::saved::Expectation;
use ks_plan::{Inventory, LiveState, Observation, SavedPlan};
use serde_json::Value;

use crate::cluster::{Cluster, ListQuery};
use crate::discovery::ServedKind;
use crate::error::ClusterError;
use crate::observe::{CONCURRENCY, Survey, identity};
use crate::sightings;

/// Looks at all objects of a saved plan and at the members of its inventory: one labelled LIST for each kind, a GET for what the
/// lists lack. Writes nothing, and no dry run is made: the plan says already what the server answered.
///
/// # Errors
/// When the cluster cannot be reached or refuses one of these reads.
pub async fn look_again(cluster: &dyn Cluster, survey: &Survey, saved: &SavedPlan) -> Result<LiveState, ClusterError> {
    let mut live = LiveState::default();
    let mut kinds: BTreeMap<&GroupKind, &ServedKind> = BTreeMap::new();
    for expected in &saved.expected {
        kinds.extend(served(survey, expected).map(|it| (&expected.object.kind, it)));
    }
    let parent = &saved.inventory;
    let inventory = Inventory::new(parent.namespace.as_deref().unwrap_or_default(), &parent.name);
    let query = ListQuery { label_selector: Some(inventory.selector()), ..ListQuery::default() };
    let query = &query;
    let lists: Vec<(&ServedKind, Vec<Value>)> = stream::iter(kinds.into_values())
        .map(|kind| async move { Ok::<_, ClusterError>((kind, sightings::list(cluster, kind, query).await?)) })
        .buffer_unordered(CONCURRENCY)
        .try_collect()
        .await?;
    for (kind, objects) in lists {
        for object in objects {
            let identity = identity(kind, &object);
            // What is in a namespace that goes away goes with it; plans count it as absent.
            if identity.namespace.as_ref().is_none_or(|it| survey.namespaces.contains(it)) {
                live.observe(identity, Observation::Present(object));
            }
        }
    }
    let is_listed = |it: &Expectation| {
        let version = live.object(&it.object).and_then(|it| it.get("apiVersion")).and_then(Value::as_str);
        version.is_some() && it.api_version.as_deref().is_none_or(|wanted| version == Some(wanted))
    };
    let has_namespace =
        |it: &&Expectation| it.object.namespace.as_ref().is_none_or(|name| survey.namespaces.contains(name));
    let rest: Vec<(&ObjectRef, &ServedKind)> = saved
        .expected
        .iter()
        .filter(|it| !is_listed(it))
        .filter(has_namespace)
        .filter_map(|it| Some((&it.object, served(survey, it)?)))
        .collect();
    let seen: Vec<(&ObjectRef, Option<Value>)> = stream::iter(rest)
        .map(|(object, kind)| async move {
            match cluster.get(kind, object).await {
                Err(ClusterError::NotServed { .. }) => Ok((object, None)),
                answer => Ok::<_, ClusterError>((object, answer?)),
            }
        })
        .buffer_unordered(CONCURRENCY)
        .try_collect()
        .await?;
    for (object, seen) in seen {
        live.observe(object.clone(), seen.map_or(Observation::Absent { askable: true }, Observation::Present));
    }
    Ok(live)
}

fn served<'s>(survey: &'s Survey, expected: &Expectation) -> Option<&'s ServedKind> {
    let kind = &expected.object.kind;
    match &expected.api_version {
        Some(version) => survey.discovery.find(kind, version.rsplit('/').next().unwrap_or_default()),
        None => survey.discovery.preferred(kind),
    }
}
