//! Secret values: out of a plan that is saved, and back into one that is applied.

use ks_model::{Facts, Manifest, ObjectRef};
use serde_json::{Value, json};

use super::SavedPlan;
use crate::change::{Action, Change};
use crate::desired::Desired;
use crate::live::LiveState;
use crate::plan::Plan;
use crate::sensitive::{Mask, is_fingerprint};

/// Names objects with secret values that are in neither of the places where they may be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the configuration does not give the secret values that the plan was made with")]
pub struct Unrevealed {
    /// The objects.
    pub objects: Vec<ObjectRef>,
}

/// A plan as it is stored: without secret values, without what compiling looked at, without the contents of what stays.
pub(super) fn hidden(plan: &Plan) -> Plan {
    let mask = Mask::keyed(plan.facts.cluster_uid.as_deref());
    let mut facts = Facts::default();
    facts.cluster_uid.clone_from(&plan.facts.cluster_uid);
    facts.version = plan.facts.version;
    facts.nodes = plan.facts.nodes;
    let changes = plan.changes.iter().map(|it| stored(it, &mask)).collect();
    Plan { facts, changes, ..plan.clone() }
}

fn stored(change: &Change, mask: &Mask) -> Change {
    let stored = |value: &Value| {
        let mut value = value.clone();
        mask.stored(&change.secrecy, &mut value);
        value
    };
    let (manifest, before, after) = match change.action {
        Action::NoOp => (None, None, None),
        Action::Delete => (None, change.before.as_ref().map(identity), None),
        _ => (
            change.manifest.as_ref().and_then(|it| Manifest::parse(stored(it.value())).ok()),
            change.before.as_ref().map(stored),
            change.after.as_ref().map(stored),
        ),
    };
    Change { manifest, before, after, ..change.clone() }
}

/// Of an object that goes away, only which one it is.
fn identity(live: &Value) -> Value {
    let metadata = |field: &str| live.pointer(&format!("/metadata/{field}")).cloned();
    let fields = ["name", "namespace", "uid", "deletionTimestamp"];
    let metadata: serde_json::Map<String, Value> =
        fields.into_iter().filter_map(|it| Some((it.to_owned(), metadata(it)?))).collect();
    json!({ "apiVersion": live.get("apiVersion"), "kind": live.get("kind"), "metadata": metadata })
}

impl SavedPlan {
    /// Whether something secret is to be written, so that the configuration is needed to apply the plan.
    pub fn needs_secrets(&self) -> bool {
        self.plan.changes.iter().filter_map(|it| it.manifest.as_ref()).any(|it| has_fingerprint(it.value()))
    }

    /// The plan with its secret values: each is taken from the live object or from what the configuration wants now, where
    /// it fits the fingerprint.
    ///
    /// # Errors
    /// When a value fits nowhere: the configuration is another one.
    pub fn reveal(&self, live: &LiveState, desired: Option<&Desired>) -> Result<Plan, Unrevealed> {
        let mask = Mask::keyed(self.plan.facts.cluster_uid.as_deref());
        let mut plan = self.plan.clone();
        let mut objects = Vec::new();
        for change in &mut plan.changes {
            let Some(manifest) = change.manifest.as_ref().filter(|it| has_fingerprint(it.value())) else { continue };
            let wanted = desired.and_then(|it| it.find(&change.object)).map(|(_, found)| found.manifest.value());
            let sources: Vec<&Value> = live.object(&change.object).into_iter().chain(wanted).collect();
            let mut value = manifest.value().clone();
            reveal(&mut value, &sources, &mask);
            match Manifest::parse(value) {
                Ok(revealed) if !has_fingerprint(revealed.value()) => change.manifest = Some(revealed),
                _ => objects.push(change.object.clone()),
            }
        }
        if objects.is_empty() { Ok(plan) } else { Err(Unrevealed { objects }) }
    }
}

/// Puts the value that fits into the place of each fingerprint. The sources have the same shape as far as they fit.
pub(crate) fn reveal(value: &mut Value, sources: &[&Value], mask: &Mask) {
    if is_fingerprint(value) {
        let fits = sources.iter().find(|it| !is_fingerprint(it) && mask.mask(it) == *value);
        if let Some(found) = fits {
            *value = (*found).clone();
        }
        return;
    }
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let sources: Vec<&Value> = sources.iter().filter_map(|it| it.get(name)).collect();
                reveal(member, &sources, mask);
            }
        }
        Value::Array(items) => {
            // Items may have moved: each source offers all of its own.
            let sources: Vec<&Value> = sources.iter().filter_map(|it| it.as_array()).flatten().collect();
            items.iter_mut().for_each(|it| reveal(it, &sources, mask));
        }
        _ => {}
    }
}

fn has_fingerprint(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.values().any(has_fingerprint),
        Value::Array(items) => items.iter().any(has_fingerprint),
        value => is_fingerprint(value),
    }
}
