//! May the user do what a plan and an apply take?

use super::{Check, Evidence, Finding, Symptom, Verdict};

pub(super) fn judge(evidence: &Evidence) -> Vec<Finding> {
    let (rights, grants) = match (&evidence.rights, &evidence.grants) {
        (Ok(rights), Ok(grants)) => (rights, grants),
        (Err(unseen), _) | (_, Err(unseen)) => return vec![Finding::skipped(Check::Access, unseen)],
    };
    let (needed, missing) = (rights.count(), rights.missing(grants));
    let (verdict, symptom) = if missing.is_empty() {
        (Verdict::Ok, Symptom::Allowed { needed, everything: grants.is_everything() })
    } else {
        // Who has every right that a role hands out needs no right to hand out more.
        let is_grant = |verb: &str| verb == "escalate" || verb == "bind";
        let is_slight = missing.iter().all(|it| is_grant(&it.verb));
        let verdict = if is_slight { Verdict::Warning } else { Verdict::Problem };
        (verdict, Symptom::NotAllowed { needed, missing, unsure: grants.is_incomplete() })
    };
    vec![Finding::new(Check::Access, verdict, symptom)]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::doctor::fixture;
    use crate::rbac::Grants;

    #[test]
    fn who_may_do_all_is_told_so_and_who_lacks_something_what() {
        let mut evidence = fixture::well();
        assert_eq!(judge(&evidence)[0].verdict, Verdict::Ok);
        let mut grants = Grants::default();
        let rule = json!({ "verbs": ["get", "list", "watch", "create", "patch", "update"], "apiGroups": ["*"], "resources": ["*"] });
        grants.add(None, &json!({ "resourceRules": [rule] }));
        evidence.grants = Ok(grants);
        let found = judge(&evidence).remove(0);
        assert_eq!(found.verdict, Verdict::Problem);
        let Symptom::NotAllowed { needed, missing, unsure: false } = &found.symptom else { panic!("{found:?}") };
        assert!(missing.iter().all(|it| it.verb == "delete") && *needed > missing.len(), "{missing:?}");
    }
}
