//! What a Lease says, and what is written into it.

use k8s_openapi::jiff::Timestamp;
use ks_model::ObjectRef;
use serde_json::{Value, json};

use super::DURATION;

/// A Lease as it was read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    /// Who holds it; nobody after a release.
    pub holder: Option<String>,
    /// After how many seconds without a renewal it ends.
    pub seconds: u64,
    /// Since when its holder holds it, by the clock of the holder.
    pub acquired: Option<String>,
    /// When it was renewed, by the same clock.
    pub renewed: Option<String>,
    /// The `resourceVersion`.
    pub revision: String,
    /// The whole object.
    live: Value,
}

impl Record {
    /// Reads a live Lease.
    pub fn of(live: Value) -> Self {
        let text = |pointer: &str| live.pointer(pointer).and_then(Value::as_str).filter(|it| !it.is_empty());
        Self {
            holder: text("/spec/holderIdentity").map(str::to_owned),
            seconds: live.pointer("/spec/leaseDurationSeconds").and_then(Value::as_u64).unwrap_or(DURATION.as_secs()),
            acquired: text("/spec/acquireTime").map(str::to_owned),
            renewed: text("/spec/renewTime").map(str::to_owned),
            revision: text("/metadata/resourceVersion").unwrap_or_default().to_owned(),
            live,
        }
    }

    /// When it ends unless it is renewed, by the clock of its holder.
    pub fn ends(&self) -> Option<String> {
        let renewed = self.renewed.as_deref()?.parse::<Timestamp>().ok()?;
        let second = renewed.as_second().checked_add(i64::try_from(self.seconds).ok()?)?;
        Some(Timestamp::from_second(second).ok()?.to_string())
    }

    /// Whether it would have ended by now if the clocks of all machines agreed. Good for a guess, never for a decision.
    pub fn looks_abandoned(&self, now: Timestamp) -> bool {
        let renewed = self.renewed.as_deref().and_then(|it| it.parse::<Timestamp>().ok());
        let seconds = i64::try_from(self.seconds).unwrap_or(i64::MAX);
        renewed.is_none_or(|it| now.as_second().saturating_sub(it.as_second()) > seconds)
    }
}

/// The Lease in the hands of `holder`: one that is there is changed in nothing else.
pub(super) fn held(object: &ObjectRef, before: Option<&Record>, holder: &str, now: Timestamp) -> Value {
    let is_ours = before.is_some_and(|it| it.holder.as_deref() == Some(holder));
    let mut lease = before.map_or_else(|| new(object), |it| it.live.clone());
    let taken = lease.pointer("/spec/leaseTransitions").and_then(Value::as_u64).unwrap_or(0);
    let spec = &mut lease["spec"];
    spec["holderIdentity"] = holder.into();
    spec["leaseDurationSeconds"] = DURATION.as_secs().into();
    spec["renewTime"] = micro(now).into();
    if !is_ours {
        spec["acquireTime"] = micro(now).into();
        spec["leaseTransitions"] = (taken + u64::from(before.is_some())).into();
    }
    lease
}

/// The Lease in nobody's hands, as client-go leaves it.
pub(super) fn released(before: &Record, now: Timestamp) -> Value {
    let mut lease = before.live.clone();
    if let Some(spec) = lease["spec"].as_object_mut() {
        spec.remove("holderIdentity");
        spec.insert("leaseDurationSeconds".to_owned(), 1.into());
        spec.insert("renewTime".to_owned(), micro(now).into());
    }
    lease
}

fn new(object: &ObjectRef) -> Value {
    json!({
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": { "name": object.name, "namespace": object.namespace },
        "spec": {},
    })
}

/// The time as a `MicroTime` has to be written: with six digits after the point.
fn micro(now: Timestamp) -> String {
    now.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}
