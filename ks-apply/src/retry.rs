//! How a client of a cluster sends a request again by itself: a few times within seconds. What lasts longer is the caller's.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder, Retryable};

/// Longest time that a server may ask to be waited for here; beyond it the caller decides.
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// How often a refused connection is tried again: a server that restarts is back at once or not soon.
const REFUSED_CONNECTIONS: u32 = 2;

/// A fault after which a request may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passing {
    /// Nobody answers at the address.
    Unreachable,
    /// The server has no answer now, or it got lost.
    Later {
        /// After how many seconds the server wants to be asked again.
        retry_after: Option<u64>,
    },
}

/// Makes attempts until one is answered or its fault is none that passes, or often enough.
pub(crate) async fn persist<T, E, F: Future<Output = Result<T, E>>>(
    action: &str,
    attempt: impl FnMut() -> F,
    passing: impl Fn(&E) -> Option<Passing>,
) -> Result<T, E> {
    let mut refused = 0;
    attempt
        .retry(schedule())
        .when(|fault| passing(fault).is_some())
        .adjust(|fault, delay| match passing(fault) {
            Some(Passing::Later { retry_after }) => wait_for(retry_after, delay?),
            Some(Passing::Unreachable) => {
                refused += 1;
                delay.filter(|_| refused <= REFUSED_CONNECTIONS)
            }
            None => None,
        })
        .notify(|_, delay| tracing::debug!(action, milliseconds = delay.as_millis(), "trying again"))
        .await
}

/// Four further attempts, a fifth of a second apart at first, each later one twice as far, all with jitter.
fn schedule() -> impl BackoffBuilder {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(200))
        .with_max_delay(Duration::from_secs(3))
        .with_max_times(4)
        .with_jitter()
}

/// Waits as long as the server wants, spread a little; `None` when that is too long to sit here.
fn wait_for(wanted: Option<u64>, delay: Duration) -> Option<Duration> {
    match wanted.map(Duration::from_secs) {
        Some(wanted) if wanted > LONGEST_WAIT => None,
        Some(wanted) => Some(wanted.max(delay) + delay.min(Duration::from_millis(250))),
        None => Some(delay),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    async fn attempts(passing: Option<Passing>) -> u32 {
        let made = Cell::new(0);
        let attempt = || {
            made.set(made.get() + 1);
            std::future::ready(Err::<(), ()>(()))
        };
        persist("ask", attempt, |()| passing).await.unwrap_err();
        made.get()
    }

    #[tokio::test(start_paused = true)]
    async fn each_fault_has_its_patience() {
        assert_eq!(attempts(Some(Passing::Later { retry_after: None })).await, 5);
        assert_eq!(attempts(Some(Passing::Later { retry_after: Some(16) })).await, 1);
        assert_eq!(attempts(Some(Passing::Unreachable)).await, 3);
        assert_eq!(attempts(None).await, 1);
    }

    #[test]
    fn a_server_that_wants_patience_gets_it_within_reason() {
        let delay = Duration::from_millis(200);
        assert_eq!(wait_for(None, delay), Some(delay));
        assert_eq!(wait_for(Some(2), delay), Some(Duration::from_millis(2200)));
        assert_eq!(wait_for(Some(60), delay), None);
    }

    #[test]
    fn retries_are_few() {
        let delays: Vec<Duration> = schedule().build().collect();
        assert_eq!(delays.len(), 4);
        assert!(delays.iter().sum::<Duration>() < Duration::from_secs(7));
    }
}
