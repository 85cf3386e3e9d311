//! Is there a configuration, and is it sound?

use super::{Check, Configured, Evidence, Finding, Symptom, Unseen, Verdict};

pub(super) fn judge(evidence: &Evidence) -> Vec<Finding> {
    let finding = |verdict, symptom| Finding::new(Check::Configuration, verdict, symptom);
    let of_source = match &evidence.configured {
        Configured::Nowhere if evidence.answers.is_err() => {
            Finding::skipped(Check::Configuration, &Unseen::new("the server does not answer, and no file is named"))
        }
        Configured::Nowhere => finding(Verdict::Warning, Symptom::NotConfigured),
        Configured::Unread { because } => Finding::skipped(Check::Configuration, &Unseen::new(because)),
        Configured::Sound { source, warnings } => {
            let verdict = if *warnings == 0 { Verdict::Ok } else { Verdict::Warning };
            finding(verdict, Symptom::Configured { source: source.clone(), warnings: *warnings })
        }
        Configured::Refused { source, errors } => {
            finding(Verdict::Problem, Symptom::ConfigurationRefused { source: source.clone(), errors: *errors })
        }
    };
    let conflict = evidence.desired.as_ref().err().filter(|_| evidence.answers.is_ok());
    let conflict =
        conflict.map(|it| finding(Verdict::Problem, Symptom::DoesNotCompile { because: it.because.clone() }));
    std::iter::once(of_source).chain(conflict).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::fixture;

    #[test]
    fn no_configuration_is_no_problem_and_a_broken_one_is() {
        let mut evidence = fixture::well();
        let verdict = |evidence: &Evidence| judge(evidence)[0].verdict;
        evidence.configured = Configured::Nowhere;
        assert_eq!(verdict(&evidence), Verdict::Warning);
        evidence.configured = Configured::Refused { source: "cc.yaml".into(), errors: 2 };
        assert_eq!(verdict(&evidence), Verdict::Problem);
        evidence.configured = Configured::Unread { because: "forbidden".into() };
        assert_eq!(verdict(&evidence), Verdict::Skipped);
    }

    #[test]
    fn what_does_not_compile_is_told_besides() {
        let mut evidence = fixture::well();
        evidence.desired = Err(Unseen::new("two files want the same object"));
        let found = judge(&evidence);
        assert_eq!((found.len(), found[1].verdict), (2, Verdict::Problem));
    }
}
