//! What a cluster answered, in a form that can be kept: secret values are fingerprints, and each dry run says which object it
//! was about.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ks_model::{Facts, Manifest, ObjectRef};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::build::doubts;
use crate::desired::Desired;
use crate::live::{DryRun, LiveState, Observation};
use crate::saved::reveal;
use crate::sensitive::Mask;
use crate::volumes::expansions;

/// Holds a [`LiveState`] without its secret values.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct RecordedState {
    /// What a look at each object gave.
    pub observations: Vec<(ObjectRef, Observation)>,
    /// Objects that the readiness of others rests on.
    pub companions: Vec<(ObjectRef, Value)>,
    /// What the server made of objects in a dry run.
    pub answers: Vec<RecordedAnswer>,
}

/// Holds the answer to one dry run.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordedAnswer {
    /// The object.
    pub object: ObjectRef,
    /// A hash of the object that was asked about: the answer says nothing about any other.
    pub of: String,
    /// The answer.
    pub answer: DryRun,
}

impl RecordedState {
    /// Takes what is to be kept of `live`, whose dry runs were about `desired`.
    pub fn of(live: &LiveState, desired: &Desired, facts: &Facts) -> Self {
        let mask = &Mask::keyed(facts.cluster_uid.as_deref());
        let stored = |object: &ObjectRef, value: &Value| {
            let mut value = value.clone();
            mask.stored(&desired.secrecy(object), &mut value);
            value
        };
        let observation = |object: &ObjectRef, seen: &Observation| match seen {
            Observation::Present(value) => Observation::Present(stored(object, value)),
            absent @ Observation::Absent { .. } => absent.clone(),
        };
        let asked = asked(desired, live, facts, mask);
        let answer = |(object, answer): (&ObjectRef, &DryRun)| {
            let answer = answer.clone().map_object(|value| stored(object, &value));
            Some(RecordedAnswer { object: object.clone(), of: asked.get(object)?.clone(), answer })
        };
        Self {
            observations: live.observations().map(|(it, seen)| (it.clone(), observation(it, seen))).collect(),
            companions: live.companions().map(|(it, value)| (it.clone(), stored(it, value))).collect(),
            answers: live.answers().filter_map(answer).collect(),
        }
    }

    /// What the cluster answers to what is wanted now. A secret value that the configuration gives takes the place of its
    /// fingerprint, so that it compares as equal; a dry run counts only where the very same object was asked about.
    pub fn live(&self, desired: &Desired, facts: &Facts) -> LiveState {
        let mask = &Mask::keyed(facts.cluster_uid.as_deref());
        let mut live = LiveState::default();
        for (object, seen) in &self.observations {
            let seen = match seen {
                Observation::Present(value) => Observation::Present(revealed(object, value, desired, mask)),
                absent @ Observation::Absent { .. } => absent.clone(),
            };
            live.observe(object.clone(), seen);
        }
        self.companions.iter().for_each(|(object, value)| live.companion(object.clone(), value.clone()));
        let asked = asked(desired, &live, facts, mask);
        for RecordedAnswer { object, of, answer } in &self.answers {
            if asked.get(object) != Some(of) {
                continue;
            }
            live.answer(object.clone(), answer.clone().map_object(|value| revealed(object, &value, desired, mask)));
        }
        live
    }

    /// The objects of which anything is known.
    pub fn known(&self) -> BTreeSet<&ObjectRef> {
        self.observations.iter().map(|(it, _)| it).collect()
    }
}

/// A hash of each object that a dry run is asked about, without its secret values.
fn asked(desired: &Desired, live: &LiveState, facts: &Facts, mask: &Mask) -> BTreeMap<ObjectRef, String> {
    let hash = |manifest: Cow<'_, Manifest>| {
        let mut value = manifest.value().clone();
        mask.stored(&desired.secrecy(manifest.object()), &mut value);
        let digest = Sha256::digest(value.to_string());
        (manifest.object().clone(), digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect())
    };
    let expansions = expansions(desired, live, facts).into_iter().map(Cow::Owned);
    doubts(desired, live).into_iter().chain(expansions).map(hash).collect()
}

fn revealed(object: &ObjectRef, value: &Value, desired: &Desired, mask: &Mask) -> Value {
    let mut value = value.clone();
    let Some((_, wanted)) = desired.find(object).filter(|_| !desired.secrecy(object).is_empty()) else {
        return value;
    };
    let wanted = wanted.manifest.value();
    let encoded = encoded(wanted);
    reveal(&mut value, &[wanted, &encoded], mask);
    value
}

/// What a Secret gives as text, as the server stores it.
fn encoded(wanted: &Value) -> Value {
    let texts = wanted.get("stringData").and_then(Value::as_object);
    let encode = |(key, text): (&String, &Value)| Some((key.clone(), STANDARD.encode(text.as_str()?).into()));
    let data: Map<String, Value> = texts.into_iter().flatten().filter_map(encode).collect();
    json!({ "data": data })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::{TextOptions, text};
    use crate::fixture::{bundle, config_map, core, desired, namespace, object, settled};
    use crate::{Plan, plan};

    const SECRET: &str = "c2VzYW1l";

    fn wanted(value: &str) -> Desired {
        let secret = object("v1", "Secret", "home/s", json!({ "data": { "key": value } }));
        desired(vec![bundle("demo", [namespace("home"), secret, config_map("home/c")])])
    }

    fn screen(desired: &Desired, live: &LiveState) -> String {
        let plan: Plan = plan(desired, live, &Facts::default()).unwrap();
        text(&plan, &TextOptions { full: true, ..TextOptions::default() })
    }

    fn again(recorded: &RecordedState) -> RecordedState {
        let text = serde_json::to_string(recorded).unwrap();
        assert!(!text.contains(SECRET), "{text}");
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_plan_from_a_record_is_the_plan_from_the_cluster() {
        let facts = Facts::default();
        let settled = settled(&wanted(SECRET));
        for live in [LiveState::default(), settled] {
            for value in [SECRET, "b3RoZXI="] {
                let desired = wanted(value);
                let recorded = again(&RecordedState::of(&live, &desired, &facts));
                assert_eq!(screen(&desired, &recorded.live(&desired, &facts)), screen(&desired, &live));
            }
        }
    }

    #[test]
    fn an_answer_counts_for_the_object_that_was_asked_about_only() {
        let facts = Facts::default();
        let (asked, other) = (wanted("b25l"), wanted("dHdv"));
        let mut live = settled(&wanted(SECRET));
        let secret = core("Secret", "home/s");
        let merged = live.object(&secret).unwrap().clone();
        live.answer(secret.clone(), DryRun::Merged { object: merged, conflicts: Vec::new() });
        let recorded = again(&RecordedState::of(&live, &asked, &facts));
        assert!(recorded.live(&asked, &facts).dry_run(&secret).is_some());
        assert!(recorded.live(&other, &facts).dry_run(&secret).is_none());
        assert!(recorded.known().contains(&secret) && !recorded.known().contains(&core("Secret", "home/t")));
    }
}
