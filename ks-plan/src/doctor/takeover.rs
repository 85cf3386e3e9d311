//! Do objects of other tools wait to be taken over?

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Check, Evidence, Finding, HelmRelease, Symptom, Verdict};
use crate::predecessors::Adoption;

/// What Helm writes on each object of a release.
const RELEASE: &str = "meta.helm.sh/release-name";
const RELEASE_NAMESPACE: &str = "meta.helm.sh/release-namespace";

pub(super) fn judge(evidence: &Evidence) -> Vec<Finding> {
    let (live, desired) = match (&evidence.live, &evidence.desired) {
        (Ok(live), Ok(desired)) => (live, desired),
        (Err(unseen), _) | (_, Err(unseen)) => return vec![Finding::skipped(Check::Takeover, unseen)],
    };
    let present = desired.manifests().filter_map(|it| live.object(it.object()));
    let written: Vec<(&Value, Adoption)> = present.filter_map(|it| Some((it, Adoption::of(it)?))).collect();
    let managers: BTreeSet<String> = written.iter().flat_map(|(_, it)| it.managers.iter().cloned()).collect();
    let owners: BTreeSet<String> = written.iter().filter_map(|(live, _)| release(live)).map(|it| name(&it)).collect();
    let listed: BTreeSet<String> = evidence.releases.iter().flatten().map(name).collect();
    let (verdict, symptom) = match written.len() {
        0 => (Verdict::Ok, Symptom::NothingToTakeOver { releases: listed.into_iter().collect() }),
        objects => {
            let (managers, releases) = (managers.into_iter().collect(), owners.into_iter().collect());
            (Verdict::Warning, Symptom::ToTakeOver { objects, managers, releases })
        }
    };
    vec![Finding::new(Check::Takeover, verdict, symptom)]
}

fn name(release: &HelmRelease) -> String {
    format!("{}/{}", release.namespace, release.name)
}

/// The release that an object says it belongs to.
fn release(live: &Value) -> Option<HelmRelease> {
    let notes = live.pointer("/metadata/annotations")?;
    let text = |key: &str| notes.get(key).and_then(Value::as_str).map(str::to_owned);
    Some(HelmRelease { namespace: text(RELEASE_NAMESPACE)?, name: text(RELEASE)? })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::doctor::fixture;
    use crate::live::{LiveState, Observation};

    #[test]
    fn objects_of_predecessors_are_counted_and_their_releases_named() {
        let mut evidence = fixture::well();
        assert_eq!(judge(&evidence)[0].symptom, Symptom::NothingToTakeOver { releases: vec![] });
        let mut live = fixture::config_map();
        live["metadata"]["annotations"] = json!({ RELEASE: "alerts", RELEASE_NAMESPACE: "mon" });
        live["metadata"]["managedFields"] = json!([{ "manager": "helm", "operation": "Update", "apiVersion": "v1",
            "fieldsType": "FieldsV1", "fieldsV1": { "f:data": { "f:a": {} } } }]);
        let object = evidence.desired.as_ref().unwrap().manifests().next().unwrap().object().clone();
        let mut state = LiveState::default();
        state.observe(object, Observation::Present(live));
        evidence.live = Ok(state);
        let found = judge(&evidence).remove(0);
        let (managers, releases) = (vec!["helm".to_owned()], vec!["mon/alerts".to_owned()]);
        assert_eq!(found.symptom, Symptom::ToTakeOver { objects: 1, managers, releases });
        assert_eq!(found.verdict, Verdict::Warning);
    }
}
