//! Does the server answer, and how fast?

use super::{Check, Evidence, Finding, Symptom, Verdict};

/// From this many milliseconds on an answer is slow: a plan waits for some ten of them, one after the other.
const SLOW: u64 = 500;

pub(super) fn judge(evidence: &Evidence) -> Vec<Finding> {
    let finding = |verdict, symptom| vec![Finding::new(Check::Connection, verdict, symptom)];
    match &evidence.answers {
        Err(unseen) => finding(Verdict::Problem, Symptom::DoesNotAnswer { because: unseen.because.clone() }),
        Ok(answers) => {
            let mut sorted = answers.clone();
            sorted.sort_unstable();
            let median_ms = sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or_default();
            let slowest_ms = sorted.last().copied().unwrap_or_default();
            let verdict = if median_ms < SLOW { Verdict::Ok } else { Verdict::Warning };
            finding(verdict, Symptom::Answers { median_ms, slowest_ms, requests: sorted.len() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Unseen;

    fn judged(answers: &[u64]) -> Finding {
        let evidence = Evidence { answers: Ok(answers.to_vec()), ..Evidence::default() };
        judge(&evidence).remove(0)
    }

    #[test]
    fn one_slow_answer_is_no_slow_server() {
        let found = judged(&[900, 3, 4, 5, 2]);
        assert_eq!(found.verdict, Verdict::Ok);
        assert_eq!(found.symptom, Symptom::Answers { median_ms: 4, slowest_ms: 900, requests: 5 });
        assert_eq!(judged(&[600, 700, 500]).verdict, Verdict::Warning);
    }

    #[test]
    fn silence_is_a_problem() {
        let evidence = Evidence { answers: Err(Unseen::new("refused")), ..Evidence::default() };
        assert_eq!(judge(&evidence)[0].verdict, Verdict::Problem);
    }
}
