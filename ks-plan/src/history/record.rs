//! One record, and what is in it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::RecordedConfiguration;
use crate::display::{PlanDocument, TextOptions, text};
use crate::plan::{Plan, Summary};

/// The version of the form of a record: the first number changes when an older ks would go wrong with it. Fields that a reader
/// does not know are passed over.
pub const FORMAT_VERSION: &str = "1.0";

/// Holds what is known of one apply.
///
/// # Example
/// ```
/// use ks_plan::history::{Outcome, Record};
/// let text = r#"{ "formatVersion": "1.7", "number": 3, "outcome": "succeeded", "mood": "good" }"#;
/// let record: Record = serde_json::from_str(text)?;
/// assert_eq!((record.number, record.outcome), (3, Outcome::Succeeded));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Record {
    /// The version of this form.
    pub format_version: String,
    /// Its number; the first apply has 1.
    pub number: u32,
    /// When the apply began, by the clock of who ran it (RFC 3339).
    pub started: String,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
    /// Who ran it: user and machine.
    pub who: String,
    /// Under which name the lease was held.
    pub holder: String,
    /// The version of ks.
    pub version: String,
    /// How it ended.
    pub outcome: Outcome,
    /// How its steps ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
    /// How many changes of each kind were planned.
    pub summary: Summary,
    /// The apply whose configuration it went back to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rollback_to: Option<u32>,
    /// The configuration; absent where it was not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration: Option<RecordedConfiguration>,
    /// The plan.
    pub plan: RecordedPlan,
}

/// Holds the plan of an apply as it was shown, or says what of it did not fit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct RecordedPlan {
    /// As people read it, as `ks plan` prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// As programs read it, as `ks plan -o json` prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<Value>,
    /// What was left out because it is too large.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
}

/// How an apply ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", from = "String")]
#[non_exhaustive]
pub enum Outcome {
    /// It has not ended, or was killed, or lost its lease: then it stays so.
    Running,
    /// Every step succeeded.
    Succeeded,
    /// A step failed or took too long.
    Failed,
    /// It was interrupted, or its time was up.
    Interrupted,
    /// In a word that this ks does not know.
    #[default]
    Unknown,
}

impl From<String> for Outcome {
    fn from(word: String) -> Self {
        match word.as_str() {
            "running" => Self::Running,
            "succeeded" => Self::Succeeded,
            "failed" => Self::Failed,
            "interrupted" => Self::Interrupted,
            _ => Self::Unknown,
        }
    }
}

/// Counts how the steps of an apply ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Counts {
    /// Writes that were made.
    pub applied: usize,
    /// Objects deleted.
    pub deleted: usize,
    /// Steps that failed.
    pub failed: usize,
    /// Waits that ran out of time.
    pub timed_out: usize,
    /// Steps that never started because of a failed one.
    pub skipped: usize,
    /// Steps that were interrupted or never started because of an interruption.
    pub interrupted: usize,
}

impl Counts {
    /// What they say of the whole.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self { failed: 0, timed_out: 0, skipped: 0, interrupted: 0, .. } => Outcome::Succeeded,
            Self { failed: 0, timed_out: 0, .. } => Outcome::Interrupted,
            _ => Outcome::Failed,
        }
    }
}

impl Record {
    /// Begins the record of an apply of `plan` to `cluster`, as people know it. It has no number and no time yet.
    pub fn of(plan: &Plan, cluster: &str) -> Self {
        let shown = text(plan, &TextOptions { cluster: Some(cluster), ..TextOptions::default() });
        let document = serde_json::to_value(PlanDocument::of(plan)).ok();
        Self {
            format_version: FORMAT_VERSION.to_owned(),
            outcome: Outcome::Running,
            summary: plan.summary(),
            plan: RecordedPlan { text: Some(shown), document, left_out: None },
            ..Self::default()
        }
    }
}
