//! Did the last apply end?

use super::{ApplyRecord, Check, Evidence, Finding, Symptom, Verdict};
use crate::history::Outcome;

pub(super) fn judge(evidence: &Evidence) -> Vec<Finding> {
    let finding = |verdict, symptom| vec![Finding::new(Check::History, verdict, symptom)];
    let records = match &evidence.records {
        Ok(records) => records,
        Err(unseen) => return vec![Finding::skipped(Check::History, unseen)],
    };
    let Some(ApplyRecord { number, who, holder, started, outcome }) = records.last() else {
        return finding(Verdict::Ok, Symptom::NoHistory);
    };
    let (number, who, started) = (*number, who.clone(), started.clone());
    let lease = evidence.lease.as_ref().ok().and_then(Option::as_ref);
    let is_running = lease.is_some_and(|it| it.holder == *holder && !it.looks_abandoned);
    match outcome {
        Outcome::Succeeded => finding(Verdict::Ok, Symptom::LastApplySucceeded { number, started }),
        Outcome::Running if is_running => finding(Verdict::Ok, Symptom::ApplyRuns { number, who, started }),
        Outcome::Running => finding(Verdict::Warning, Symptom::ApplyUnfinished { number, who, started }),
        _ => finding(Verdict::Warning, Symptom::ApplyFailed { number, who, started }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{LeaseSeen, fixture};

    #[test]
    fn an_apply_without_an_end_runs_only_while_its_holder_has_the_lease() {
        let mut evidence = fixture::well();
        assert_eq!(judge(&evidence)[0].symptom, Symptom::NoHistory);
        let record = |number, outcome| ApplyRecord {
            number,
            who: "jane".into(),
            holder: "build-7".into(),
            started: "2026-11-24T04:27:29Z".into(),
            outcome,
        };
        let verdict = |evidence: &Evidence| judge(evidence)[0].verdict;
        evidence.records = Ok(vec![record(1, Outcome::Failed), record(2, Outcome::Running)]);
        assert_eq!(verdict(&evidence), Verdict::Warning);
        let seen = LeaseSeen { holder: "build-7".into(), since: None, looks_abandoned: false };
        evidence.lease = Ok(Some(seen.clone()));
        assert!(matches!(judge(&evidence)[0].symptom, Symptom::ApplyRuns { number: 2, .. }));
        evidence.lease = Ok(Some(LeaseSeen { holder: "other".into(), ..seen }));
        assert!(matches!(judge(&evidence)[0].symptom, Symptom::ApplyUnfinished { number: 2, .. }));
        evidence.records = Ok(vec![record(1, Outcome::Running), record(2, Outcome::Succeeded)]);
        assert_eq!(verdict(&evidence), Verdict::Ok);
        evidence.records = Ok(vec![record(1, Outcome::Interrupted)]);
        assert_eq!(verdict(&evidence), Verdict::Warning);
    }
}
