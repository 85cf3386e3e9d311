//! Lists and reads of everything that a plan is about.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use futures::{StreamExt, TryStreamExt, stream};
use ks_model::{GroupKind, Manifest, ObjectRef};
use ks_plan::readiness::companion;
use ks_plan::{Contents, Desired, LiveState, Observation, Sifted, volumes};
use serde_json::Value;

use super::{CONCURRENCY, Survey, identity};
use crate::cluster::{Cluster, ListQuery};
use crate::discovery::ServedKind;
use crate::error::ClusterError;
use crate::sightings::{self, Sightings};

/// One look at a cluster.
pub(super) struct Observer<'a> {
    pub(super) cluster: &'a dyn Cluster,
    pub(super) survey: &'a Survey,
    pub(super) desired: &'a Desired,
}

/// Whether what a sieve made of an object is right for what is wanted.
fn holds(sifted: &Sifted, desired: &Desired) -> bool {
    match sifted {
        Sifted::Settled(settled) => settled.holds(desired),
        Sifted::Whole(_) => true,
    }
}

impl<'a> Observer<'a> {
    /// Everything that can be known without a dry run.
    pub(super) async fn look(&self, mut seen: Sightings) -> Result<LiveState, ClusterError> {
        let mut live = LiveState::default();
        let recorded = self.inventory(&seen, &mut live).await?;
        self.members(&mut seen, &recorded, &mut live).await?;
        self.rest(&seen, &recorded, &mut live).await?;
        self.companions(&mut live).await?;
        self.claims(&mut live).await?;
        self.lacking_namespaces(&mut live);
        Ok(live)
    }

    pub(super) fn served(&self, kind: &GroupKind, version: Option<&str>) -> Option<&'a ServedKind> {
        match version {
            Some(version) => self.survey.discovery.find(kind, version),
            None => self.survey.discovery.preferred(kind),
        }
    }

    fn has_namespace(&self, object: &ObjectRef) -> bool {
        object.namespace.as_ref().is_none_or(|it| self.survey.namespaces.contains(it))
    }

    async fn get(&self, seen: &Sightings, kind: &ServedKind, object: &ObjectRef) -> Result<Observation, ClusterError> {
        let absent = Observation::Absent { askable: true };
        if seen.has_all(kind) {
            return Ok(seen.find(kind, object).cloned().map_or(absent, Observation::Present));
        }
        match self.cluster.get(kind, object).await {
            Ok(found) => Ok(found.map_or(Observation::Absent { askable: true }, Observation::Present)),
            // It was served a moment ago: its definition has gone, and its objects with it.
            Err(ClusterError::NotServed { .. }) => Ok(Observation::Absent { askable: false }),
            Err(error) => Err(error),
        }
    }

    /// What the inventory says; one in a namespace that goes away says nothing.
    async fn inventory(&self, seen: &Sightings, live: &mut LiveState) -> Result<Contents, ClusterError> {
        let parent = self.desired.inventory().parent();
        let kind = self.served(&parent.kind, None).filter(|_| self.has_namespace(parent));
        let Some(kind) = kind else { return Ok(Contents::default()) };
        let found = match seen.inventory(self.desired.inventory()) {
            Some(found) => found.cloned().map_or(Observation::Absent { askable: true }, Observation::Present),
            None => self.get(seen, kind, parent).await?,
        };
        let contents = match &found {
            Observation::Present(object) => Contents::read(object),
            Observation::Absent { .. } => Contents::default(),
        };
        live.observe(parent.clone(), found);
        Ok(contents)
    }

    /// Lists the members of the inventory, kind by kind over all namespaces.
    async fn members(
        &self,
        seen: &mut Sightings,
        recorded: &Contents,
        live: &mut LiveState,
    ) -> Result<(), ClusterError> {
        let mut kinds: BTreeMap<&GroupKind, &ServedKind> =
            recorded.kinds.iter().filter_map(|kind| Some((kind, self.served(kind, None)?))).collect();
        // Thousands of members are of a few kinds: only these are put in order.
        let wanted: HashSet<(&GroupKind, &str)> =
            self.desired.members().map(|it| (&it.object().kind, it.version())).collect();
        let wanted: BTreeSet<(&GroupKind, &str)> = wanted.into_iter().collect();
        let served = wanted.into_iter().filter_map(|(kind, version)| Some((kind, self.served(kind, Some(version))?)));
        kinds.extend(served);
        let mut unseen = Vec::new();
        for kind in kinds.into_values() {
            match seen.take_members(kind, self.desired.inventory()) {
                // What was compared with something else than is wanted now has to be read again.
                Some(members) if !members.iter().all(|(_, it)| holds(it, self.desired)) => unseen.push(kind),
                Some(members) => members.into_iter().for_each(|(object, it)| live.put(object, it)),
                None => unseen.push(kind),
            }
        }
        let query = ListQuery { label_selector: Some(self.desired.inventory().selector()), ..ListQuery::default() };
        let query = &query;
        let lists: Vec<(&ServedKind, Vec<Value>)> = stream::iter(unseen)
            .map(|kind| async move { Ok::<_, ClusterError>((kind, sightings::list(self.cluster, kind, query).await?)) })
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
    pub(super) async fn rest(
        &self,
        seen: &Sightings,
        recorded: &Contents,
        live: &mut LiveState,
    ) -> Result<(), ClusterError> {
        let is_listed = |it: &Manifest| {
            // What is settled was compared in the version in which it is wanted.
            live.settled(it.object()).is_some() || {
                let version = live.object(it.object()).and_then(|it| it.get("apiVersion")).and_then(Value::as_str);
                version == Some(it.api_version())
            }
        };
        let missing: Vec<&Manifest> = self.desired.manifests().filter(|it| !is_listed(it)).collect();
        let missing = missing.into_iter().map(|it| (it.object(), Some(it.version())));
        let given_back = recorded.existing.iter().filter(|it| self.desired.find(it).is_none()).map(|it| (it, None));
        let askable = missing.chain(given_back).filter_map(|(object, version)| {
            let kind = self.served(&object.kind, version)?;
            Some((object, kind)).filter(|_| self.has_namespace(object))
        });
        let found: Vec<(&ObjectRef, Observation)> = stream::iter(askable)
            .map(|(object, kind)| async move { Ok::<_, ClusterError>((object, self.get(seen, kind, object).await?)) })
            .buffer_unordered(CONCURRENCY)
            .try_collect()
            .await?;
        found.into_iter().for_each(|(object, found)| live.observe(object.clone(), found));
        Ok(())
    }

    /// Reads what the readiness of existing objects rests on.
    async fn companions(&self, live: &mut LiveState) -> Result<(), ClusterError> {
        let wanted = self.desired.manifests().filter_map(|it| Some((it.object(), companion(it.object())?)));
        let companions = wanted.filter(|(object, companion)| live.exists(object) && live.object(companion).is_none());
        let companions: Vec<ObjectRef> = companions.map(|(_, it)| it).collect();
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

    /// Notes the namespaces that nothing makes: no object can be put there. The survey has listed all that there are.
    fn lacking_namespaces(&self, live: &mut LiveState) {
        let names: BTreeSet<&String> =
            self.desired.manifests().filter_map(|it| it.object().namespace.as_ref()).collect();
        for name in names {
            let home = ObjectRef::cluster(GroupKind::new("", "Namespace"), name);
            if !self.survey.namespaces.contains(name) && self.desired.find(&home).is_none() {
                live.observe(home, Observation::Absent { askable: true });
            }
        }
    }

    /// Lists the claims of the pods that wanted objects make, one request for each namespace that has any.
    async fn claims(&self, live: &mut LiveState) -> Result<(), ClusterError> {
        let Some(kind) = self.served(&GroupKind::new("", "PersistentVolumeClaim"), None) else { return Ok(()) };
        for namespace in volumes::namespaces(self.desired.members()) {
            if self.survey.namespaces.contains(namespace) {
                let query = ListQuery { namespace: Some(namespace.to_owned()), ..ListQuery::default() };
                for claim in self.cluster.list(kind, &query).await? {
                    live.companion(identity(kind, &claim), claim);
                }
            }
        }
        Ok(())
    }
}
