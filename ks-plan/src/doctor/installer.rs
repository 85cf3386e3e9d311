//! Is the old installer still there?

use ks_model::{GroupKind, ObjectRef};
use serde_json::Value;

use super::{Check, Evidence, Finding, Symptom, Verdict};
use crate::rbac::RBAC;

const NAMESPACE: &str = "kubesphere-system";
const NAME: &str = "ks-installer";

/// The objects that the installer of the platform leaves behind: its workload, and what gives it its rights.
pub fn installer_objects() -> Vec<ObjectRef> {
    let role = |kind| ObjectRef::cluster(GroupKind::new(RBAC, kind), NAME);
    vec![
        ObjectRef::namespaced(GroupKind::new("apps", "Deployment"), NAMESPACE, NAME),
        role("ClusterRole"),
        role("ClusterRoleBinding"),
    ]
}

pub(super) fn judge(evidence: &Evidence) -> Vec<Finding> {
    let found = match &evidence.installer {
        Ok(found) => found,
        Err(unseen) => return vec![Finding::skipped(Check::Installer, unseen)],
    };
    let finding = |verdict, symptom| Finding::new(Check::Installer, verdict, symptom);
    let mut findings = Vec::new();
    let (workloads, rights): (Vec<_>, Vec<_>) =
        found.iter().partition(|(object, _)| object.kind.is("apps", "Deployment"));
    for (object, live) in workloads {
        let object = object.clone();
        let replicas = live.pointer("/spec/replicas").and_then(Value::as_u64).unwrap_or(1);
        findings.push(match replicas {
            0 => finding(Verdict::Ok, Symptom::InstallerStopped { object }),
            _ => finding(Verdict::Warning, Symptom::InstallerRuns { object }),
        });
    }
    if !rights.is_empty() {
        let objects = rights.into_iter().map(|(object, _)| object.clone()).collect();
        findings.push(finding(Verdict::Warning, Symptom::InstallerRights { objects }));
    }
    if findings.is_empty() {
        findings.push(finding(Verdict::Ok, Symptom::NoInstaller));
    }
    findings
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::doctor::fixture;

    #[test]
    fn what_runs_is_told_apart_from_what_was_stopped() {
        let mut evidence = fixture::well();
        assert_eq!(judge(&evidence)[0].symptom, Symptom::NoInstaller);
        let [workload, role, _]: [ObjectRef; 3] = installer_objects().try_into().unwrap();
        let with = |replicas: u64| Ok([(workload.clone(), json!({ "spec": { "replicas": replicas } }))].into());
        evidence.installer = with(1);
        assert_eq!(judge(&evidence)[0].verdict, Verdict::Warning);
        evidence.installer = with(0);
        assert_eq!(judge(&evidence)[0].symptom, Symptom::InstallerStopped { object: workload.clone() });
        evidence.installer = Ok([(role.clone(), json!({}))].into());
        assert_eq!(judge(&evidence)[0].symptom, Symptom::InstallerRights { objects: vec![role] });
    }
}
