//! Watches: what there is now, then each change. One that breaks off is begun anew, as the client of an API server does.

use std::time::Duration;

use futures::stream::{self, BoxStream, StreamExt};
use ks_model::ObjectRef;
use serde_json::Value;
use tokio::time::Instant;

use super::api::read;
use super::cluster::Sandbox;
use super::fault::{Effect, Request, Verb};
use super::state::State;
use crate::{ClusterError, ListQuery, ServedKind};

/// How often a watch looks.
const LOOK: Duration = Duration::from_millis(50);
/// How long the beginning of a watch may say nothing.
const SILENCE: Duration = Duration::from_secs(90);
/// The pauses before a watch that could not begin tries again.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(15));

/// Follows one object.
pub(super) fn object(
    sandbox: Sandbox,
    kind: ServedKind,
    object: ObjectRef,
) -> BoxStream<'static, Result<Option<Value>, ClusterError>> {
    let request = (kind.kind.kind.clone(), Some(object.name.clone()));
    follow(sandbox, request, move |state| read::get(state, &kind, &object))
}

/// Follows all objects that a query picks.
pub(super) fn all(
    sandbox: Sandbox,
    kind: ServedKind,
    query: ListQuery,
) -> BoxStream<'static, Result<Vec<Value>, ClusterError>> {
    let request = (kind.kind.kind.clone(), None);
    follow(sandbox, request, move |state| read::list(state, &kind, &query))
}

fn follow<T: Clone + PartialEq + Send + Sync + 'static>(
    sandbox: Sandbox,
    request: (String, Option<String>),
    read: impl Fn(&State) -> Result<T, ClusterError> + Send + Sync + 'static,
) -> BoxStream<'static, Result<T, ClusterError>> {
    let (told, is_begun, deaf_until, pause) = (None, false, None, Duration::ZERO);
    let start = Watch { sandbox, request, read, told, is_begun, deaf_until, pause };
    stream::unfold(start, |mut watch| async move { Some((watch.next().await, watch)) }).boxed()
}

/// A watch between two answers.
struct Watch<T, R> {
    sandbox: Sandbox,
    /// The kind and the name that it is about.
    request: (String, Option<String>),
    read: R,
    /// The last answer: only news are told.
    told: Option<T>,
    is_begun: bool,
    /// Until when nothing comes through.
    deaf_until: Option<Instant>,
    /// How long to wait before it begins.
    pause: Duration,
}

impl<T: Clone + PartialEq + Send + Sync, R: Fn(&State) -> Result<T, ClusterError> + Send + Sync> Watch<T, R> {
    async fn next(&mut self) -> Result<T, ClusterError> {
        loop {
            let found = if self.is_begun { self.look().await } else { self.begin().await };
            match found {
                Ok(found) if self.told.as_ref() == Some(&found) => {}
                Ok(found) => {
                    self.told = Some(found.clone());
                    return Ok(found);
                }
                Err(error) => {
                    self.is_begun = false;
                    self.pause = (self.pause * 2).clamp(PAUSES.0, PAUSES.1);
                    // What may pass is not worth telling.
                    if !error.is_transient() {
                        return Err(error);
                    }
                }
            }
        }
    }

    async fn begin(&mut self) -> Result<T, ClusterError> {
        tokio::time::sleep(self.pause).await;
        let (kind, name) = &self.request;
        let effect = self.sandbox.struck(&Request { verb: Verb::Watch, kind: Some(kind), name: name.as_deref() });
        let found = match effect {
            Some(Effect::Old) => self.sandbox.earlier(&self.read),
            Some(Effect::Deaf(time)) => {
                self.deaf_until = Some(Instant::now() + time);
                self.read()
            }
            effect => {
                let beginning = self.sandbox.under(effect, || self.read());
                tokio::time::timeout(SILENCE, beginning).await.unwrap_or_else(|_| Err(silent()))
            }
        }?;
        (self.is_begun, self.pause) = (true, Duration::ZERO);
        Ok(found)
    }

    async fn look(&mut self) -> Result<T, ClusterError> {
        match self.deaf_until.take() {
            Some(until) => {
                tokio::time::sleep_until(until).await;
                self.begin().await
            }
            None => {
                tokio::time::sleep(LOOK).await;
                self.read()
            }
        }
    }

    fn read(&self) -> Result<T, ClusterError> {
        self.sandbox.read_now("watch", |core| (self.read)(&core.state))
    }
}

fn silent() -> ClusterError {
    ClusterError::TimedOut { action: "watch".to_owned(), seconds: SILENCE.as_secs() }
}
