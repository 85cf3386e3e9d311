//! What keeps ks from working well in a cluster: evidence → findings.
//!
//! One file for each check. A check takes what was seen, or why it could not be seen, and answers with findings; nothing here asks
//! a cluster, and nothing writes sentences.

mod access;
mod configuration;
mod connection;
mod evidence;
mod finding;
mod installer;
mod kinds;
mod lease;
mod namespaces;
mod records;
mod services;
mod storage;
mod takeover;
mod version;

#[cfg(test)]
mod fixture;

pub use self::evidence::{ApplyRecord, Configured, Evidence, HelmRelease, LeaseSeen, Leaving, Seen, Served, Unseen};
pub use self::finding::{Check, Finding, MissingKind, Symptom, Verdict};
pub use self::installer::installer_objects;

/// Judges the evidence, check by check, in the order of [`Check`].
///
/// # Example
/// ```
/// use ks_plan::doctor::{Evidence, Unseen, Verdict, judge};
/// let mut evidence = Evidence::default();
/// evidence.answers = Err(Unseen::new("connection refused"));
/// let findings = judge(&evidence);
/// assert_eq!(findings[0].verdict, Verdict::Problem);
/// assert!(findings[1..].iter().all(|it| it.verdict == Verdict::Skipped));
/// ```
pub fn judge(evidence: &Evidence) -> Vec<Finding> {
    let all = [
        connection::judge(evidence),
        version::judge(evidence),
        configuration::judge(evidence),
        kinds::judge(evidence),
        access::judge(evidence),
        storage::judge(evidence),
        installer::judge(evidence),
        takeover::judge(evidence),
        namespaces::judge(evidence),
        lease::judge(evidence),
        records::judge(evidence),
        services::judge(evidence),
    ];
    all.concat()
}
