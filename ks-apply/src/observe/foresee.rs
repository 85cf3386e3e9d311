//! Which reads a plan will make, as far as that is known before it makes them.

use ks_model::{DesiredObject, GroupKind, Manifest, Ownership};
use ks_plan::readiness::companion;
use ks_plan::{Compiled, Inventory, Lookups, volumes};

use super::Survey;
use crate::cluster::{ListQuery, Read};
use crate::discovery::ServedKind;

/// The reads that every plan begins with. Every API server has these kinds in these versions; where one prefers another
/// version, a read is made in vain.
pub fn first_reads() -> Vec<Read> {
    let kind = |group: &str, kind: &str, plural: &str, namespaced| ServedKind {
        kind: GroupKind::new(group, kind),
        version: "v1".to_owned(),
        plural: plural.to_owned(),
        namespaced,
    };
    let metadata = ListQuery { metadata_only: true, ..ListQuery::default() };
    let inventory = Inventory::default();
    vec![
        Read::Discovery,
        Read::Version,
        Read::List(kind("", "Namespace", "namespaces", false), ListQuery::default()),
        Read::Get(kind("", "ConfigMap", "configmaps", true), inventory.parent().clone()),
        Read::List(kind("", "Node", "nodes", false), metadata),
        Read::List(kind("storage.k8s.io", "StorageClass", "storageclasses", false), ListQuery::default()),
    ]
}

/// The reads that come after a survey, when `guess` is what will be wanted: one list for each kind with members, and
/// what settings, fields in objects of others, claims and readiness take besides.
///
/// What a guess lacks is read later, and what it has too much is read in vain: nothing rests on it.
pub(crate) fn further_reads(survey: &Survey, guess: &Compiled, wanted: &Lookups) -> Vec<Read> {
    let inventory = Inventory::default();
    let objects = || guess.bundles.iter().flat_map(|it| &it.objects);
    let whole = || objects().filter(|it| it.ownership == Ownership::Whole).map(|it| &it.manifest);
    let served = |it: &Manifest| survey.discovery.find(&it.object().kind, it.version());
    let is_listed = |kind: &ServedKind| survey.sightings.all(kind).is_some();
    let exists = |namespace: Option<&String>| namespace.is_none_or(|it| survey.namespaces.contains(it));

    let members = ListQuery { label_selector: Some(inventory.selector()), ..ListQuery::default() };
    let kinds = whole().filter_map(served).filter(|it| !is_listed(it));
    let mut reads: Vec<Read> = kinds.map(|it| Read::List(it.clone(), members.clone())).collect();

    let is_member = |object| whole().any(|it| it.object() == object);
    let kept = wanted.kept.iter().filter(|it| !is_member(&it.object)).filter_map(|field| {
        let version = field.api_version.rsplit('/').next().unwrap_or_default();
        Some((survey.discovery.find(&field.object.kind, version)?, &field.object))
    });
    let others = objects().filter(|it| it.ownership != Ownership::Whole);
    let others = others.filter_map(|DesiredObject { manifest, .. }| Some((served(manifest)?, manifest.object())));
    let others = others.filter(|(kind, _)| !is_listed(kind));
    let gets = kept.chain(others).filter(|(_, object)| exists(object.namespace.as_ref()));
    reads.extend(gets.map(|(kind, object)| Read::Get(kind.clone(), object.clone())));

    reads.extend(wanted.searches.iter().filter_map(|search| {
        let version = search.api_version.rsplit('/').next().unwrap_or_default();
        Some(Read::List(survey.discovery.find(&search.kind, version)?.clone(), super::survey::query_of(search)))
    }));

    let served_companions = whole().filter(|it| served(it).is_some() && exists(it.object().namespace.as_ref()));
    reads.extend(served_companions.filter_map(|it| companion(it.object())).filter_map(|object| {
        let kind = survey.discovery.preferred(&object.kind)?.clone();
        Some(Read::Get(kind, object))
    }));

    if let Some(claims) = survey.discovery.preferred(&GroupKind::new("", "PersistentVolumeClaim")) {
        let namespaces = volumes::namespaces(whole()).into_iter().filter(|it| survey.namespaces.contains(*it));
        let query = |it: &str| ListQuery { namespace: Some(it.to_owned()), ..ListQuery::default() };
        reads.extend(namespaces.map(|it| Read::List(claims.clone(), query(it))));
    }
    reads
}
