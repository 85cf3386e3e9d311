//! Is every kind served that is wanted?

use std::collections::BTreeMap;

use ks_model::Ownership;

use super::{Check, Evidence, Finding, MissingKind, Symptom, Verdict};

pub(super) fn judge(evidence: &Evidence) -> Vec<Finding> {
    let (served, desired) = match (&evidence.served, &evidence.desired) {
        (Ok(served), Ok(desired)) => (served, desired),
        (Err(unseen), _) | (_, Err(unseen)) => return vec![Finding::skipped(Check::Kinds, unseen)],
    };
    let mut wanted: BTreeMap<_, bool> = BTreeMap::new();
    let mut missing: BTreeMap<_, MissingKind> = BTreeMap::new();
    // Where the kind of an object of others is not served, there is no such object.
    for manifest in desired.manifests().filter(|it| desired.ownership(it.object()) != Ownership::Fields) {
        let (kind, version) = (&manifest.object().kind, manifest.version());
        let versions = served.get(kind).map(Vec::as_slice).unwrap_or_default();
        let is_served = versions.iter().any(|it| it == version);
        let is_brought = !is_served && desired.definition_of(kind).is_some();
        wanted.insert((kind, version), is_brought);
        if is_served || is_brought {
            continue;
        }
        let entry = missing.entry((kind, version)).or_insert_with(|| MissingKind {
            kind: kind.clone(),
            api_version: manifest.api_version().to_owned(),
            served: versions.to_vec(),
            components: Vec::new(),
        });
        let component = desired.find(manifest.object()).map(|(bundle, _)| bundle.component.to_string());
        entry.components.extend(component.filter(|it| !entry.components.contains(it)));
    }
    let (verdict, symptom) = if missing.is_empty() {
        let brought = wanted.values().filter(|it| **it).count();
        (Verdict::Ok, Symptom::KindsServed { kinds: wanted.len(), brought })
    } else {
        (Verdict::Problem, Symptom::KindsMissing { kinds: missing.into_values().collect() })
    };
    vec![Finding::new(Check::Kinds, verdict, symptom)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::fixture;

    #[test]
    fn a_kind_that_nobody_brings_is_missed_with_who_wants_it() {
        let mut evidence = fixture::well();
        assert_eq!(judge(&evidence)[0].verdict, Verdict::Ok);
        let kind = ks_model::GroupKind::new("", "ConfigMap");
        evidence.served.as_mut().unwrap().insert(kind.clone(), vec!["v9".into()]);
        let Symptom::KindsMissing { kinds } = judge(&evidence).remove(0).symptom else { panic!("nothing is missing") };
        let expected =
            MissingKind { kind, api_version: "v1".into(), served: vec!["v9".into()], components: vec!["demo".into()] };
        assert_eq!(kinds, [expected]);
    }
}
