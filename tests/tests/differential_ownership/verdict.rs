//! What ks decides without a request against what the server says.

use ks_plan::{LiveState, Observation, doubts};
use ks_tests::control_plane::{Patch, Refused};
use serde_json::Value;

use super::history::Subject;

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether ks would ask the server.
    pub asks: bool,
    /// What an apply would change, in the words of the server; empty when nothing.
    pub changes: Vec<String>,
}

impl Subject<'_> {
    /// Compares on both sides.
    pub async fn verdict(&self, wanted: &Value, live: &Value) -> Option<Verdict> {
        let desired = self.desired(wanted)?;
        let manifest = self.manifest(&desired);
        let mut state = LiveState::default();
        state.observe(manifest.object().clone(), Observation::Present(live.clone()));
        let doubts = doubts(&desired, &state);
        let doubt = doubts.iter().find(|it| it.object() == manifest.object());
        let sent = doubt.map_or(manifest, |it| &**it);
        let query = "?dryRun=All&fieldManager=ks&fieldValidation=Strict&force=false";
        let answer = self.writer.patch(&self.at(query), Patch::Apply, sent.value()).await;
        Some(Verdict { asks: doubt.is_some(), changes: changes(live, answer) })
    }
}

fn changes(live: &Value, answer: Result<Value, Refused>) -> Vec<String> {
    match answer {
        Ok(after) => {
            let mut changes = Vec::new();
            compare("", &comparable(live), &comparable(&after), &mut changes);
            changes
        }
        Err(refused) => vec![format!("{} {}: {}", refused.code, refused.reason, refused.message)],
    }
}

/// An object without what tells only that and when it was written.
pub fn comparable(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("resourceVersion");
        metadata.remove("generation");
        let entries = metadata.get_mut("managedFields").and_then(Value::as_array_mut);
        for entry in entries.into_iter().flatten().filter_map(Value::as_object_mut) {
            entry.remove("time");
        }
        if let Some(entries) = metadata.get_mut("managedFields").and_then(Value::as_array_mut) {
            entries.sort_by_key(ToString::to_string);
        }
    }
    object
}

/// Lists the places in which two values differ.
pub fn compare(path: &str, before: &Value, after: &Value, changes: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            for name in old.keys().chain(new.keys().filter(|it| !old.contains_key(*it))) {
                let side = |map: &serde_json::Map<String, Value>| map.get(name).cloned().unwrap_or("$absent".into());
                compare(&format!("{path}/{name}"), &side(old), &side(new), changes);
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (at, (old, new)) in old.iter().zip(new).enumerate() {
                compare(&format!("{path}/{at}"), old, new, changes);
            }
        }
        _ if before != after => changes.push(format!("{path}: {before} -> {after}")),
        _ => {}
    }
}
