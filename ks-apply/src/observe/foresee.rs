//! Which reads a plan will make, as far as that is known before it makes them.

use std::collections::BTreeMap;

use ks_model::{DesiredObject, GroupKind, Manifest, Ownership};
use ks_plan::readiness::companion;
use ks_plan::{Desired, Lookups, volumes};

use super::Survey;
use super::survey::{member_query, query_of};
use crate::cluster::ListQuery;
use crate::discovery::ServedKind;
use crate::read_ahead::Read;

/// The lists of members that the inventory promises.
pub(crate) fn member_reads(survey: &Survey) -> Vec<Read> {
    survey.member_kinds().into_iter().map(Read::Members).collect()
}

/// The reads that come after a survey and the [`member_reads`], when `guess` is what will be wanted: one list for each kind with members, and
/// what settings, fields in objects of others, claims and readiness take besides.
///
/// What a guess lacks is read later, and what it has too much is read in vain: nothing rests on it.
pub(crate) fn further_reads(survey: &Survey, guess: &Desired, wanted: &Lookups) -> Vec<Read> {
    let objects = || guess.bundles().iter().flat_map(|it| &it.objects);
    let whole = || objects().filter(|it| it.ownership == Ownership::Whole).map(|it| &it.manifest);
    let served = |it: &Manifest| survey.discovery.find(&it.object().kind, it.version());
    let is_listed = |kind: &ServedKind| survey.sightings.has_all(kind);
    let exists = |namespace: Option<&String>| namespace.is_none_or(|it| survey.namespaces.contains(it));

    let promised = survey.member_kinds();
    let kinds: BTreeMap<_, _> = whole().map(|it| ((&it.object().kind, it.version()), it)).collect();
    let kinds = kinds.into_values().filter_map(served).filter(|it| !is_listed(it) && !promised.contains(it));
    let mut reads: Vec<Read> = kinds.map(|it| Read::List(it.clone(), member_query())).collect();

    let is_member = |object| guess.find(object).is_some_and(|(_, it)| it.ownership == Ownership::Whole);
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
        Some(Read::List(survey.discovery.find(&search.kind, version)?.clone(), query_of(search)))
    }));

    reads.extend(whole().filter_map(|it| {
        let object = companion(it.object()).filter(|_| exists(it.object().namespace.as_ref()))?;
        let kind = served(it).and(survey.discovery.preferred(&object.kind))?.clone();
        Some(Read::Get(kind, object))
    }));

    if let Some(claims) = survey.discovery.preferred(&GroupKind::new("", "PersistentVolumeClaim")) {
        let namespaces = volumes::namespaces(whole()).into_iter().filter(|it| survey.namespaces.contains(*it));
        let query = |it: &str| ListQuery { namespace: Some(it.to_owned()), ..ListQuery::default() };
        reads.extend(namespaces.map(|it| Read::List(claims.clone(), query(it))));
    }
    reads
}
