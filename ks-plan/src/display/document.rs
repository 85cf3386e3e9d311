//! The plan as a document for programs.

use ks_model::{ClosedGate, ComponentName, ObjectRef, Ownership, ServerVersion};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::change::{Action, Change, FieldChange, Reason, Risk, Verified};
use crate::conflict::Conflict;
use crate::kept::Kept;
use crate::plan::{Fault, Missing, Plan, Summary, Unready};
use crate::resolutions::{ForgottenKeep, KeptField};
use crate::sensitive::Mask;
use crate::steps::StepGraph;

/// The version of the document: the first number changes when a reader of the old form would go wrong.
pub const FORMAT_VERSION: &str = "1.0";

/// Holds a plan as programs read it. Secret values are masked; unchanged objects are only counted.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanDocument<'a> {
    /// The version of this form.
    pub format_version: &'static str,
    /// Which cluster the plan is for.
    pub cluster: ClusterDocument<'a>,
    /// How many changes of each kind there are.
    pub summary: Summary,
    /// The highest risk among the changes.
    pub risk: Risk,
    /// The changes, in the order of the plan.
    pub changes: Vec<ChangeDocument<'a>>,
    /// The components that are off, and why.
    pub closed: &'a [ClosedGate],
    /// Fields that stay as other managers have them.
    pub kept_fields: &'a [KeptField],
    /// Fields that were kept so far.
    pub forgotten_keeps: &'a [ForgottenKeep],
    /// Settings whose live value stays.
    pub kept: &'a [Kept],
    /// Unchanged objects that are not ready.
    pub unready: &'a [Unready],
    /// Objects of others that are not there, so that nothing is written into them.
    pub missing: &'a [Missing],
    /// Objects that are refused.
    pub faults: &'a [Fault],
    /// What apply does, step by step.
    pub steps: &'a StepGraph,
}

/// Tells which cluster a plan is for, and what of it the plan rests on.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClusterDocument<'a> {
    /// The UID of its namespace `kube-system`.
    pub uid: Option<&'a str>,
    /// The version of its API server.
    pub version: ServerVersion,
    /// How many nodes it has.
    pub nodes: u32,
}

/// Holds one change as programs read it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeDocument<'a> {
    /// What happens.
    pub action: Action,
    /// The object.
    pub object: &'a ObjectRef,
    /// How much of the object belongs to ks.
    pub ownership: Ownership,
    /// The component that it belongs to.
    pub component: Option<&'a ComponentName>,
    /// The leaves that change, list items by key.
    pub fields: &'a [FieldChange],
    /// The same as an RFC 6902 patch, from the live object to the one after, without what the server writes by itself. One
    /// that makes an object adds the whole document, one that deletes it puts null in its place.
    pub patch: Value,
    /// Fields of other managers that the change would take.
    pub conflicts: &'a [Conflict],
    /// For a replace, the fields that cannot be changed in place.
    pub immutable: &'a [String],
    /// Why.
    pub reasons: &'a [Reason],
    /// What may be lost.
    pub risk: Risk,
    /// Who vouches for the result.
    pub verified: Verified,
}

impl PlanDocument<'_> {
    /// The JSON schema (draft 2020-12) of the document.
    pub fn schema() -> Value {
        schemars::schema_for!(PlanDocument<'_>).to_value()
    }
}

impl<'a> PlanDocument<'a> {
    /// Makes the document of a plan.
    pub fn of(plan: &'a Plan) -> Self {
        let mask = Mask::keyed(plan.facts.cluster_uid.as_deref());
        let changes = plan.changes.iter().filter(|it| it.action != Action::NoOp);
        Self {
            format_version: FORMAT_VERSION,
            cluster: ClusterDocument {
                uid: plan.facts.cluster_uid.as_deref(),
                version: plan.facts.version,
                nodes: plan.facts.nodes,
            },
            summary: plan.summary(),
            risk: plan.risk(),
            changes: changes.map(|it| change(it, &mask)).collect(),
            closed: &plan.closed,
            kept_fields: &plan.kept_fields,
            forgotten_keeps: &plan.forgotten_keeps,
            kept: &plan.kept,
            unready: &plan.unready,
            missing: &plan.missing,
            faults: &plan.faults,
            steps: &plan.steps,
        }
    }
}

fn change<'a>(change: &'a Change, mask: &Mask) -> ChangeDocument<'a> {
    ChangeDocument {
        action: change.action,
        object: &change.object,
        ownership: change.ownership,
        component: change.component.as_ref(),
        fields: &change.fields,
        patch: patch(change, mask),
        conflicts: &change.conflicts,
        immutable: &change.immutable,
        reasons: &change.reasons,
        risk: change.risk,
        verified: change.verified,
    }
}

fn patch(change: &Change, mask: &Mask) -> Value {
    let is_about_status = change.manifest.as_ref().is_some_and(|it| it.value().get("status").is_some());
    let shown = |object: &Value| own_part(mask.object(&change.secrecy, object), is_about_status);
    match (change.before.as_ref().map(shown), change.after.as_ref().map(shown)) {
        (Some(before), Some(after)) => json!(json_patch::diff(&before, &after)),
        (None, Some(after)) => json!([{ "op": "add", "path": "", "value": after }]),
        // A whole document cannot be removed, only replaced by none.
        (Some(_), None) => json!([{ "op": "replace", "path": "", "value": null }]),
        (None, None) => json!([]),
    }
}

/// The object without what the server writes by itself. Its status counts where the plan writes it.
fn own_part(mut object: Value, is_about_status: bool) -> Value {
    if let Some(map) = object.as_object_mut() {
        if !is_about_status {
            map.shift_remove("status");
        }
        if let Some(metadata) = map.get_mut("metadata").and_then(Value::as_object_mut) {
            for field in ["creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"] {
                metadata.shift_remove(field);
            }
        }
    }
    object
}
