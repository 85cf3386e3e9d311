//! The first look at a cluster: what has to be known before anything is compiled.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use futures::{StreamExt, TryStreamExt, stream};
use ks_model::{
    CertificateRequest, CertificateState, Facts, Found, GroupKind, LiveField, LiveSearch, ObjectRef, SecretName,
    StorageClass,
};
use ks_plan::{Contents, Inventory, Lookups};
use serde_json::Value;

use super::{CONCURRENCY, identity, name};
use crate::certificates::judge;
use crate::cluster::{Cluster, ListQuery};
use crate::discovery::{Discovery, ServedKind};
use crate::error::ClusterError;
use crate::sightings::Sightings;

/// Holds what a first look at a cluster gives, before anything is compiled.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Survey {
    /// What the wanted state depends on.
    pub facts: Facts,
    /// Which kinds are served.
    pub discovery: Discovery,
    /// The namespaces that exist and stay.
    pub namespaces: BTreeSet<String>,
    /// What has been read so far, and need not be read again.
    pub(crate) sightings: Sightings,
}

/// Takes the first look, all at once: version, kinds, namespaces, nodes, storage classes and the inventory. What settings ask
/// for comes after it: [`Survey::look_up`].
///
/// # Errors
/// When the cluster cannot be reached, or refuses one of these reads.
pub async fn survey(cluster: &dyn Cluster) -> Result<Survey, ClusterError> {
    let metadata = ListQuery { metadata_only: true, ..ListQuery::default() };
    let (whole, inventory) = (ListQuery::default(), Inventory::default());
    let namespace = always("", "Namespace", "namespaces", false);
    let (node, class) =
        (always("", "Node", "nodes", false), always("storage.k8s.io", "StorageClass", "storageclasses", false));
    let config_map = always("", "ConfigMap", "configmaps", true);
    let (version, discovery, namespaces, nodes, classes, recorded) = futures::join!(
        cluster.version(),
        cluster.discover(),
        cluster.list(&namespace, &whole),
        cluster.list(&node, &metadata),
        cluster.list(&class, &whole),
        cluster.get(&config_map, inventory.parent()),
    );
    // Of several errors the same one is told each time, whichever came first.
    let (version, discovery, namespaces) = (version?, discovery?, namespaces?);
    let (nodes, classes, recorded) = (nodes?, classes?, recorded?);
    let mut facts = Facts::default();
    facts.version = version;
    facts.nodes = u32::try_from(nodes.len()).unwrap_or(u32::MAX);
    facts.cluster_uid = namespaces.iter().find(|it| name(it) == "kube-system").and_then(uid);
    facts.storage_classes = classes.iter().map(|it| (name(it).to_owned(), storage_class(it))).collect();
    // One that is being deleted takes nothing new; whatever is in it goes away.
    let stays = |it: &&Value| it.pointer("/metadata/deletionTimestamp").is_none();
    let names: BTreeSet<String> = namespaces.iter().filter(stays).map(|it| name(it).to_owned()).collect();
    let mut sightings = Sightings::default();
    sightings.note_all(&namespace, namespaces);
    sightings.note_inventory(&inventory, recorded);
    Ok(Survey { facts, discovery, namespaces: names, sightings })
}

impl Survey {
    /// Adds the live values that settings ask for to the facts: a GET for each object whose field is kept and for
    /// each certificate, unless it is a member of the inventory, whose lists come first; and a LIST for each search.
    ///
    /// # Errors
    /// When the cluster cannot be reached, or refuses one of these reads.
    pub async fn look_up(&mut self, cluster: &dyn Cluster, wanted: &Lookups) -> Result<(), ClusterError> {
        self.look_at_members(cluster).await?;
        self.look_up_beside_members(cluster, wanted).await
    }
}

impl Survey {
    /// Lists the members that the inventory promises, but for kinds that were listed already.
    pub(crate) async fn look_at_members(&mut self, cluster: &dyn Cluster) -> Result<(), ClusterError> {
        self.sightings.look_at_members(cluster, self.member_kinds(), &member_query()).await
    }

    /// As [`Self::look_up`], where those members were seen that may be asked for.
    pub(crate) async fn look_up_beside_members(
        &mut self,
        cluster: &dyn Cluster,
        wanted: &Lookups,
    ) -> Result<(), ClusterError> {
        let (kept, found, certificates) = futures::try_join!(
            live_values(cluster, self, &wanted.kept),
            searches(cluster, self, &wanted.searches),
            judged(cluster, self, &wanted.certificates),
        )?;
        self.facts.kept = kept;
        self.facts.found = found;
        self.facts.certificates = certificates;
        Ok(())
    }

    /// The kinds that the inventory names, but for those that were listed already.
    pub(super) fn member_kinds(&self) -> Vec<ServedKind> {
        let named = self
            .sightings
            .inventory(&Inventory::default())
            .flatten()
            .map(|it| Contents::read(it).kinds)
            .unwrap_or_default();
        let served = named.iter().filter_map(|it| self.discovery.preferred(it));
        let is_listed = |it: &ServedKind| self.sightings.has_all(it) || self.sightings.has_members(it);
        served.filter(|it| !is_listed(it)).cloned().collect()
    }

    /// An object, asked for unless it has been seen.
    async fn get(
        &self,
        cluster: &dyn Cluster,
        kind: &ServedKind,
        object: &ObjectRef,
    ) -> Result<Option<Value>, ClusterError> {
        match self.sightings.find(kind, object) {
            Some(seen) => Ok(Some(seen.clone())),
            None => cluster.get(kind, object).await,
        }
    }
}

/// The list of members of a kind.
pub(crate) fn member_query() -> ListQuery {
    ListQuery { label_selector: Some(Inventory::default().selector()), ..ListQuery::default() }
}

async fn searches(
    cluster: &dyn Cluster,
    survey: &Survey,
    wanted: &BTreeSet<LiveSearch>,
) -> Result<BTreeMap<LiveSearch, Vec<Found>>, ClusterError> {
    let found =
        wanted.iter().map(|it| async move { Ok::<_, ClusterError>((it.clone(), search(cluster, survey, it).await?)) });
    stream::iter(found).buffer_unordered(CONCURRENCY).try_collect().await
}

/// Where a kind is not served there is nothing to find.
async fn search(cluster: &dyn Cluster, survey: &Survey, wanted: &LiveSearch) -> Result<Vec<Found>, ClusterError> {
    let version = wanted.api_version.rsplit('/').next().unwrap_or_default();
    let Some(kind) = survey.discovery.find(&wanted.kind, version) else { return Ok(Vec::new()) };
    let objects = match cluster.list(kind, &query_of(wanted)).await {
        Err(ClusterError::NotServed { .. }) => Vec::new(),
        answer => answer?,
    };
    let field = |object: &Value| {
        let mut value = object.pointer(&wanted.pointer).cloned()?;
        without_bookkeeping(&mut value);
        let ObjectRef { namespace, name, .. } = identity(kind, object);
        // What is in a namespace that goes away goes with it.
        let stays = namespace.as_ref().is_none_or(|it| survey.namespaces.contains(it));
        stays.then_some(Found { namespace, name, value })
    };
    let mut found: Vec<Found> = objects.iter().filter_map(field).collect();
    found.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
    Ok(found)
}

/// The list that a search makes.
pub(super) fn query_of(wanted: &LiveSearch) -> ListQuery {
    ListQuery { namespace: wanted.namespace.clone(), label_selector: wanted.selector.clone(), ..ListQuery::default() }
}

/// Of a whole object, what the server keeps account of is no fact: it changes with every write.
fn without_bookkeeping(value: &mut Value) {
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        for field in ["creationTimestamp", "generation", "managedFields", "resourceVersion"] {
            metadata.shift_remove(field);
        }
    }
}

/// A kind that every API server has in version `v1`, so that it can be read before it is known what is served.
fn always(group: &str, kind: &str, plural: &str, namespaced: bool) -> ServedKind {
    let (version, plural) = ("v1".to_owned(), plural.to_owned());
    ServedKind { kind: GroupKind::new(group, kind), version, plural, namespaced }
}

async fn live_values(
    cluster: &dyn Cluster,
    survey: &Survey,
    kept: &BTreeSet<LiveField>,
) -> Result<BTreeMap<LiveField, Value>, ClusterError> {
    let objects: BTreeMap<&ObjectRef, &str> = kept.iter().map(|it| (&it.object, it.api_version.as_str())).collect();
    let served = objects.into_iter().filter_map(|(object, api_version)| {
        let version = api_version.rsplit('/').next().unwrap_or_default();
        let exists = object.namespace.as_ref().is_none_or(|it| survey.namespaces.contains(it));
        Some((object, survey.discovery.find(&object.kind, version).filter(|_| exists)?))
    });
    let found: BTreeMap<&ObjectRef, Option<Value>> = stream::iter(served)
        .map(|(object, kind)| async move { Ok::<_, ClusterError>((object, survey.get(cluster, kind, object).await?)) })
        .buffer_unordered(CONCURRENCY)
        .try_collect()
        .await?;
    let value = |field: &LiveField| found.get(&field.object)?.as_ref()?.pointer(&field.pointer).cloned();
    Ok(kept.iter().filter_map(|field| Some((field.clone(), value(field)?))).collect())
}

/// Reads the Secrets and keeps what is public of them.
async fn judged(
    cluster: &dyn Cluster,
    survey: &Survey,
    certificates: &BTreeSet<CertificateRequest>,
) -> Result<BTreeMap<SecretName, CertificateState>, ClusterError> {
    let Some(kind) = survey.discovery.preferred(&GroupKind::new("", "Secret")) else { return Ok(BTreeMap::new()) };
    let state = |request: &CertificateRequest| {
        let request = request.clone();
        async move {
            let exists = survey.namespaces.contains(&request.secret.namespace);
            let live = if exists { survey.get(cluster, kind, &request.secret.object()).await? } else { None };
            let state = judge(live.as_ref(), &request, SystemTime::now());
            Ok::<_, ClusterError>((request.secret, state))
        }
    };
    stream::iter(certificates).map(state).buffer_unordered(CONCURRENCY).try_collect().await
}

fn storage_class(class: &Value) -> StorageClass {
    let annotation = "storageclass.kubernetes.io/is-default-class";
    let mut seen = StorageClass::default();
    seen.is_default =
        class.pointer("/metadata/annotations").and_then(|it| it.get(annotation)) == Some(&Value::from("true"));
    seen.allows_expansion = class.get("allowVolumeExpansion") == Some(&Value::Bool(true));
    seen.binds_at_first_use = class.get("volumeBindingMode") == Some(&Value::from("WaitForFirstConsumer"));
    seen
}

fn uid(object: &Value) -> Option<String> {
    object.pointer("/metadata/uid")?.as_str().map(str::to_owned)
}
