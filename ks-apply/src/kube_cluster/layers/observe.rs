//! What can be seen of a request from outside: its trace and the warnings of the answer.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use futures::future::BoxFuture;
use http::{HeaderMap, Request, Response};
use tower::{Layer, Service};

/// Collects the `Warning` headers of the server, which kube drops.
#[derive(Debug, Default)]
pub(in crate::kube_cluster) struct Warnings(Mutex<Vec<String>>);

impl Warnings {
    /// All warnings so far, each once.
    pub(in crate::kube_cluster) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds a warning, unless it is there already.
    pub(in crate::kube_cluster) fn add(&self, warning: String) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains(&warning) {
            all.push(warning);
        }
    }

    fn take_from(&self, headers: &HeaderMap) {
        let values = headers.get_all(http::header::WARNING).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(warnings_in).for_each(|warning| self.add(warning));
    }
}

/// Traces each request (method, path, status, time; never headers or bodies) and collects the warnings of its answer.
#[derive(Clone)]
pub(in crate::kube_cluster) struct ObserveLayer(pub(in crate::kube_cluster) Arc<Warnings>);

impl<S> Layer<S> for ObserveLayer {
    type Service = Observe<S>;

    fn layer(&self, inner: S) -> Observe<S> {
        Observe { inner, warnings: Arc::clone(&self.0) }
    }
}

/// The service of [`ObserveLayer`].
pub(in crate::kube_cluster) struct Observe<S> {
    inner: S,
    warnings: Arc<Warnings>,
}

impl<S, B, R> Service<Request<B>> for Observe<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        let warnings = Arc::clone(&self.warnings);
        let began = Instant::now();
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answer = answer.await;
            let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
            match &answer {
                Ok(response) => {
                    warnings.take_from(response.headers());
                    let status = response.status().as_u16();
                    tracing::debug!(%method, path, status, milliseconds, "request");
                }
                Err(_) => tracing::debug!(%method, path, milliseconds, "request without an answer"),
            }
            answer
        })
    }
}

/// Reads the texts out of one header value: `299 - "first", 299 - "second \"quoted\""`.
fn warnings_in(value: &str) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut letters = value.chars();
    while letters.any(|letter| letter == '"') {
        let mut text = String::new();
        loop {
            match letters.next() {
                Some('\\') => text.extend(letters.next()),
                Some('"') | None => break,
                Some(letter) => text.push(letter),
            }
        }
        // A date may follow the text in quotes of its own; it ends in GMT and is no warning.
        if !text.is_empty() && !text.ends_with(" GMT") {
            warnings.push(text);
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_header_may_hold_several_warnings() {
        let value = r#"299 - "policy/v1beta1 PodDisruptionBudget is deprecated", 299 - "unknown field \"spec.x\"""#;
        assert_eq!(
            warnings_in(value),
            ["policy/v1beta1 PodDisruptionBudget is deprecated", "unknown field \"spec.x\""]
        );
        assert!(warnings_in("299 - nothing quoted").is_empty());
    }

    #[test]
    fn a_warning_is_kept_once() {
        let warnings = Warnings::default();
        for text in ["a", "b", "a"] {
            warnings.add(text.into());
        }
        assert_eq!(warnings.all(), ["a", "b"]);
    }
}
