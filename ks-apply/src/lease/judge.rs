//! What a lease means at a moment. Nothing here asks for the time.

use tokio::time::Instant;

use super::record::Record;
use super::{DURATION, MARGIN, PATIENCE};

/// What somebody who wants the lease has seen of it so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Observed {
    /// The lease as it was seen last, and since when it was seen like that.
    last: Option<(Record, Instant)>,
    /// Whether it changed under the eyes of the observer: then its holder lives.
    is_alive: bool,
}

/// Whose a lease is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nobody's: it is not there, was released, or nobody renewed it in time.
    Free,
    /// Already that of whoever asks.
    Ours,
    /// Somebody else's until this moment, unless it is renewed.
    Held {
        /// The moment.
        until: Instant,
    },
}

impl Observed {
    /// Takes note of the lease as it is at `now`.
    pub fn see(&mut self, record: Option<Record>, now: Instant) {
        let Some(record) = record else {
            *self = Self::default();
            return;
        };
        match &self.last {
            Some((known, _)) if known.revision == record.revision => {}
            known => {
                self.is_alive = known.as_ref().is_some_and(|(it, _)| it.holder == record.holder);
                self.last = Some((record, now));
            }
        }
    }

    /// The lease as it was seen last.
    pub fn record(&self) -> Option<&Record> {
        self.last.as_ref().map(|(record, _)| record)
    }

    /// Whether its holder was seen to renew it.
    pub fn is_alive(&self) -> bool {
        self.is_alive
    }

    /// Whose the lease is for `me` at `now`.
    pub fn standing(&self, me: &str, now: Instant) -> Standing {
        let Some((record, since)) = &self.last else { return Standing::Free };
        match record.holder.as_deref() {
            None => Standing::Free,
            Some(holder) if holder == me => Standing::Ours,
            Some(_) => {
                // One with an absurd duration is watched as long as one of ours: what it says may not keep all out for ever.
                let until = *since + DURATION.max(std::time::Duration::from_secs(record.seconds.min(3600)));
                if now >= until { Standing::Free } else { Standing::Held { until } }
            }
        }
    }
}

/// How sure a holder is of its lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tenure {
    /// Nobody else can have it: writes may begin and may be under way.
    Sure,
    /// Others may take it at any moment: nothing may be written before the next renewal.
    Unsure,
    /// It was not renewed for so long that the holder stops trying.
    Over,
}

/// Until when a holder is sure whose last renewal began at `renewed`.
pub(super) fn sure_until(renewed: Instant) -> Instant {
    renewed + DURATION.saturating_sub(MARGIN)
}

/// How sure a holder is at `now` whose last renewal began at `renewed`.
pub(super) fn tenure(renewed: Instant, now: Instant) -> Tenure {
    if now < sure_until(renewed) {
        Tenure::Sure
    } else if now < renewed + PATIENCE {
        Tenure::Unsure
    } else {
        Tenure::Over
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    fn lease(holder: Option<&str>, revision: &str) -> Option<Record> {
        Some(Record::of(json!({
            "metadata": { "resourceVersion": revision },
            "spec": { "holderIdentity": holder, "leaseDurationSeconds": 30, "renewTime": "1999-01-01T00:00:00.000000Z" },
        })))
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_lease_that_is_not_there_or_was_released_is_free() {
        let now = Instant::now();
        let mut seen = Observed::default();
        assert_eq!(seen.standing("me", now), Standing::Free);
        seen.see(lease(None, "1"), now);
        assert_eq!(seen.standing("me", now), Standing::Free);
        seen.see(lease(Some("me"), "2"), now);
        assert_eq!(seen.standing("me", now + seconds(99)), Standing::Ours);
        seen.see(None, now);
        assert_eq!(seen.standing("me", now), Standing::Free);
    }

    #[test]
    fn a_lease_ends_by_the_clock_of_the_observer_however_old_it_says_that_it_is() {
        let start = Instant::now();
        let mut seen = Observed::default();
        seen.see(lease(Some("other"), "1"), start);
        assert_eq!(seen.standing("me", start), Standing::Held { until: start + seconds(30) });
        seen.see(lease(Some("other"), "1"), start + seconds(29));
        assert_eq!(seen.standing("me", start + seconds(29)), Standing::Held { until: start + seconds(30) });
        assert!(!seen.is_alive());
        assert_eq!(seen.standing("me", start + seconds(30)), Standing::Free);
    }

    #[test]
    fn a_renewal_moves_the_end_and_shows_that_the_holder_lives() {
        let start = Instant::now();
        let mut seen = Observed::default();
        seen.see(lease(Some("other"), "1"), start);
        seen.see(lease(Some("other"), "2"), start + seconds(20));
        assert!(seen.is_alive());
        assert_eq!(seen.standing("me", start + seconds(40)), Standing::Held { until: start + seconds(50) });
        seen.see(lease(Some("third"), "3"), start + seconds(40));
        assert!(!seen.is_alive(), "of the new holder nothing is known yet");
    }

    #[test]
    fn a_holder_is_sure_for_less_time_than_anybody_else_waits() {
        let renewed = Instant::now();
        assert_eq!(tenure(renewed, renewed + seconds(24)), Tenure::Sure);
        assert_eq!(tenure(renewed, renewed + seconds(25)), Tenure::Unsure);
        assert_eq!(tenure(renewed, renewed + seconds(180)), Tenure::Over);
        // Whoever sees the renewal sees it after it began.
        let mut other = Observed::default();
        other.see(lease(Some("me"), "1"), renewed);
        assert!(matches!(other.standing("other", sure_until(renewed) + MARGIN - seconds(1)), Standing::Held { .. }));
    }

    #[test]
    fn a_lease_of_somebody_with_a_shorter_duration_is_not_taken_sooner() {
        let start = Instant::now();
        let mut seen = Observed::default();
        let mut record = lease(Some("other"), "1").unwrap();
        record.seconds = 1;
        seen.see(Some(record), start);
        assert_eq!(seen.standing("me", start), Standing::Held { until: start + seconds(30) });
    }
}
