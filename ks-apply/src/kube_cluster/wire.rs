//! One request on its way: deadline, retries, and the answer as JSON.

use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, DATE, HeaderName, RETRY_AFTER};
use http::{HeaderMap, Request, Response};
use k8s_openapi::jiff::Timestamp;
use k8s_openapi::jiff::fmt::rfc2822;
use kube::client::{Body, Client};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::errors::{self, Credential, Fault, Refusal};
use super::layers::{Counts, Warnings};
use crate::error::ClusterError;
use crate::retry::{self, Passing};

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
    /// How long a watch may say nothing.
    pub(super) silence: Duration,
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
    pub(super) async fn send<T: DeserializeOwned>(
        &self,
        action: &str,
        request: Request<Vec<u8>>,
        repeat: Repeat,
    ) -> Result<T, Fault> {
        let passing = |fault: &Fault| {
            fault.may_pass(repeat).then(|| match fault.is_unreachable() {
                true => Passing::Unreachable,
                false => Passing::Later { retry_after: fault.retry_after() },
            })
        };
        let attempts = retry::persist(action, || self.attempt(action, request.clone()), passing);
        match tokio::time::timeout(self.deadline, attempts).await {
            Ok(answer) => answer,
            Err(_) => Err(self.late(action).into()),
        }
    }

    async fn attempt<T: DeserializeOwned>(&self, action: &str, request: Request<Vec<u8>>) -> Result<T, Fault> {
        let lost = |error: kube::Error| errors::lost(action, &error, self);
        let response = self.client.send(request.map(Body::from)).await.map_err(lost)?;
        let (parts, body) = Response::into_parts(response);
        let body = body.collect_bytes().await.map_err(lost)?;
        if parts.status.is_success() {
            return serde_json::from_slice(&body)
                .map_err(|error| errors::protocol(action, &format!("the answer is no JSON: {error}")).into());
        }
        let retry_after = retry_after(&parts.headers, Timestamp::now());
        Err(Fault::Refused(Box::new(Refusal::read(parts.status, &body, retry_after, &self.credential))))
    }

    /// The error of a request that took too long.
    pub(super) fn late(&self, action: &str) -> ClusterError {
        ClusterError::TimedOut { action: action.to_owned(), seconds: self.deadline.as_secs() }
    }
}

/// How many seconds a server wants to be left alone: a number, or a date, which a proxy on the way may send.
///
/// A date is held against the clock of the server where the answer tells it, because ours may be another one.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<u64> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    let wanted = text(RETRY_AFTER)?;
    if let Ok(seconds) = wanted.parse() {
        return Some(seconds);
    }
    let date = |text: &str| rfc2822::parse(text).ok().map(|it| it.timestamp());
    let now = text(DATE).and_then(date).unwrap_or(now);
    let seconds = date(wanted)?.as_second().saturating_sub(now.as_second());
    // A moment that is past already means at once.
    Some(u64::try_from(seconds).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_to_retry_after_is_held_against_the_clock_of_the_server() {
        let headers = |retry: &str, date: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, retry.parse().unwrap());
            date.map(|it| headers.insert(DATE, it.parse().unwrap()));
            headers
        };
        let now = "2026-01-31T12:00:00Z".parse().unwrap();
        let wait = |retry: &str, date: Option<&str>| retry_after(&headers(retry, date), now);
        assert_eq!(wait(" 7 ", None), Some(7));
        assert_eq!(wait("Sat, 31 Jan 2026 12:00:09 GMT", None), Some(9));
        assert_eq!(wait("Sat, 31 Jan 2026 12:00:09 GMT", Some("Sat, 31 Jan 2026 12:00:05 GMT")), Some(4));
        assert_eq!(wait("Sat, 31 Jan 2026 11:00:00 GMT", None), Some(0));
        assert_eq!((wait("soon", None), wait("-3", None)), (None, None));
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
