//! How long a fault is put up with.

use std::collections::BTreeMap;

use serde_json::Value;

use super::pods::of_workload;
use super::trouble::{Class, Course, Trouble, of_pod, of_workload_itself};

/// For how many milliseconds a fault must be seen although waiting does not help: a Secret that somebody makes in this
/// moment is missing for a moment only.
const CONFIRMATION: u64 = 4_000;
/// The same where the fault may be older than what was just done about it: a kubelet looks again after some time.
const SECOND_LOOK: u64 = 30_000;

/// Remembers since when a workload has which fault. Times are milliseconds since any moment.
///
/// # Example
/// ```
/// use ks_plan::diagnosis::{Patience, Verdict};
/// let mut patience = Patience::new(120_000);
/// let deployment = serde_json::json!({ "kind": "Deployment", "metadata": { "name": "d" } });
/// assert_eq!(patience.judge(&deployment, &[], 0), Verdict::Well);
/// ```
#[derive(Clone, Debug)]
pub struct Patience {
    grace: u64,
    confirmation: u64,
    since: BTreeMap<(Class, Option<String>), u64>,
}

/// What the pods of a workload say.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// Nothing is wrong.
    Well,
    /// Something is wrong that may pass, or has to be seen again.
    Troubled {
        /// What.
        trouble: Trouble,
        /// When it will have lasted too long; absent while a container that crashed runs again.
        until: Option<u64>,
    },
    /// It has lasted too long.
    Stuck {
        /// What.
        trouble: Trouble,
        /// For how many milliseconds it was seen.
        lasted: u64,
    },
}

impl Patience {
    /// Puts up with faults that may pass for `grace` milliseconds.
    pub fn new(grace: u64) -> Self {
        Self { grace, confirmation: CONFIRMATION.min(grace), since: BTreeMap::new() }
    }

    /// The same for a workload that was not changed: what it lacks may just have been given to it.
    #[must_use]
    pub fn with_second_look(self) -> Self {
        Self { confirmation: SECOND_LOOK.min(self.grace), ..self }
    }

    /// Judges a workload and its pods as they are at the moment `now`.
    pub fn judge(&mut self, workload: &Value, pods: &[Value], now: u64) -> Verdict {
        if is_unseen(workload) {
            return Verdict::Well;
        }
        let of_pods = of_workload(workload, pods).into_iter().filter_map(of_pod);
        let troubles: Vec<Trouble> = of_workload_itself(workload).into_iter().chain(of_pods).collect();
        // A fault is forgotten when no pod has it any more.
        self.since.retain(|key, _| troubles.iter().any(|it| key_of(it) == *key));
        let worst = troubles
            .into_iter()
            .map(|trouble| {
                let since = *self.since.entry(key_of(&trouble)).or_insert(now);
                let patience = match trouble.course {
                    Course::Terminal => Some(self.confirmation),
                    Course::Passing => Some(self.grace),
                    Course::Resting => None,
                };
                (patience.map(|it| since.saturating_add(it)), since, trouble)
            })
            .min_by(|(a, _, first), (b, _, second)| {
                let rank = |until: &Option<u64>, it: &Trouble| (until.unwrap_or(u64::MAX), it.course, it.pod.clone());
                rank(a, first).cmp(&rank(b, second))
            });
        match worst {
            None => Verdict::Well,
            Some((Some(until), since, trouble)) if until <= now => {
                Verdict::Stuck { trouble, lasted: now.saturating_sub(since) }
            }
            Some((until, _, trouble)) => Verdict::Troubled { trouble, until },
        }
    }
}

/// Whether the controller has yet to look at the present generation: until then the pods are those of an earlier one.
fn is_unseen(workload: &Value) -> bool {
    let number = |pointer: &str| workload.pointer(pointer).and_then(Value::as_i64).unwrap_or_default();
    let reports = workload.get("apiVersion").and_then(Value::as_str) == Some("apps/v1");
    reports && number("/status/observedGeneration") < number("/metadata/generation")
}

fn key_of(trouble: &Trouble) -> (Class, Option<String>) {
    (trouble.class, trouble.container.clone())
}
