//! What has been read of a cluster on the way to a plan, so that nothing is asked for twice.

use std::collections::BTreeMap;
use std::fmt;

use futures::{StreamExt, TryStreamExt, stream};
use ks_model::{GroupKind, ObjectRef};
use ks_plan::{Inventory, Sifted};
use serde_json::Value;

use crate::cluster::{Cluster, ListQuery};
use crate::discovery::ServedKind;
use crate::error::ClusterError;
use crate::observe::{CONCURRENCY, identity};
use crate::sifting::Members;

/// Lists of objects, and the inventory.
#[derive(Clone, Default)]
pub(crate) struct Sightings {
    /// All objects of a kind.
    whole: BTreeMap<GroupKind, Listed<Value>>,
    /// The objects of a kind with the label of the inventory.
    members: BTreeMap<GroupKind, Listed<Sifted>>,
    /// The inventory that was looked for, and what was found.
    inventory: Option<(ObjectRef, Option<Value>)>,
}

/// Objects of a kind by their identity, with the version that they are in.
#[derive(Clone)]
struct Listed<T> {
    version: String,
    objects: BTreeMap<ObjectRef, T>,
}

impl<T> Listed<T> {
    fn new(kind: &ServedKind, objects: impl IntoIterator<Item = (ObjectRef, T)>) -> Self {
        Self { version: kind.version.clone(), objects: objects.into_iter().collect() }
    }
}

/// Prints kinds only, because objects may hold secrets.
impl fmt::Debug for Sightings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.whole.keys()).entries(self.members.keys()).finish()
    }
}

impl Sightings {
    /// Notes all objects of a kind.
    pub(crate) fn note_all(&mut self, kind: &ServedKind, objects: Vec<Value>) {
        let objects = objects.into_iter().map(|it| (identity(kind, &it), it));
        self.whole.insert(kind.kind.clone(), Listed::new(kind, objects));
    }

    /// Notes the members of a kind, as far as they are still needed.
    pub(crate) fn note_members(&mut self, kind: &ServedKind, members: Members) {
        self.members.insert(kind.kind.clone(), Listed::new(kind, members));
    }

    /// Notes lists of members.
    pub(crate) fn note(&mut self, lists: Vec<(ServedKind, Members)>) {
        lists.into_iter().for_each(|(kind, members)| self.note_members(&kind, members));
    }

    /// Notes what a look at an inventory gave; members are its members.
    pub(crate) fn note_inventory(&mut self, inventory: &Inventory, found: Option<Value>) {
        self.inventory = Some((inventory.parent().clone(), found));
    }

    /// What a look at an inventory gave; absent when nobody has looked for it.
    pub(crate) fn inventory(&self, inventory: &Inventory) -> Option<Option<&Value>> {
        let (_, found) = self.inventory.as_ref().filter(|(parent, _)| parent == inventory.parent())?;
        Some(found.as_ref())
    }

    /// Lists the members of these kinds.
    pub(crate) async fn look_at_members(
        &mut self,
        cluster: &dyn Cluster,
        kinds: Vec<ServedKind>,
        query: &ListQuery,
    ) -> Result<(), ClusterError> {
        let lists: Vec<(ServedKind, Vec<Value>)> = stream::iter(kinds)
            .map(|kind| async move {
                let objects = list(cluster, &kind, query).await?;
                Ok::<_, ClusterError>((kind, objects))
            })
            .buffer_unordered(CONCURRENCY)
            .try_collect()
            .await?;
        for (kind, objects) in lists {
            let members = objects.into_iter().map(|it| (identity(&kind, &it), Sifted::Whole(it))).collect();
            self.note_members(&kind, members);
        }
        Ok(())
    }

    /// All objects of a kind in a version; none when they were not listed.
    pub(crate) fn all(&self, kind: &ServedKind) -> impl Iterator<Item = &Value> {
        of_version(&self.whole, kind).into_iter().flat_map(BTreeMap::values)
    }

    /// Whether the members of a kind were listed, in this version.
    pub(crate) fn has_members(&self, kind: &ServedKind) -> bool {
        of_version(&self.members, kind).is_some()
    }

    /// Whether all objects of a kind were listed, in this version.
    pub(crate) fn has_all(&self, kind: &ServedKind) -> bool {
        of_version(&self.whole, kind).is_some()
    }

    /// Takes the objects of a kind with the label of an inventory, in a version; absent when they were not listed.
    pub(crate) fn take_members(&mut self, kind: &ServedKind, inventory: &Inventory) -> Option<Members> {
        if let Some(all) = of_version(&self.whole, kind) {
            let members = all.iter().filter(|(_, it)| inventory.has(it));
            return Some(members.map(|(object, it)| (object.clone(), Sifted::Whole(it.clone()))).collect());
        }
        self.inventory(inventory)?;
        of_version(&self.members, kind)?;
        self.members.remove(&kind.kind).map(|it| it.objects.into_iter().collect())
    }

    /// An object that is in one of the lists, and whole.
    pub(crate) fn find(&self, kind: &ServedKind, object: &ObjectRef) -> Option<&Value> {
        let of_all = of_version(&self.whole, kind).and_then(|it| it.get(object));
        of_all.or_else(|| match of_version(&self.members, kind)?.get(object)? {
            Sifted::Whole(value) => Some(value),
            Sifted::Settled(_) => None,
        })
    }
}

fn of_version<'a, T>(
    lists: &'a BTreeMap<GroupKind, Listed<T>>,
    kind: &ServedKind,
) -> Option<&'a BTreeMap<ObjectRef, T>> {
    lists.get(&kind.kind).filter(|it| it.version == kind.version).map(|it| &it.objects)
}

/// Lists objects of a kind; one that is served no more has none.
pub(crate) async fn list(
    cluster: &dyn Cluster,
    kind: &ServedKind,
    query: &ListQuery,
) -> Result<Vec<Value>, ClusterError> {
    match cluster.list(kind, query).await {
        Err(ClusterError::NotServed { .. }) => Ok(Vec::new()),
        answer => answer,
    }
}
