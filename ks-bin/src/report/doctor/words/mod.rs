//! Findings in words: what was found, what it means, what to do next.

mod others;
mod runs;
mod server;
mod storage;
mod wants;

use ks_model::ObjectRef;
use ks_plan::doctor::Symptom;
use schemars::JsonSchema;
use serde::Serialize;

/// How many of a list are told one by one.
const TOLD: usize = 5;

/// A finding in words.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Words {
    /// What was found, in a line.
    pub(super) found: String,
    /// The same one by one, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) details: Vec<String>,
    /// What that means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) means: Option<String>,
    /// What to do next.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) next: Vec<String>,
}

impl Words {
    fn found(found: impl Into<String>) -> Self {
        Self { found: found.into(), ..Self::default() }
    }

    fn means(mut self, means: impl Into<String>) -> Self {
        self.means = Some(means.into());
        self
    }

    fn next(mut self, next: impl Into<String>) -> Self {
        self.next.push(next.into());
        self
    }

    fn details(mut self, all: impl IntoIterator<Item = String>) -> Self {
        let all: Vec<String> = all.into_iter().collect();
        self.details = all.iter().take(TOLD).cloned().collect();
        if all.len() > TOLD {
            self.details.push(format!("and {} more", all.len() - TOLD));
        }
        self
    }

    /// Tells a symptom.
    pub(super) fn of(symptom: &Symptom) -> Self {
        server::of_server(symptom)
            .or_else(|| wants::of_wants(symptom))
            .or_else(|| storage::of_storage(symptom))
            .or_else(|| others::of_others(symptom))
            .or_else(|| runs::of_runs(symptom))
            .unwrap_or_default()
    }
}

fn objects(all: &[ObjectRef]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}
