//! Requests, counted from the audit log of the server.

use std::collections::BTreeMap;
use std::fmt;

use ks_tests::control_plane::AuditEvent;

/// How many requests there were of each verb; dry runs count apart.
#[derive(Clone, Debug, Default)]
pub struct Requests(BTreeMap<String, usize>);

impl Requests {
    /// Counts what a client asked.
    pub fn of(events: &[AuditEvent]) -> Self {
        let mut counted = Self::default();
        for event in events {
            let verb = if event.dry_run { format!("dry {}", event.verb) } else { event.verb.clone() };
            *counted.0.entry(verb).or_default() += 1;
        }
        counted
    }

    /// All of them.
    pub fn total(&self) -> usize {
        self.0.values().sum()
    }
}

/// Prints `get 3, list 30`.
impl fmt::Display for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.0.iter().map(|(verb, count)| format!("{verb} {count}")).collect();
        f.write_str(&parts.join(", "))
    }
}
