//! Is the version of the server one that ks was tried with?

use ks_model::ServerVersion;

use super::{Check, Evidence, Finding, Symptom, Verdict};

/// The first with server-side apply that is not a preview.
const WORKS_FROM: (u32, u32) = (1, 22);
/// The oldest and the newest that the tests of ks run on.
const TRIED: [(u32, u32); 2] = [(1, 24), (1, 35)];

pub(super) fn judge(evidence: &Evidence) -> Vec<Finding> {
    let version = match &evidence.version {
        Ok(version) => *version,
        Err(unseen) => return vec![Finding::skipped(Check::Version, unseen)],
    };
    let ServerVersion { major, minor, .. } = version;
    let [oldest, newest] = TRIED;
    if (major, minor) < WORKS_FROM {
        let symptom = Symptom::TooOld { version, oldest: words(WORKS_FROM) };
        return vec![Finding::new(Check::Version, Verdict::Problem, symptom)];
    }
    let is_tried = (oldest..=newest).contains(&(major, minor));
    let verdict = if is_tried { Verdict::Ok } else { Verdict::Warning };
    let symptom = Symptom::Version { version, oldest: words(oldest), newest: words(newest) };
    vec![Finding::new(Check::Version, verdict, symptom)]
}

fn words((major, minor): (u32, u32)) -> String {
    format!("{major}.{minor}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(version: &str) -> Verdict {
        let evidence = Evidence { version: Ok(version.parse().unwrap()), ..Evidence::default() };
        judge(&evidence)[0].verdict
    }

    #[test]
    fn versions_that_were_not_tried_are_told() {
        let table = [
            ("v1.21.14", Verdict::Problem),
            ("v1.22.0", Verdict::Warning),
            ("v1.24.17", Verdict::Ok),
            ("v1.35.0+k3s1", Verdict::Ok),
            ("v1.36.0", Verdict::Warning),
        ];
        for (version, expected) in table {
            assert_eq!(verdict(version), expected, "{version}");
        }
    }

    #[test]
    fn the_range_is_that_of_the_servers_that_the_tests_run_on() {
        let modules = [
            include_str!("../../../tests/control-plane/kubernetes-old/go.mod"),
            include_str!("../../../tests/control-plane/kubernetes/go.mod"),
        ];
        for (module, (major, minor)) in modules.into_iter().zip(TRIED) {
            assert!(module.contains(&format!("k8s.io/kubernetes v{major}.{minor}.")), "{major}.{minor}\n{module}");
        }
    }
}
