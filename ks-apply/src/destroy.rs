//! The plan that removes everything. It needs no configuration, and finds members also where the inventory is lost.

use std::collections::BTreeSet;

use futures::{StreamExt, TryStreamExt, stream};
use ks_model::{GroupKind, Manifest};
use ks_plan::edges::crd::defined_kind;
use ks_plan::{Catalogue, Contents, Desired, Inventory, LiveState, Observation};
use serde_json::Value;

use crate::cluster::{Cluster, ListQuery};
use crate::discovery::ServedKind;
use crate::error::ClusterError;
use crate::observe::{CONCURRENCY, Survey, identity, look_for, survey};
use crate::planned::{PlanError, Planned};

/// Groups whose kinds are questions and answers, never stored.
const UNSTORED: &[&str] = &["authentication.k8s.io", "authorization.k8s.io", "metrics.k8s.io"];

/// Plans to remove everything that ks made, but for the namespaces `leave`, which lose the marks of ks and stay. Writes
/// nothing.
///
/// Every kind is asked for members, and every namespace that goes for what of others lives in it, so this costs some
/// hundred requests.
///
/// # Errors
/// When the cluster cannot be read, when what is to be left alone cannot be, or when the objects cannot be ordered.
pub async fn plan_destroy(
    cluster: &dyn Cluster,
    catalogue: &Catalogue,
    leave: BTreeSet<String>,
) -> Result<Planned, PlanError> {
    let before = cluster.requests();
    let survey = survey(cluster).await?;
    let desired = Desired::nothing(catalogue, Inventory::default(), leave)?;
    let live = observe_all(cluster, &survey, &desired).await?;
    let plan = ks_plan::plan(&desired, &live, &survey.facts)?;
    let requests = cluster.requests().since(before);
    Ok(Planned { survey, desired, live, plan, requests })
}

/// Looks at every member, at the inventory, at what goes with namespaces and definitions, and at what is given back.
///
/// # Errors
/// When the cluster cannot be reached, or refuses a read of a kind that the inventory names.
pub async fn observe_all(cluster: &dyn Cluster, survey: &Survey, desired: &Desired) -> Result<LiveState, ClusterError> {
    let (mut live, parent) = (LiveState::default(), desired.inventory().parent());
    let mut contents = Contents::default();
    // Also where its namespace goes away already: what it says is needed as long as it is there.
    let found = match survey.sightings.inventory(desired.inventory()) {
        Some(found) => found.cloned(),
        None => match survey.discovery.preferred(&parent.kind) {
            Some(kind) => cluster.get(kind, parent).await?,
            None => None,
        },
    };
    if let Some(found) = found {
        contents = Contents::read(&found);
        live.observe(parent.clone(), Observation::Present(found));
    }
    for record in crate::history::list(cluster, desired.inventory(), false).await? {
        live.observe(record.0, Observation::Present(record.1));
    }
    let kinds = stored(survey);
    let members = ListQuery { label_selector: Some(desired.inventory().selector()), ..ListQuery::default() };
    let asked = kinds.iter().map(|kind| (*kind, members.clone())).collect();
    for (kind, objects) in lists(cluster, asked, &contents.kinds).await? {
        for object in objects {
            live.observe(identity(kind, &object), Observation::Present(object));
        }
    }
    let asked = inside(&kinds, &live, survey);
    for (kind, objects) in lists(cluster, asked, &BTreeSet::new()).await? {
        for object in objects {
            live.tenant(identity(kind, &object), object);
        }
    }
    look_for(cluster, survey, desired, &contents, &mut live).await?;
    Ok(live)
}

/// The kinds that can be stored, each once.
fn stored(survey: &Survey) -> Vec<&ServedKind> {
    let names: BTreeSet<&GroupKind> = survey.discovery.iter().map(|it| &it.kind).collect();
    let stored = names.into_iter().filter(|it| !UNSTORED.contains(&it.group.as_str()) && !it.is("", "Binding"));
    stored.filter_map(|it| survey.discovery.preferred(it)).collect()
}

/// What may go with the namespaces and the definitions among what was seen. Claims are read as a whole, because each is
/// agreed to and deleted by itself.
fn inside<'s>(kinds: &[&'s ServedKind], live: &LiveState, survey: &'s Survey) -> Vec<(&'s ServedKind, ListQuery)> {
    let mut asked = Vec::new();
    let query = |kind: &ServedKind, namespace: Option<&str>| ListQuery {
        namespace: namespace.map(str::to_owned),
        metadata_only: !kind.kind.is("", "PersistentVolumeClaim"),
        ..ListQuery::default()
    };
    for (object, value) in live.present() {
        if object.kind.is("", "Namespace") {
            let namespaced = kinds.iter().filter(|it| it.namespaced);
            asked.extend(namespaced.map(|kind| (*kind, query(kind, Some(&object.name)))));
        }
        if object.kind.is_definition() {
            let defined = Manifest::parse(value.clone()).ok().and_then(|it| defined_kind(&it));
            let served = defined.and_then(|it| survey.discovery.preferred(&it));
            asked.extend(served.map(|kind| (kind, query(kind, None))));
        }
    }
    asked
}

/// Makes lists. A kind that cannot be listed, or may not be, counts as empty unless it is `needed`.
async fn lists<'s>(
    cluster: &dyn Cluster,
    asked: Vec<(&'s ServedKind, ListQuery)>,
    needed: &BTreeSet<GroupKind>,
) -> Result<Vec<(&'s ServedKind, Vec<Value>)>, ClusterError> {
    stream::iter(asked)
        .map(|(kind, query)| async move {
            match cluster.list(kind, &query).await {
                Err(ClusterError::NotServed { .. }) => Ok((kind, Vec::new())),
                Err(error) if is_about_kind(&error) && !needed.contains(&kind.kind) => Ok((kind, Vec::new())),
                answer => Ok((kind, answer?)),
            }
        })
        .buffer_unordered(CONCURRENCY)
        .try_collect()
        .await
}

/// Whether an error says that a kind cannot be listed: there is no such request (405), or its own server is away.
fn is_about_kind(error: &ClusterError) -> bool {
    matches!(error, ClusterError::Protocol { .. } | ClusterError::Transient { .. })
}
