//! The lines of `-o json`: what happens during an apply, as programs read it.

use std::time::Duration;

use ks_apply::{OutcomeKind, RequestCount, Tally};
use ks_model::ComponentName;
use ks_plan::diagnosis::Cause;
use ks_plan::display::PlanDocument;
use ks_plan::{Readiness, StepId, Summary, Task};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use crate::command_error::{CommandError, Kind};
use crate::commands::pretty;
use crate::ui::Ui;

/// The version of the lines: the first number changes when a reader of the old form would go wrong. A reader has to put up with
/// new events and new members.
const FORMAT_VERSION: &str = "1.0";

/// One line of `ks apply -o json`, and of the other commands that carry something out.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    #[serde(flatten)]
    event: &'a Event<'a>,
    /// The version of this form.
    format_version: &'static str,
}

/// Something that a program is told. Times are milliseconds since the plan began to be carried out.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event<'a> {
    /// The plan is made. It is made a second time where another runner was at work meanwhile.
    Planned {
        /// The plan, as `ks plan -o json` prints it.
        plan: PlanDocument<'a>,
    },
    /// Another runner holds the lease, and is waited for.
    Locked {
        /// Who.
        holder: &'a str,
        /// Since when, by the clock of the holder.
        #[serde(skip_serializing_if = "Option::is_none")]
        since: Option<&'a str>,
        /// When it ends unless it is renewed, by the same clock.
        #[serde(skip_serializing_if = "Option::is_none")]
        ends: Option<&'a str>,
        /// How long it was waited for so far.
        waited_ms: u64,
    },
    /// The plan begins to be carried out.
    Began {
        /// When.
        at_ms: u64,
        /// How many changes of each kind there are.
        summary: Summary,
    },
    /// A step begins.
    Started {
        /// When.
        at_ms: u64,
        /// The step.
        #[serde(flatten)]
        step: Step<'a>,
    },
    /// A wait saw how far its object is.
    Progress {
        /// When.
        at_ms: u64,
        /// The step.
        #[serde(flatten)]
        step: Step<'a>,
        /// How far.
        readiness: &'a Readiness,
    },
    /// A write met a passing fault and will be tried again.
    Retried {
        /// When.
        at_ms: u64,
        /// The step.
        #[serde(flatten)]
        step: Step<'a>,
        /// The fault.
        message: &'a str,
    },
    /// A step ended, or will never start.
    Finished {
        /// When.
        at_ms: u64,
        /// The step.
        #[serde(flatten)]
        step: Step<'a>,
        /// How it ended.
        outcome: OutcomeKind,
        /// How long it took.
        took_ms: u64,
        /// What failed, and why.
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<String>,
        /// What was found out about an object that did not become ready.
        #[serde(skip_serializing_if = "Option::is_none")]
        cause: Option<&'a Cause>,
        /// For a skipped step, the one that failed first.
        #[serde(skip_serializing_if = "Option::is_none")]
        because: Option<StepId>,
    },
    /// The user interrupted: writes under way are finished, and nothing new starts.
    Interrupted {
        /// When.
        at_ms: u64,
    },
    /// The time for the whole apply is up: writes under way are finished, waits end, and nothing new starts.
    Overdue {
        /// When.
        at_ms: u64,
    },
    /// The lease is lost: writes under way are finished, and nothing new starts.
    LeaseLost {
        /// When.
        at_ms: u64,
        /// Why.
        message: String,
    },
    /// The plan is carried out as far as it could be.
    Ended {
        /// When.
        at_ms: u64,
        /// How the steps ended.
        tally: Tally,
        /// Whether every step succeeded.
        success: bool,
    },
    /// How many requests all of it took. Nothing follows.
    Requests {
        /// How many of each kind.
        requests: RequestCount,
    },
}

/// Names a step of the plan.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Step<'a> {
    /// Its number in the plan.
    pub step: StepId,
    /// What it does.
    pub task: &'a Task,
    /// The component of its object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<&'a ComponentName>,
}

impl Event<'_> {
    /// The line, with its end.
    ///
    /// # Errors
    /// Never for an event that was made here; JSON has no room for some values that serde has.
    pub fn line(&self) -> Result<String, CommandError> {
        let line = serde_json::to_string(&Line { event: self, format_version: FORMAT_VERSION });
        line.map(|it| it + "\n").map_err(|error| CommandError::new(Kind::Bug, format!("write JSON: {error}")))
    }
}

/// The JSON schema (draft 2020-12) of each line.
pub fn schema() -> Value {
    // Of what is written, not of what would be read: a member that is always there is required.
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Line<'_>>().to_value()
}

/// Prints the schema.
pub fn print_schema(ui: &Ui) -> Result<Kind, CommandError> {
    ui.print(&pretty(&schema())?).map(|()| Kind::Done)
}

/// A duration as lines tell it.
pub fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
