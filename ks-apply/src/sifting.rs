//! Lists of members, of which what stays as it is leaves as soon as it has been compared.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::TryStreamExt;
use ks_model::ObjectRef;
use ks_plan::{Sieve, Sifted};
use serde_json::Value;
use tokio::sync::watch;

use crate::cluster::{Cluster, Page};
use crate::discovery::ServedKind;
use crate::error::ClusterError;
use crate::observe::{identity, member_query};

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
        let (mut unsifted, mut members): (Vec<Value>, Members) = (Vec::new(), Vec::new());
        loop {
            let mut count = 0;
            match pages.try_next().await {
                Ok(Some(Page::Objects(objects))) => {
                    count = objects.len();
                    unsifted.extend(objects);
                }
                Ok(Some(Page::Anew)) => (unsifted, members) = Default::default(),
                Ok(None) => break,
                // It was served a moment ago: its definition has gone, and its objects with it.
                Err(ClusterError::NotServed { .. }) => return Ok(Members::new()),
                Err(error) => return Err(error),
            }
            let by = self.by.borrow().clone();
            let is_full = || self.waiting.fetch_add(count, Ordering::Relaxed) + count > WAITING;
            let by = if matches!(by, By::Unknown) && is_full() { self.known().await } else { by };
            by.sift(kind, &mut unsifted, &mut members);
        }
        drop((pages, place));
        self.known().await.sift(kind, &mut unsifted, &mut members);
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
    fn sift(&self, kind: &ServedKind, unsifted: &mut Vec<Value>, members: &mut Members) {
        let sifted = |object: &ObjectRef, value| match self {
            Self::Sieve(sieve) => sieve.sift(object, value),
            _ => Sifted::Whole(value),
        };
        if !matches!(self, Self::Unknown) {
            members.extend(std::mem::take(unsifted).into_iter().map(|value| {
                let object = identity(kind, &value);
                let sifted = sifted(&object, value);
                (object, sifted)
            }));
        }
    }
}
