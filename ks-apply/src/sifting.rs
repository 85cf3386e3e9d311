//! Lists of members, of which what stays as it is leaves as soon as it has been compared.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::TryStreamExt;
use ks_model::ObjectRef;
use ks_plan::{Sieve, Sifted};
use tokio::sync::watch;

use crate::cluster::{Cluster, Page};
use crate::discovery::ServedKind;
use crate::error::ClusterError;
use crate::listed::Listed;
use crate::observe::member_query;

/// How many objects of all lists together wait for a sieve; a list that comes upon more asks for no further page before it is there.
const WAITING: usize = 2000;

/// The members of a kind, as far as they are still needed.
pub(crate) type Members = Vec<(ObjectRef, Sifted)>;

/// Knows with what members are sifted, as soon as somebody says so. A clone shares it.
#[derive(Clone)]
pub(crate) struct Sifting {
    by: Arc<watch::Sender<By>>,
    waiting: Arc<AtomicUsize>,
}

/// With what members are sifted.
#[derive(Clone)]
enum By {
    /// Nobody knows yet.
    Unknown,
    /// They stay whole.
    Nothing,
    /// A sieve.
    Sieve(Arc<Sieve>),
}

impl Default for Sifting {
    fn default() -> Self {
        Self { by: Arc::new(watch::Sender::new(By::Unknown)), waiting: Arc::default() }
    }
}

impl Sifting {
    /// Says it: by a sieve, or not at all.
    pub(crate) fn begin(&self, sieve: Option<Sieve>) {
        self.by.send_replace(sieve.map_or(By::Nothing, |it| By::Sieve(Arc::new(it))));
    }

    /// Lists the members of a kind, none where it is served no more. Each page is sifted as it comes; before a sieve is known, pages wait.
    ///
    /// Once all pages are there, `place` is given to the next read.
    pub(crate) async fn members<P>(
        &self,
        cluster: &dyn Cluster,
        kind: &ServedKind,
        place: P,
    ) -> Result<Members, ClusterError> {
        let query = member_query();
        let mut pages = cluster.pages(kind, &query);
        let (mut unsifted, mut members): (Vec<Listed>, Members) = (Vec::new(), Vec::new());
        loop {
            let before = unsifted.len();
            match pages.try_next().await {
                Ok(Some(Page::Objects(objects))) => unsifted.extend(objects.into_iter().map(Listed::Object)),
                Ok(Some(Page::Texts(texts))) => unsifted.extend(texts.into_iter().map(Listed::Text)),
                Ok(Some(Page::Anew)) => (unsifted, members) = Default::default(),
                Ok(None) => break,
                // It was served a moment ago: its definition has gone, and its objects with it.
                Err(ClusterError::NotServed { .. }) => return Ok(Members::new()),
                Err(error) => return Err(error),
            }
            let count = unsifted.len().saturating_sub(before);
            let by = self.by.borrow().clone();
            let is_full = || self.waiting.fetch_add(count, Ordering::Relaxed) + count > WAITING;
            let by = if matches!(by, By::Unknown) && is_full() { self.known().await } else { by };
            by.sift(kind, &mut unsifted, &mut members)?;
        }
        drop((pages, place));
        self.known().await.sift(kind, &mut unsifted, &mut members)?;
        Ok(members)
    }

    async fn known(&self) -> By {
        let mut by = self.by.subscribe();
        let known = by.wait_for(|it| !matches!(it, By::Unknown)).await;
        // The one who says it is in `self`, so nobody waits in vain.
        known.map_or(By::Nothing, |it| it.clone())
    }
}

impl By {
    fn sift(&self, kind: &ServedKind, unsifted: &mut Vec<Listed>, members: &mut Members) -> Result<(), ClusterError> {
        if matches!(self, Self::Unknown) {
            return Ok(());
        }
        let api_version = kind.api_version();
        for listed in std::mem::take(unsifted) {
            let member = self.member(kind, &api_version, listed);
            members.push(member.map_err(|error| unreadable(kind, &error))?);
        }
        Ok(())
    }

    fn member(
        &self,
        kind: &ServedKind,
        api_version: &str,
        listed: Listed,
    ) -> Result<(ObjectRef, Sifted), serde_json::Error> {
        let object = listed.identity(kind)?;
        let Self::Sieve(sieve) = self else { return Ok((object, Sifted::Whole(listed.read(kind)?))) };
        let settled = match &listed {
            Listed::Text(text) => sieve.sift_text(&object, api_version, text),
            Listed::Object(_) => None,
        };
        let sifted = match settled {
            Some(settled) => Sifted::Settled(Box::new(settled)),
            None => sieve.sift(&object, listed.read(kind)?),
        };
        Ok((object, sifted))
    }
}

fn unreadable(kind: &ServedKind, error: &serde_json::Error) -> ClusterError {
    let message = format!("the answer is no JSON: {error}");
    ClusterError::Protocol { action: format!("list {}", kind.kind), message }
}
