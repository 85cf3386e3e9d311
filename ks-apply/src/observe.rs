//! Cluster → facts and live state, with few requests.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use futures::{StreamExt, TryStreamExt, stream};
use ks_model::{
    CertificateRequest, CertificateState, Facts, Found, GroupKind, LiveField, LiveSearch, Manifest, ObjectRef,
    Ownership, SecretName, StorageClass,
};
use ks_plan::predecessors::merge_patch;
use ks_plan::readiness::companion;
use ks_plan::{
    Adoption, Conflict, Contents, Desired, DryRun, Inventory, LiveState, Lookups, Observation, Refusal, doubts,
    trial_name, volumes,
};
use serde_json::Value;

use crate::certificates::{Made, judge};
use crate::cluster::{ApplyMode, Cluster, ListQuery};
use crate::discovery::{Discovery, ServedKind};
use crate::error::ClusterError;
use crate::refusal;
use crate::served;
use crate::sightings::{self, Sightings};

/// How many requests of an observation are under way at once.
pub(crate) const CONCURRENCY: usize = 16;

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

/// Takes the first look: version, kinds, namespaces, nodes and storage classes. What settings ask for comes after it:
/// [`Survey::look_up`].
///
/// # Errors
/// When the cluster cannot be reached, or refuses one of these reads.
pub async fn survey(cluster: &dyn Cluster) -> Result<Survey, ClusterError> {
    let (version, discovery) = futures::try_join!(cluster.version(), cluster.discover())?;
    let metadata = ListQuery { metadata_only: true, ..ListQuery::default() };
    let (whole, namespace) = (ListQuery::default(), GroupKind::new("", "Namespace"));
    let (namespaces, nodes, classes) = futures::try_join!(
        list(cluster, &discovery, namespace.clone(), &whole),
        list(cluster, &discovery, GroupKind::new("", "Node"), &metadata),
        list(cluster, &discovery, GroupKind::new("storage.k8s.io", "StorageClass"), &whole),
    )?;
    let mut facts = Facts::default();
    facts.version = version;
    facts.nodes = u32::try_from(nodes.len()).unwrap_or(u32::MAX);
    facts.cluster_uid = namespaces.iter().find(|it| name(it) == "kube-system").and_then(uid);
    facts.storage_classes = classes.iter().map(|it| (name(it).to_owned(), storage_class(it))).collect();
    // One that is being deleted takes nothing new; whatever is in it goes away.
    let stays = |it: &&Value| it.pointer("/metadata/deletionTimestamp").is_none();
    let names: BTreeSet<String> = namespaces.iter().filter(stays).map(|it| name(it).to_owned()).collect();
    let mut sightings = Sightings::default();
    if let Some(kind) = discovery.preferred(&namespace) {
        sightings.note_all(kind, namespaces);
    }
    Ok(Survey { facts, discovery, namespaces: names, sightings })
}

impl Survey {
    /// Adds the live values that settings ask for to the facts: a GET for each object whose field is kept and for
    /// each certificate, unless it is a member of the inventory, whose lists come first; and a LIST for each search.
    ///
    /// # Errors
    /// When the cluster cannot be reached, or refuses one of these reads.
    pub async fn look_up(&mut self, cluster: &dyn Cluster, wanted: &Lookups) -> Result<(), ClusterError> {
        let inventory = Inventory::default();
        if inventory.parent().namespace.as_ref().is_some_and(|it| self.namespaces.contains(it)) {
            self.sightings.look_at_members(cluster, &self.discovery, &inventory).await?;
        }
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
}

impl Survey {
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
    let query = ListQuery {
        namespace: wanted.namespace.clone(),
        label_selector: wanted.selector.clone(),
        ..ListQuery::default()
    };
    let objects = match cluster.list(kind, &query).await {
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

/// Of a whole object, what the server keeps account of is no fact: it changes with every write.
fn without_bookkeeping(value: &mut Value) {
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        for field in ["creationTimestamp", "generation", "managedFields", "resourceVersion"] {
            metadata.shift_remove(field);
        }
    }
}

async fn list(
    cluster: &dyn Cluster,
    discovery: &Discovery,
    kind: GroupKind,
    query: &ListQuery,
) -> Result<Vec<Value>, ClusterError> {
    match discovery.preferred(&kind) {
        Some(served) => cluster.list(served, query).await,
        None => Ok(Vec::new()),
    }
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

fn name(object: &Value) -> &str {
    object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default()
}

fn uid(object: &Value) -> Option<String> {
    object.pointer("/metadata/uid")?.as_str().map(str::to_owned)
}

/// Looks at everything that a plan is about: one labelled LIST for each kind, a GET for what the lists lack, and a dry
/// run only for what the comparison of fields and owners leaves in doubt. Nothing here writes.
///
/// What the survey has listed already is not asked for again, so each plan begins with a survey of its own.
///
/// # Errors
/// When the cluster cannot be reached or refuses to answer; an object that it refuses is an answer, not an error.
pub async fn observe(cluster: &dyn Cluster, survey: &Survey, desired: &Desired) -> Result<LiveState, ClusterError> {
    served::check(&survey.discovery, desired)?;
    let mut live = look(cluster, survey, desired).await?;
    Observer { cluster, survey, desired }.dry_runs(&mut live).await?;
    Ok(live)
}

/// Looks at the same without a dry run.
pub(crate) async fn look(cluster: &dyn Cluster, survey: &Survey, desired: &Desired) -> Result<LiveState, ClusterError> {
    let observer = Observer { cluster, survey, desired };
    let mut live = LiveState::default();
    let recorded = observer.inventory(&mut live).await?;
    observer.members(&recorded, &mut live).await?;
    observer.rest(&recorded, &mut live).await?;
    observer.companions(&mut live).await?;
    observer.claims(&mut live).await?;
    Ok(live)
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
    observer.rest(recorded, live).await?;
    observer.dry_runs(live).await
}

struct Observer<'a> {
    cluster: &'a dyn Cluster,
    survey: &'a Survey,
    desired: &'a Desired,
}

impl<'a> Observer<'a> {
    fn served(&self, kind: &GroupKind, version: Option<&str>) -> Option<&'a ServedKind> {
        match version {
            Some(version) => self.survey.discovery.find(kind, version),
            None => self.survey.discovery.preferred(kind),
        }
    }

    fn has_namespace(&self, object: &ObjectRef) -> bool {
        object.namespace.as_ref().is_none_or(|it| self.survey.namespaces.contains(it))
    }

    async fn get(&self, kind: &ServedKind, object: &ObjectRef) -> Result<Observation, ClusterError> {
        let absent = Observation::Absent { askable: true };
        if self.survey.sightings.all(kind).is_some() {
            return Ok(self.survey.sightings.find(kind, object).cloned().map_or(absent, Observation::Present));
        }
        match self.cluster.get(kind, object).await {
            Ok(found) => Ok(found.map_or(Observation::Absent { askable: true }, Observation::Present)),
            // It was served a moment ago: its definition has gone, and its objects with it.
            Err(ClusterError::NotServed { .. }) => Ok(Observation::Absent { askable: false }),
            Err(error) => Err(error),
        }
    }

    async fn inventory(&self, live: &mut LiveState) -> Result<Contents, ClusterError> {
        let parent = self.desired.inventory().parent();
        let kind = self.served(&parent.kind, None).filter(|_| self.has_namespace(parent));
        let Some(kind) = kind else { return Ok(Contents::default()) };
        let seen = match self.survey.sightings.inventory() {
            Some(seen) => seen.clone().map_or(Observation::Absent { askable: true }, Observation::Present),
            None => self.get(kind, parent).await?,
        };
        let contents = match &seen {
            Observation::Present(object) => Contents::read(object),
            Observation::Absent { .. } => Contents::default(),
        };
        live.observe(parent.clone(), seen);
        Ok(contents)
    }

    /// Lists the members of the inventory, kind by kind over all namespaces.
    async fn members(&self, recorded: &Contents, live: &mut LiveState) -> Result<(), ClusterError> {
        let mut kinds: BTreeMap<&GroupKind, &ServedKind> =
            recorded.kinds.iter().filter_map(|kind| Some((kind, self.served(kind, None)?))).collect();
        let is_member = |it: &&Manifest| self.desired.ownership(it.object()) == Ownership::Whole;
        for manifest in self.desired.manifests().filter(is_member) {
            let kind = &manifest.object().kind;
            kinds.extend(self.served(kind, Some(manifest.version())).map(|served| (kind, served)));
        }
        let query = ListQuery { label_selector: Some(self.desired.inventory().selector()), ..ListQuery::default() };
        let (query, inventory) = (&query, self.desired.inventory());
        let lists: Vec<(&ServedKind, Vec<Value>)> = stream::iter(kinds.into_values())
            .map(|kind| async move {
                let objects = match self.survey.sightings.members(kind, inventory) {
                    Some(seen) => seen,
                    None => sightings::list(self.cluster, kind, query).await?,
                };
                Ok::<_, ClusterError>((kind, objects))
            })
            .buffer_unordered(CONCURRENCY)
            .try_collect()
            .await?;
        for (kind, objects) in lists {
            for object in objects {
                live.observe(identity(kind, &object), Observation::Present(object));
            }
        }
        Ok(())
    }

    /// Reads wanted objects that no list has, because they do not exist or are not ours yet, and those that a list has in
    /// another version than they are wanted in: fields are compared within one version. And objects of others in which
    /// fields were wanted once.
    async fn rest(&self, recorded: &Contents, live: &mut LiveState) -> Result<(), ClusterError> {
        let is_listed = |it: &Manifest| {
            let version = live.object(it.object()).and_then(|it| it.get("apiVersion")).and_then(Value::as_str);
            version == Some(it.api_version())
        };
        let missing: Vec<&Manifest> = self.desired.manifests().filter(|it| !is_listed(it)).collect();
        let missing = missing.into_iter().map(|it| (it.object(), Some(it.version())));
        let given_back = recorded.existing.iter().filter(|it| self.desired.find(it).is_none()).map(|it| (it, None));
        let askable = missing.chain(given_back).filter_map(|(object, version)| {
            let kind = self.served(&object.kind, version)?;
            Some((object, kind)).filter(|_| self.has_namespace(object))
        });
        let seen: Vec<(&ObjectRef, Observation)> = stream::iter(askable)
            .map(|(object, kind)| async move { Ok::<_, ClusterError>((object, self.get(kind, object).await?)) })
            .buffer_unordered(CONCURRENCY)
            .try_collect()
            .await?;
        seen.into_iter().for_each(|(object, seen)| live.observe(object.clone(), seen));
        Ok(())
    }

    /// Reads what the readiness of existing objects rests on.
    async fn companions(&self, live: &mut LiveState) -> Result<(), ClusterError> {
        let wanted = self.desired.manifests().filter(|it| live.object(it.object()).is_some());
        let companions: Vec<ObjectRef> =
            wanted.filter_map(|it| companion(it.object())).filter(|it| live.object(it).is_none()).collect();
        let askable = companions.iter().filter_map(|it| Some((it, self.served(&it.kind, None)?)));
        let seen: Vec<(&ObjectRef, Option<Value>)> = stream::iter(askable)
            .map(|(object, kind)| async move { Ok::<_, ClusterError>((object, self.cluster.get(kind, object).await?)) })
            .buffer_unordered(CONCURRENCY)
            .try_collect()
            .await?;
        for (object, seen) in seen {
            seen.into_iter().for_each(|it| live.companion(object.clone(), it));
        }
        Ok(())
    }

    /// Lists the claims of the pods that wanted objects make, one request for each namespace that has any.
    async fn claims(&self, live: &mut LiveState) -> Result<(), ClusterError> {
        let Some(kind) = self.served(&GroupKind::new("", "PersistentVolumeClaim"), None) else { return Ok(()) };
        for namespace in volumes::namespaces(self.desired) {
            if self.survey.namespaces.contains(namespace) {
                let query = ListQuery { namespace: Some(namespace.to_owned()), ..ListQuery::default() };
                for claim in self.cluster.list(kind, &query).await? {
                    live.companion(identity(kind, &claim), claim);
                }
            }
        }
        Ok(())
    }

    async fn dry_runs(&self, live: &mut LiveState) -> Result<(), ClusterError> {
        let mut doubtful = doubts(self.desired, live);
        doubtful.extend(volumes::expansions(self.desired, live, &self.survey.facts).into_iter().map(Cow::Owned));
        let made = Made::for_all(doubtful.iter().map(|it| &**it))?;
        let doubtful = doubtful.into_iter().filter_map(|it| {
            let kind = self.served(&it.object().kind, Some(it.version()))?;
            Some((it, kind))
        });
        let (made, known) = (&made, &*live);
        let answers: Vec<(ObjectRef, Option<DryRun>)> = stream::iter(doubtful)
            .map(|(manifest, kind)| async move {
                let mut answer =
                    match dry_run(self.cluster, kind, &made.fill(&manifest), known.object(manifest.object())).await {
                        // An object of others that has gone since it was read.
                        Err(ClusterError::Conflict { fields, .. }) if fields.is_empty() && manifest.is_pinned() => {
                            return Ok((manifest.object().clone(), None));
                        }
                        answer => answer?,
                    };
                if let Some(live) = known.object(manifest.object()) {
                    answer = self.adopted(kind, &manifest, live, answer).await?;
                }
                Ok::<_, ClusterError>((manifest.object().clone(), Some(hidden(answer, made))))
            })
            .buffer_unordered(CONCURRENCY)
            .try_collect()
            .await?;
        for (object, answer) in answers {
            match answer {
                Some(answer) => live.answer(object, answer),
                None => live.observe(object, Observation::Absent { askable: false }),
            }
        }
        Ok(())
    }

    /// Where ks takes an object over, the apply does what the dry run did and then some: what the predecessor alone
    /// wanted goes, and the server fills in its defaults.
    async fn adopted(
        &self,
        kind: &ServedKind,
        manifest: &Manifest,
        live: &Value,
        answer: DryRun,
    ) -> Result<DryRun, ClusterError> {
        let adoption = Adoption::of(live).filter(|_| !manifest.is_pinned());
        let (Some(adoption), DryRun::Merged { object, conflicts }) = (adoption, &answer) else {
            return Ok(answer);
        };
        let completed = adoption.complete(object.clone(), self.desired.type_of(manifest));
        let Some(patch) = merge_patch(live, &completed) else {
            return Ok(DryRun::Merged { object: completed, conflicts: conflicts.clone() });
        };
        match self.cluster.foretell(kind, manifest.object(), &patch).await {
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
}

/// An answer as if the dry run had been about the manifest with its placeholders.
fn hidden(answer: DryRun, made: &Made) -> DryRun {
    match answer {
        DryRun::Merged { object, conflicts } => DryRun::Merged { object: made.hide(object), conflicts },
        other => other,
    }
}

pub(crate) fn identity(kind: &ServedKind, object: &Value) -> ObjectRef {
    let namespace = object.pointer("/metadata/namespace").and_then(Value::as_str).map(str::to_owned);
    ObjectRef { kind: kind.kind.clone(), namespace, name: name(object).to_owned() }
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
            let immutable = refusal::immutable_fields(&causes);
            let refusal = Refusal { message, immutable };
            let anew = if refusal.immutable.is_empty() { None } else { made_anew(cluster, kind, manifest).await? };
            Ok(DryRun::Refused(match (anew, live) {
                (Some(Anew::Refused(refusal)), _) => refusal,
                // It would be deleted and made anew, and the next plan would say the same again.
                (Some(Anew::Made(object)), Some(live)) if is_same_in(&refusal.immutable, &object, live) => {
                    let message = format!("{}; made anew it would be the same again", refusal.message);
                    Refusal { message, immutable: Vec::new() }
                }
                _ => refusal,
            }))
        }
        // Not a matter of the whole plan: a quota, an admission rule or a right that is missing for this kind.
        Err(ClusterError::Forbidden { message, .. }) => Ok(DryRun::Refused(Refusal { message, immutable: Vec::new() })),
        Err(error) => Err(error),
    }
}

/// What the server says of an object that would be made anew.
enum Anew {
    Made(Value),
    Refused(Refusal),
}

/// Asks whether an object that cannot be changed in place could be made anew: what is deleted first must not be missed later.
/// The server is asked under another name, because this one is taken; some kinds have a say in their names, and nothing is known.
async fn made_anew(
    cluster: &dyn Cluster,
    kind: &ServedKind,
    manifest: &Manifest,
) -> Result<Option<Anew>, ClusterError> {
    let name = &manifest.object().name;
    let other = trial_name(name);
    match cluster.apply(kind, &manifest.named(&other), ApplyMode { dry_run: true, force: false }).await {
        Ok(object) => Ok(Some(Anew::Made(object))),
        Err(ClusterError::Invalid { message, causes, .. }) if causes.iter().any(|it| it.field != "metadata.name") => {
            Ok(Some(Anew::Refused(Refusal { message: message.replace(&other, name), immutable: Vec::new() })))
        }
        Err(error @ ClusterError::Unreachable { .. }) => Err(error),
        _ => Ok(None),
    }
}

/// Whether two objects have the same values at fields as the server names them: `.spec.ipFamilies[0]`.
fn is_same_in(fields: &[String], one: &Value, other: &Value) -> bool {
    fields.iter().all(|field| {
        let pointer = field.replace(['.', '['], "/").replace(']', "");
        one.pointer(&pointer).is_some() && one.pointer(&pointer) == other.pointer(&pointer)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_found_as_the_server_names_them() {
        let one = json!({ "spec": { "ipFamilies": ["IPv4", "IPv6"], "selector": { "app": "a" } } });
        let other = json!({ "spec": { "ipFamilies": ["IPv4", "IPv6"], "selector": { "app": "b" } } });
        let is_same =
            |fields: &[&str]| is_same_in(&fields.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>(), &one, &other);
        assert!(is_same(&[".spec.ipFamilies"]) && is_same(&[".spec.ipFamilies[1]"]));
        assert!(!is_same(&[".spec.ipFamilies", ".spec.selector"]) && !is_same(&[".spec.gone"]));
    }
}
