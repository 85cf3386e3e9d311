//! What others, and earlier runs, left behind.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt, stream};
use k8s_openapi::jiff::Timestamp;
use ks_model::ObjectRef;
use ks_plan::doctor::{ApplyRecord, HelmRelease, LeaseSeen, Leaving, Seen, installer_objects};
use ks_plan::history::Record;
use ks_plan::{Desired, Inventory};
use serde_json::Value;

use super::{kind, seen};
use crate::cluster::{Cluster, ListQuery};
use crate::discovery::Discovery;
use crate::error::ClusterError;
use crate::lease::occupant;
use crate::observe::{CONCURRENCY, Survey};
use crate::{history, lease};

/// The label of the Secrets in which Helm keeps account of its releases.
const HELM: &str = "owner=helm";

/// The objects of the old installer that exist.
pub(super) async fn installer(cluster: &dyn Cluster, discovery: &Discovery) -> Seen<BTreeMap<ObjectRef, Value>> {
    let wanted = installer_objects();
    let served = wanted.iter().filter_map(|it| Some((it, discovery.preferred(&it.kind)?)));
    let found: Result<Vec<_>, ClusterError> = stream::iter(served)
        .map(|(object, kind)| async move { Ok::<_, ClusterError>((object.clone(), cluster.get(kind, object).await?)) })
        .buffer_unordered(CONCURRENCY)
        .try_collect()
        .await;
    seen(found.map(|all| all.into_iter().filter_map(|(object, live)| Some((object, live?))).collect()))
}

/// The releases of Helm in the namespaces of wanted objects.
pub(super) async fn releases(
    cluster: &dyn Cluster,
    discovery: &Discovery,
    desired: Option<&Desired>,
) -> Seen<BTreeSet<HelmRelease>> {
    let Some(secrets) = discovery.preferred(&kind("", "Secret")) else { return Ok(BTreeSet::new()) };
    let manifests = desired.into_iter().flat_map(Desired::manifests);
    let namespaces: BTreeSet<String> = manifests.filter_map(|it| it.object().namespace.clone()).collect();
    let found: Result<Vec<Vec<Value>>, ClusterError> = stream::iter(namespaces)
        .map(|namespace| async move {
            let (namespace, label_selector) = (Some(namespace), Some(HELM.to_owned()));
            // What is in these Secrets is of no interest, and they are large.
            let query = ListQuery { namespace, label_selector, metadata_only: true, ..ListQuery::default() };
            cluster.list(secrets, &query).await
        })
        .buffer_unordered(CONCURRENCY)
        .try_collect()
        .await;
    let release = |secret: &Value| {
        let text = |pointer: &str| secret.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        Some(HelmRelease { namespace: text("/metadata/namespace")?, name: text("/metadata/labels/name")? })
    };
    seen(found.map(|all| all.iter().flatten().filter_map(release).collect()))
}

/// The APIService objects.
pub(super) async fn services(cluster: &dyn Cluster, discovery: &Discovery) -> Seen<Vec<Value>> {
    match discovery.preferred(&kind("apiregistration.k8s.io", "APIService")) {
        Some(kind) => seen(cluster.list(kind, &ListQuery::default()).await),
        None => Ok(Vec::new()),
    }
}

/// Who holds the lease.
pub(super) async fn lease(cluster: &dyn Cluster, inventory: &Inventory) -> Seen<Option<LeaseSeen>> {
    let found = seen(occupant(cluster, inventory).await)?;
    Ok(found.map(|it| {
        let lease::Occupied { holder, since, looks_abandoned, .. } = it;
        LeaseSeen { holder, since, looks_abandoned }
    }))
}

/// The records of applies. One that cannot be read tells nothing here.
pub(super) async fn records(cluster: &dyn Cluster, inventory: &Inventory) -> Seen<Vec<ApplyRecord>> {
    let found = seen(history::list(cluster, inventory, false).await)?;
    let record = |(_, live): &(ObjectRef, Value)| {
        let Record { number, who, holder, started, outcome, .. } = Record::read(live).ok()?;
        Some(ApplyRecord { number, who, holder, started, outcome })
    };
    Ok(found.iter().filter_map(record).collect())
}

/// The namespaces that are being deleted.
pub(super) fn leaving(survey: &Survey) -> Vec<Leaving> {
    let namespaces = survey.discovery.preferred(&kind("", "Namespace")).map(|it| survey.sightings.all(it));
    let now = Timestamp::now();
    namespaces.into_iter().flatten().filter_map(|it| leaving_since(it, now)).collect()
}

fn leaving_since(namespace: &Value, now: Timestamp) -> Option<Leaving> {
    let since: Timestamp = namespace.pointer("/metadata/deletionTimestamp")?.as_str()?.parse().ok()?;
    let seconds = u64::try_from(now.as_second() - since.as_second()).unwrap_or(0);
    let conditions = namespace.pointer("/status/conditions").and_then(Value::as_array).into_iter().flatten();
    let bad = conditions.filter(|it| it.get("status") == Some(&Value::from("True")));
    let kept_by = bad.filter_map(|it| it.get("message")?.as_str().map(str::to_owned)).collect();
    let name = namespace.pointer("/metadata/name")?.as_str()?.to_owned();
    Some(Leaving { name, seconds, kept_by })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_namespace_tells_since_when_it_goes_and_what_keeps_it() {
        let now = "2026-01-01T00:10:00Z".parse().unwrap();
        let condition = |status: &str, message: &str| json!({ "status": status, "message": message });
        let namespace = json!({ "metadata": { "name": "a", "deletionTimestamp": "2026-01-01T00:00:00Z" },
            "status": { "conditions": [condition("False", "fine"), condition("True", "a finalizer remains")] } });
        let found = leaving_since(&namespace, now).unwrap();
        assert_eq!(found, Leaving { name: "a".into(), seconds: 600, kept_by: vec!["a finalizer remains".into()] });
        assert_eq!(leaving_since(&json!({ "metadata": { "name": "a" } }), now), None);
    }
}
