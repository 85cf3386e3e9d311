//! Does anybody hold the lease?

use super::{Check, Evidence, Finding, LeaseSeen, Symptom, Verdict};

pub(super) fn judge(evidence: &Evidence) -> Vec<Finding> {
    let (verdict, symptom) = match &evidence.lease {
        Err(unseen) => return vec![Finding::skipped(Check::Lease, unseen)],
        Ok(None) => (Verdict::Ok, Symptom::LeaseFree),
        Ok(Some(LeaseSeen { holder, since, looks_abandoned })) => {
            let (holder, since) = (holder.clone(), since.clone());
            match looks_abandoned {
                true => (Verdict::Warning, Symptom::LeaseAbandoned { holder, since }),
                false => (Verdict::Warning, Symptom::LeaseHeld { holder, since }),
            }
        }
    };
    vec![Finding::new(Check::Lease, verdict, symptom)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::fixture;

    #[test]
    fn a_holder_that_lives_is_told_apart_from_one_that_does_not() {
        let mut evidence = fixture::well();
        assert_eq!(judge(&evidence)[0].symptom, Symptom::LeaseFree);
        for looks_abandoned in [false, true] {
            let seen = LeaseSeen { holder: "build-7".into(), since: None, looks_abandoned };
            evidence.lease = Ok(Some(seen));
            let found = judge(&evidence).remove(0);
            assert_eq!(matches!(found.symptom, Symptom::LeaseAbandoned { .. }), looks_abandoned);
            assert_eq!(found.verdict, Verdict::Warning);
        }
    }
}
