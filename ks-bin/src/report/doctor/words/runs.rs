//! Runs of ks.

use ks_plan::doctor::Symptom;

use super::Words;

/// Runs of ks.
pub(super) fn of_runs(symptom: &Symptom) -> Option<Words> {
    let since = |it: &Option<String>| it.as_ref().map(|it| format!(" since {it}")).unwrap_or_default();
    Some(match symptom {
        Symptom::LeaseFree => Words::found("free"),
        Symptom::LeaseHeld { holder, since: begun } => Words::found(format!("held by {holder}{}", since(begun)))
            .means("Another run of ks is at work; an apply waits for it or ends with exit code 11.")
            .next("wait for it: ks apply --lock-timeout 10m"),
        Symptom::LeaseAbandoned { holder, since: begun } => {
            Words::found(format!("held by {holder}{}, who does not renew it", since(begun)))
                .means("That run was killed or lost the cluster. The next apply watches for 30 s, and takes it.")
                .next("run ks apply again; nothing has to be removed by hand")
        }
        Symptom::NoHistory => Words::found("nothing was applied yet"),
        Symptom::LastApplySucceeded { number, started } => {
            Words::found(format!("apply {number} of {started} succeeded"))
        }
        Symptom::ApplyRuns { number, who, started } => {
            Words::found(format!("apply {number} of {who} is under way since {started}"))
        }
        Symptom::ApplyUnfinished { number, who, started } => {
            Words::found(format!("apply {number} of {who}, begun {started}, never ended"))
                .means("It was killed or lost its lease, so a part of its plan may not be done.")
                .next("ks plan shows the rest, ks apply does it")
                .next(format!("ks history show {number} shows what it was about"))
        }
        Symptom::ApplyFailed { number, who, started } => {
            Words::found(format!("apply {number} of {who}, begun {started}, did not succeed"))
                .means("A part of its plan may not be done.")
                .next("ks status tells what is not ready, ks plan what is left to do")
        }
        _ => return None,
    })
}
