//! Why a wait failed, as it is told.

use std::fmt;

use ks_model::ObjectRef;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::advice::advice;
use super::trouble::{Class, Trouble};

/// Tells why an object did not become ready. Secret values that the plan knows are not in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Cause {
    /// The object that was waited for.
    pub object: ObjectRef,
    /// How far it was: `0 of 1 pods is available`.
    pub state: String,
    /// The pod with the fault; absent where none could be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod: Option<ObjectRef>,
    /// Its container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// Which kind of fault it is.
    pub class: Class,
    /// The reason as Kubernetes names it.
    pub reason: String,
    /// What Kubernetes says of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// For how many seconds it was seen.
    pub seconds: u64,
    /// The last lines that the container wrote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<String>,
    /// Warnings among the events.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
    /// What could not be read of it, in the words of the API server: a right is missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
    /// What to do about it.
    pub advice: String,
}

impl Cause {
    /// Begins to tell of a fault that an object has had for some time.
    pub fn new(object: ObjectRef, state: String, trouble: Trouble, seconds: u64) -> Self {
        let advice = advice(&trouble);
        let Trouble { pod, container, class, reason, message, .. } = trouble;
        let (log, events, unread) = Default::default();
        Self { object, state, pod, container, class, reason, message, seconds, log, events, unread, advice }
    }

    /// Rewrites everything that others wrote, as to keep secret values in.
    pub fn rewrite(&mut self, rewrite: impl Fn(&str) -> String) {
        let texts = [&mut self.state, &mut self.message];
        texts.into_iter().chain(&mut self.log).chain(&mut self.events).for_each(|it| *it = rewrite(it));
    }
}

/// Prints `Pod ns/p, container c: ImagePullBackOff for 120 s: Back-off pulling image "i" (0 of 1 pods is available)`.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(pod) = &self.pod {
            write!(f, "{pod}")?;
            if let Some(container) = &self.container {
                write!(f, ", container {container}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.reason)?;
        if self.seconds > 0 {
            write!(f, " for {} s", self.seconds)?;
        }
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        if self.state.is_empty() { Ok(()) } else { write!(f, " ({})", self.state) }
    }
}
