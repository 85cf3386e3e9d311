//! Are there storage classes for the volumes?

use std::collections::{BTreeMap, BTreeSet};

use ks_model::{Facts, Manifest, ObjectRef};
use serde_json::Value;

use super::{Check, Evidence, Finding, Symptom, Verdict};
use crate::desired::Desired;
use crate::volumes::{ClaimOwner, claim_kind};

pub(super) fn judge(evidence: &Evidence) -> Vec<Finding> {
    let (facts, desired) = match (&evidence.facts, &evidence.desired) {
        (Ok(facts), Ok(desired)) => (facts, desired),
        (Err(unseen), _) | (_, Err(unseen)) => return vec![Finding::skipped(Check::Storage, unseen)],
    };
    let finding = |verdict, symptom| Finding::new(Check::Storage, verdict, symptom);
    let wanted = claims(desired);
    if wanted.is_empty() {
        return vec![finding(Verdict::Ok, Symptom::NoVolumes)];
    }
    let mut found = Vec::new();
    let mut used: BTreeMap<&str, BTreeSet<ObjectRef>> = BTreeMap::new();
    let defaults = defaults(facts);
    let classes = || facts.storage_classes.keys().cloned().collect::<Vec<_>>();
    for (class, owners) in &wanted {
        match (class.as_deref().map(|it| facts.storage_classes.get_key_value(it)), defaults.first()) {
            (Some(Some((name, _))), _) => used.entry(name.as_str()).or_default().extend(owners.clone()),
            (Some(None), _) => {
                let (class, owners) = (class.clone().unwrap_or_default(), owners.iter().cloned().collect());
                found.push(finding(Verdict::Problem, Symptom::ClassMissing { class, owners, classes: classes() }));
            }
            (None, Some(default)) => used.entry(default).or_default().extend(owners.clone()),
            (None, None) => {
                let owners = owners.iter().cloned().collect();
                found.push(finding(Verdict::Problem, Symptom::NoDefaultClass { owners, classes: classes() }));
            }
        }
    }
    if defaults.len() > 1 && wanted.contains_key(&None) {
        let classes = defaults.iter().map(|it| (*it).to_owned()).collect();
        found.push(finding(Verdict::Warning, Symptom::SeveralDefaultClasses { classes }));
    }
    for (class, owners) in &used {
        if facts.storage_classes.get(*class).is_some_and(|it| !it.allows_expansion) {
            let (class, owners) = ((*class).to_owned(), owners.iter().cloned().collect());
            found.push(finding(Verdict::Warning, Symptom::ClassCannotGrow { class, owners }));
        }
    }
    if found.is_empty() {
        let classes = used.keys().map(|it| (*it).to_owned()).collect();
        found.push(finding(Verdict::Ok, Symptom::ClassesFit { classes }));
    }
    found
}

/// The default classes; the server takes the one that was made last, which is not known here.
fn defaults(facts: &Facts) -> Vec<&str> {
    facts.storage_classes.iter().filter(|(_, it)| it.is_default).map(|(name, _)| name.as_str()).collect()
}

/// Whose volumes want which class; none means the default.
fn claims(desired: &Desired) -> BTreeMap<Option<String>, BTreeSet<ObjectRef>> {
    let mut found: BTreeMap<Option<String>, BTreeSet<ObjectRef>> = BTreeMap::new();
    for manifest in desired.members() {
        for class in classes(manifest) {
            // The empty text is a class of its own: volumes that somebody made by hand.
            found.entry(class).or_default().insert(manifest.object().clone());
        }
    }
    found.remove(&Some(String::new()));
    found
}

fn classes(manifest: &Manifest) -> Vec<Option<String>> {
    let object = manifest.object();
    if object.kind == claim_kind() {
        let class = manifest.value().pointer("/spec/storageClassName").and_then(Value::as_str);
        return vec![class.map(str::to_owned)];
    }
    let owner = ClaimOwner::of(object, manifest.value(), None);
    owner.into_iter().flat_map(|it| it.templates.wanted).map(|it| it.class).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::fixture::{self, class};

    fn verdicts(classes: &[(&str, bool, bool)], wanted: Option<&str>) -> Vec<(Verdict, String)> {
        let mut evidence = fixture::with_claim(wanted);
        let facts = evidence.facts.as_mut().unwrap();
        facts.storage_classes =
            classes.iter().map(|(name, is_default, grows)| ((*name).to_owned(), class(*is_default, *grows))).collect();
        let is = |it: &Finding| serde_json::to_value(&it.symptom).unwrap()["is"].as_str().unwrap().to_owned();
        judge(&evidence).iter().map(|it| (it.verdict, is(it))).collect()
    }

    #[test]
    fn each_class_is_judged_by_what_is_wanted_of_it() {
        let found = |verdict, is: &str| (verdict, is.to_owned());
        let (ok, warning, problem) = (Verdict::Ok, Verdict::Warning, Verdict::Problem);
        assert_eq!(verdicts(&[("a", true, true)], None), [found(ok, "classesFit")]);
        assert_eq!(verdicts(&[("a", false, true)], None), [found(problem, "noDefaultClass")]);
        assert_eq!(verdicts(&[], None), [found(problem, "noDefaultClass")]);
        assert_eq!(verdicts(&[("a", false, true)], Some("a")), [found(ok, "classesFit")]);
        assert_eq!(verdicts(&[("a", true, true)], Some("b")), [found(problem, "classMissing")]);
        assert_eq!(verdicts(&[("a", true, false)], None), [found(warning, "classCannotGrow")]);
        let several = verdicts(&[("a", true, true), ("b", true, true)], None);
        assert_eq!(several, [found(warning, "severalDefaultClasses")]);
        assert_eq!(verdicts(&[("a", true, true), ("b", true, true)], Some("a")), [found(ok, "classesFit")]);
    }

    #[test]
    fn without_claims_no_class_is_needed() {
        assert_eq!(judge(&fixture::well())[0].symptom, Symptom::NoVolumes);
    }
}
