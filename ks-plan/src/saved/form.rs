//! The file of a saved plan: what is in it, how it is written and read.

use ks_model::ObjectRef;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::expectation::{Expectation, expectations};
use super::{hidden, sound};
use crate::desired::Desired;
use crate::history::RecordedConfiguration;
use crate::live::LiveState;
use crate::plan::{Plan, places};

/// The version of the file: the first number changes when an older ks would go wrong with it.
pub const FORMAT_VERSION: &str = "1.0";
/// What tells a saved plan from any other JSON.
const KIND: &str = "ks.kubesphere.io/plan";

/// Holds a plan as it is kept in a file.
///
/// # Example
/// ```
/// use ks_plan::saved::{SavedPlan, SavedPlanError};
/// let schema = SavedPlan::schema();
/// assert_eq!(schema["title"], "SavedPlan");
/// assert!(matches!(SavedPlan::read("{}"), Err(SavedPlanError::NotAPlan)));
/// ```
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct SavedPlan {
    /// What the file is: `ks.kubesphere.io/plan`.
    pub kind: String,
    /// The version of the form of the file: `1.0`.
    pub format_version: String,
    /// The cluster as people know it, such as its address.
    pub cluster: String,
    /// The configuration that the plan is of.
    pub configuration: ConfigurationSource,
    /// What apply writes down of the configuration; absent where everything goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<RecordedConfiguration>,
    /// The object that holds the inventory.
    pub inventory: ObjectRef,
    /// How each object of the plan was, in the order of its changes.
    pub expected: Vec<Expectation>,
    /// The plan. Unchanged objects are without their contents, and secret values are fingerprints.
    pub plan: Plan,
}

/// Names a configuration, without its contents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigurationSource {
    /// The file as the user named it; absent for the live object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The SHA-256 of its text; absent for the live object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

impl ConfigurationSource {
    /// Names the configuration in a file.
    pub fn of(file: &str, text: &str) -> Self {
        let digest = Sha256::digest(text);
        let sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { file: Some(file.to_owned()), sha256: Some(sha256) }
    }
}

/// Says why a file is no plan that can be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SavedPlanError {
    /// It is no JSON, or not in the form of a plan.
    #[error("line {line}, column {column}: {message}")]
    Malformed {
        /// The line, counted from one.
        line: usize,
        /// The column, counted from one.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// It is JSON of another kind.
    #[error("it is JSON, but no plan saved by `ks plan --out`")]
    NotAPlan,
    /// It was saved in a form that this ks does not know.
    #[error("its format is {found}, and this ks reads {FORMAT_VERSION}")]
    Format {
        /// The version in the file.
        found: String,
    },
    /// It contradicts itself, so it was changed by hand or cut.
    #[error("it contradicts itself: {0}")]
    Unsound(String),
}

impl SavedPlan {
    /// Takes what has to be kept of a plan: `desired` and `live` are what it was made from.
    ///
    /// Where objects were sieved, they have to be sieved [for saving](crate::Sieve::for_saving).
    pub fn of(
        plan: &Plan,
        desired: &Desired,
        live: &LiveState,
        cluster: String,
        configuration: ConfigurationSource,
    ) -> Self {
        Self {
            kind: KIND.to_owned(),
            format_version: FORMAT_VERSION.to_owned(),
            cluster,
            configuration,
            recorded: None,
            inventory: desired.inventory().parent().clone(),
            expected: expectations(plan, desired, live),
            plan: hidden::hidden(plan),
        }
    }

    /// The same with what apply writes down of the configuration.
    #[must_use]
    pub fn with_recorded(self, recorded: RecordedConfiguration) -> Self {
        Self { recorded: Some(recorded), ..self }
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// When it is no JSON, no plan, of another format, or contradicts itself.
    pub fn read(text: &str) -> Result<Self, SavedPlanError> {
        let malformed = |error: serde_json::Error| SavedPlanError::Malformed {
            line: error.line(),
            column: error.column(),
            message: without_place(&error.to_string()),
        };
        let head: Head = match serde_json::from_str(text) {
            Ok(head) => head,
            Err(error) if error.is_data() => return Err(SavedPlanError::NotAPlan),
            Err(error) => return Err(malformed(error)),
        };
        let Some(found) = head.format_version.filter(|_| head.kind.as_deref() == Some(KIND)) else {
            return Err(SavedPlanError::NotAPlan);
        };
        if found.split('.').next() != FORMAT_VERSION.split('.').next() {
            return Err(SavedPlanError::Format { found });
        }
        let mut saved: Self = serde_json::from_str(text).map_err(malformed)?;
        saved.plan.places = places(&saved.plan.changes);
        sound::check(&saved).map_err(SavedPlanError::Unsound)?;
        Ok(saved)
    }

    /// Writes the text of the file.
    ///
    /// # Errors
    /// Never for a plan that was made here; JSON has no room for some values that serde has.
    pub fn text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self).map(|it| it + "\n")
    }

    /// The JSON schema (draft 2020-12) of the file.
    pub fn schema() -> Value {
        schemars::schema_for!(Self).to_value()
    }
}

/// What every format has in common.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    kind: Option<String>,
    format_version: Option<String>,
}

/// What serde says, without the place, which is told beside it.
fn without_place(message: &str) -> String {
    message.rsplit_once(" at line ").map_or(message, |(it, _)| it).to_owned()
}
