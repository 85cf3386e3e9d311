//! Do namespaces hang while they are deleted?

use super::{Check, Evidence, Finding, Symptom, Verdict};

/// For so many seconds a namespace may be on its way: its pods have half a minute to end.
const PATIENCE: u64 = 120;

pub(super) fn judge(evidence: &Evidence) -> Vec<Finding> {
    let leaving = match &evidence.leaving {
        Ok(leaving) => leaving,
        Err(unseen) => return vec![Finding::skipped(Check::Namespaces, unseen)],
    };
    let wanted = |name: &str| {
        evidence.desired.as_ref().is_ok_and(|it| {
            let mut objects = it.manifests().map(ks_model::Manifest::object);
            objects.any(|it| it.namespace.as_deref() == Some(name) || is_namespace(it, name))
        })
    };
    let mut found = Vec::new();
    for it in leaving {
        let is_wanted = wanted(&it.name);
        // One that only takes its time is none of our business.
        if !is_wanted && it.seconds < PATIENCE {
            continue;
        }
        let verdict = if is_wanted { Verdict::Problem } else { Verdict::Warning };
        let (name, seconds, kept_by) = (it.name.clone(), it.seconds, it.kept_by.clone());
        let symptom = Symptom::NamespaceLeaves { name, seconds, is_wanted, kept_by };
        found.push(Finding::new(Check::Namespaces, verdict, symptom));
    }
    if found.is_empty() {
        found.push(Finding::new(Check::Namespaces, Verdict::Ok, Symptom::NamespacesStay));
    }
    found
}

fn is_namespace(object: &ks_model::ObjectRef, name: &str) -> bool {
    object.kind.is("", "Namespace") && object.name == name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Leaving, fixture};

    fn verdict(name: &str, seconds: u64) -> Verdict {
        let mut evidence = fixture::well();
        evidence.leaving = Ok(vec![Leaving { name: name.into(), seconds, kept_by: vec![] }]);
        judge(&evidence)[0].verdict
    }

    #[test]
    fn one_that_is_wanted_is_a_problem_and_any_other_one_once_it_hangs() {
        assert_eq!(verdict("mon", 1), Verdict::Problem);
        assert_eq!(verdict("other", 10), Verdict::Ok);
        assert_eq!(verdict("other", 600), Verdict::Warning);
        assert_eq!(judge(&fixture::well())[0].symptom, Symptom::NamespacesStay);
    }
}
