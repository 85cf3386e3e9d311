//! What has been read of a cluster on the way to a plan, so that nothing is asked for twice.

use std::collections::BTreeMap;
use std::fmt;

use futures::{StreamExt, TryStreamExt, stream};
use ks_model::{GroupKind, ObjectRef};
use ks_plan::{Contents, Inventory};
use serde_json::Value;

use crate::cluster::{Cluster, ListQuery};
use crate::discovery::{Discovery, ServedKind};
use crate::error::ClusterError;

/// How many lists are under way at once.
const CONCURRENCY: usize = 16;

/// Lists of objects, and the inventory.
#[derive(Clone, Default)]
pub(crate) struct Sightings {
    /// All objects of a kind, by the kind, with the version that they are in.
    whole: BTreeMap<GroupKind, (String, Vec<Value>)>,
    /// The objects of a kind with the label of the inventory.
    members: BTreeMap<GroupKind, (String, Vec<Value>)>,
    /// The inventory, once it was looked for.
    inventory: Option<Option<Value>>,
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
        self.whole.insert(kind.kind.clone(), (kind.version.clone(), objects));
    }

    /// Reads the inventory, and lists the members of the kinds that it names.
    pub(crate) async fn look_at_members(
        &mut self,
        cluster: &dyn Cluster,
        discovery: &Discovery,
        inventory: &Inventory,
    ) -> Result<(), ClusterError> {
        let parent = inventory.parent();
        let Some(kind) = discovery.preferred(&parent.kind) else { return Ok(()) };
        let found = cluster.get(kind, parent).await?;
        let kinds = found.as_ref().map(|it| Contents::read(it).kinds).unwrap_or_default();
        let unseen = kinds.iter().filter(|it| !self.whole.contains_key(it)).filter_map(|it| discovery.preferred(it));
        let query = ListQuery { label_selector: Some(inventory.selector()), ..ListQuery::default() };
        let query = &query;
        let lists: Vec<(&ServedKind, Vec<Value>)> = stream::iter(unseen)
            .map(|kind| async move { Ok::<_, ClusterError>((kind, list(cluster, kind, query).await?)) })
            .buffer_unordered(CONCURRENCY)
            .try_collect()
            .await?;
        for (kind, objects) in lists {
            self.members.insert(kind.kind.clone(), (kind.version.clone(), objects));
        }
        self.inventory = Some(found);
        Ok(())
    }

    /// The inventory; absent when nobody has looked for it.
    pub(crate) fn inventory(&self) -> Option<&Option<Value>> {
        self.inventory.as_ref()
    }

    /// All objects of a kind in a version; absent when they were not listed.
    pub(crate) fn all(&self, kind: &ServedKind) -> Option<&[Value]> {
        of_version(&self.whole, kind)
    }

    /// The objects of a kind with the label of an inventory, in a version; absent when they were not listed.
    pub(crate) fn members(&self, kind: &ServedKind, inventory: &Inventory) -> Option<Vec<Value>> {
        if let Some(all) = self.all(kind) {
            return Some(all.iter().filter(|it| inventory.has(it)).cloned().collect());
        }
        of_version(&self.members, kind).map(<[Value]>::to_vec)
    }

    /// An object that is in one of the lists.
    pub(crate) fn find(&self, kind: &ServedKind, object: &ObjectRef) -> Option<&Value> {
        let text = |it: &'_ Value, pointer: &str| it.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let is_it = |it: &&Value| {
            text(it, "/metadata/name").as_ref() == Some(&object.name)
                && text(it, "/metadata/namespace") == object.namespace
        };
        let lists = [self.all(kind), of_version(&self.members, kind)];
        lists.into_iter().flatten().flatten().find(is_it)
    }
}

fn of_version<'a>(lists: &'a BTreeMap<GroupKind, (String, Vec<Value>)>, kind: &ServedKind) -> Option<&'a [Value]> {
    let (version, objects) = lists.get(&kind.kind)?;
    (*version == kind.version).then_some(objects)
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
