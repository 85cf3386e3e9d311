//! One request on its way: deadline, retries, and the answer as JSON.

use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder, Retryable};
use http::header::{ACCEPT, RETRY_AFTER};
use http::{HeaderMap, Request, Response};
use kube::client::{Body, Client};
use serde_json::Value;

use super::errors::{self, Credential, Fault, Refusal};
use super::layers::{Counts, Warnings};
use crate::error::ClusterError;

/// Longest time that a server may ask to be waited for here; beyond it the caller decides.
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// How often a refused connection is tried again: a server that restarts is back at once or not soon.
const REFUSED_CONNECTIONS: u32 = 2;

/// Says when a request may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeat {
    /// After every fault that may pass: doing it twice is doing it once.
    Always,
    /// Only when the server said that it did nothing.
    IfUntouched,
}

/// Sends requests and waits for answers; a clone shares everything.
#[derive(Clone)]
pub(super) struct Wire {
    /// Connections, credentials and layers.
    pub(super) client: Client,
    /// The address, for error texts.
    pub(super) server: Arc<str>,
    /// What the server was shown, for error texts.
    pub(super) credential: Arc<Credential>,
    /// Deadline of one request with all its retries.
    pub(super) deadline: Duration,
    /// The counter of the layers.
    pub(super) counts: Arc<Counts>,
    /// The warnings seen by the layers.
    pub(super) warnings: Arc<Warnings>,
}

impl Wire {
    /// Reads an address, asking for a certain form of the answer if `accept` is given.
    pub(super) async fn get(&self, action: &str, path: &str, accept: Option<&str>) -> Result<Value, Fault> {
        let mut request = Request::get(path);
        if let Some(accept) = accept {
            request = request.header(ACCEPT, accept);
        }
        let request = request.body(Vec::new()).map_err(|error| Fault::from(errors::unsendable(action, &error)))?;
        self.send(action, request, Repeat::Always).await
    }

    /// Sends a request until it is answered, refused for good, or late.
    pub(super) async fn send(&self, action: &str, request: Request<Vec<u8>>, repeat: Repeat) -> Result<Value, Fault> {
        let mut refused = 0;
        let attempts = (|| self.attempt(action, request.clone()))
            .retry(schedule())
            .when(|fault| fault.may_pass(repeat))
            .adjust(|fault, delay| {
                if fault.is_unreachable() {
                    refused += 1;
                    return delay.filter(|_| refused <= REFUSED_CONNECTIONS);
                }
                wait_for(fault.retry_after(), delay?)
            })
            .notify(|_, delay| tracing::debug!(action, milliseconds = delay.as_millis(), "trying again"));
        match tokio::time::timeout(self.deadline, attempts).await {
            Ok(answer) => answer,
            Err(_) => Err(self.late(action).into()),
        }
    }

    async fn attempt(&self, action: &str, request: Request<Vec<u8>>) -> Result<Value, Fault> {
        let lost = |error: kube::Error| errors::lost(action, &error, self);
        let response = self.client.send(request.map(Body::from)).await.map_err(lost)?;
        let (parts, body) = Response::into_parts(response);
        let body = body.collect_bytes().await.map_err(lost)?;
        if parts.status.is_success() {
            return serde_json::from_slice(&body)
                .map_err(|error| errors::protocol(action, &format!("the answer is no JSON: {error}")).into());
        }
        let retry_after = seconds_in(&parts.headers);
        Err(Fault::Refused(Box::new(Refusal::read(parts.status, &body, retry_after, &self.credential))))
    }

    /// The error of a request that took too long.
    pub(super) fn late(&self, action: &str) -> ClusterError {
        ClusterError::TimedOut { action: action.to_owned(), seconds: self.deadline.as_secs() }
    }
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

fn seconds_in(headers: &HeaderMap) -> Option<u64> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

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
